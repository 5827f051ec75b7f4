package main

import (
	"runtime"
	"strings"
	"testing"

	"example.com/apptokens/gen"
)

func TestTheOrgURLFlagComesFirst(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	env := map[string]string{"OKTA_CLIENT_ORGURL": "http://127.0.0.1:1", "OKTA_CLIENT_TOKEN": org.APIToken()}
	got := command{env: env}.run(t.Context(), "list", "0oa1", "-o", "jsonl", "--org-url", org.URL)
	if got.code != exitDone || strings.Count(got.out, "\n") != 3 {
		t.Errorf("code %d, %s", got.code, got.err)
	}
}

// A value in which commas, spaces or line ends separate several stands for each of them.
func TestValuesOfAFilterAreSeparated(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 0)
	for _, id := range []string{"00u1", "00u2", "00u3", "00u4", "00u5"} {
		org.Add("0oa1", gen.Token{ID: "oar" + id, UserID: id})
	}
	got := command{org: org}.run(t.Context(), "list", "0oa1", "--user", "00u1,00u2 00u3", "--user", "\n00u4\n",
		"-o", "csv", "--columns", "userId", "--no-headers")
	if want := "00u1\n00u2\n00u3\n00u4\n"; got.code != exitDone || got.out != want {
		t.Errorf("code %d, %q, want %q; %s", got.code, got.out, want, got.err)
	}
}

func TestVersionNamesTheVersions(t *testing.T) {
	t.Parallel()
	got := (command{}).run(t.Context(), "version").out
	for _, want := range []string{version(), runtime.Version(), "contract"} {
		if !strings.Contains(got, want) {
			t.Errorf("version lacks %q: %s", want, got)
		}
	}
}
