package interop_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"slices"
	"testing"
)

// The command checks a mock that Prism generates from the contract. The mock keeps every rule that a server without
// state can keep; the command reports the others.
func TestTheCommandChecksPrismsMock(t *testing.T) {
	const peer, mode = "Prism", "mock, by apptokens contract"
	record(t, peer, mode, "other probes")
	mock := startPrism(t, "mock", contract)
	check := exec.CommandContext(t.Context(), buildCommand(t),
		"contract", "0oardd5r32PWsF4421d7", "--write", "--yes", "-o", "json")
	check.Env = append(os.Environ(), "HOME="+t.TempDir(),
		"OKTA_CLIENT_ORGURL="+mock.url, "OKTA_CLIENT_TOKEN=00token", "OKTA_CLIENT_PRIVATEKEY=")
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
	const stateless = "it keeps no state"
	impossible := map[string]string{ // for a mock that answers every request with the same examples
		"get, expand":      "its example has not all scopes embedded",
		"wrong credential": "it accepts any credential",
		"unknown app":      stateless,
		"unknown token":    stateless,
		"limit of text":    "its example of a 400 is that of a bad cursor",
		"bad cursor":       stateless,
		"get revoked":      stateless,
		"list none":        stateless,
		"error objects":    "its 405 is an RFC 9457 problem",
		"rate limit":       "the window of its examples ended in 2025",
		"request id":       "all its responses have the same one",
	}
	outcomes := map[string][]string{}
	for _, result := range report.Results {
		outcomes[result.Outcome] = append(outcomes[result.Outcome], result.Probe)
		if result.Outcome == "failed" {
			t.Logf("%s: %s", result.Probe, result.Detail)
			recordImpossible(peer, mode, result.Probe, impossible[result.Probe])
		}
	}
	if want := slices.Sorted(maps.Keys(impossible)); !slices.Equal(slices.Sorted(slices.Values(outcomes["failed"])),
		want) {
		t.Errorf("failed: %q, want %q", outcomes["failed"], want)
	}
	if passed := len(outcomes["passed"]); passed != 16 {
		t.Errorf("%d passed, want 16: %q", passed, outcomes)
	}
}
