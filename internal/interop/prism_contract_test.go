package interop_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// The command checks a server that nobody wrote: a mock that Prism makes from the contract. It keeps every rule that a
// server without any state can keep, and those that it cannot keep are found out.
func TestTheCommandChecksPrismsMock(t *testing.T) {
	command := filepath.Join(t.TempDir(), "apptokens")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-C", "../..", "-o", command, "./cmd/apptokens").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	mock := startPrism(t, "mock", contract)
	check := exec.CommandContext(t.Context(), command, "contract", "0oardd5r32PWsF4421d7", "--write", "--yes", "-o", "json")
	check.Env = append(os.Environ(), "HOME="+t.TempDir(), "OKTA_CLIENT_ORGURL="+mock.url, "OKTA_CLIENT_TOKEN=00token", "OKTA_CLIENT_PRIVATEKEY=")
	check.Stderr = t.Output()
	output, err := check.Output()
	if code := new(exec.ExitError); !errors.As(err, &code) || code.ExitCode() != 1 {
		t.Fatalf("%v, want exit code 1\n%s", err, output)
	}
	var report struct {
		Results []struct{ Probe, Outcome, Detail string }
	}
	if err := json.Unmarshal(output, &report); err != nil {
		t.Fatal(err)
	}
	impossible := map[string]string{ // for a mock that gives to every request the same examples
		"get, expand":      "its token has no scopes embedded",
		"wrong credential": "it knows none, so any will do",
		"unknown app":      "it knows none",
		"unknown token":    "it knows none",
		"limit of text":    "its 400 is the one of a bad cursor",
		"bad cursor":       "it knows none",
		"get revoked":      "it forgets what was revoked",
		"list none":        "it forgets what was revoked",
		"error objects":    "its 405 is a problem of RFC 9457",
		"rate limit":       "its window ended in 2025",
		"request id":       "it has one",
	}
	outcomes := map[string][]string{}
	for _, result := range report.Results {
		outcomes[result.Outcome] = append(outcomes[result.Outcome], result.Probe)
		if result.Outcome == "failed" {
			t.Logf("%s: %s", result.Probe, result.Detail)
		}
	}
	if want := slices.Sorted(maps.Keys(impossible)); !slices.Equal(slices.Sorted(slices.Values(outcomes["failed"])), want) {
		t.Errorf("failed: %q, want %q", outcomes["failed"], want)
	}
	if passed := len(outcomes["passed"]); passed != 16 {
		t.Errorf("%d passed, want 16: %q", passed, outcomes)
	}
}
