package main

import (
	"strings"
	"testing"
)

// Every --app is served, with the tokens that the seed makes, within the rate limit.
func TestServeHeedsItsFlags(t *testing.T) {
	t.Parallel()
	list := func(args ...string) (string, string) {
		args = append(args, "--app", "0oa1", "--app", "0oa2", "--tokens", "3", "--rate-limit", "7")
		served := command{env: exported(startServe(t, "OKTA_CLIENT_TOKEN", args...))}
		got := served.run(t.Context(), "list", "0oa1", "0oa2", "-v", "-o", "csv", "--columns", "appId,id")
		return got.out, got.err
	}
	first, log := list("--addr", "127.0.0.1:0", "--seed", "2")
	if strings.Count(first, "0oa1,oar") != 3 || strings.Count(first, "0oa2,oar") != 3 ||
		!strings.Contains(log, "rate_limit=7 ") {
		t.Errorf("stdout\n%sstderr\n%s", first, log)
	}
	if again, _ := list("--seed", "2"); again != first {
		t.Errorf("the same seed makes\n%sand\n%s", first, again)
	}
	if other, _ := list("--seed", "3"); other == first {
		t.Errorf("another seed makes the same tokens:\n%s", other)
	}
}
