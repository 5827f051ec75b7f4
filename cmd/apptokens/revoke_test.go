package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/cmd/apptokens/internal/receipts"
)

func TestRevokeAllAsks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		apps       []string
		answer     string
		code, left int
	}{
		"the app's ID":        {[]string{"0oa1"}, "0oa1\n", 0, 0},
		"yes":                 {[]string{"0oa1"}, "yes\n", 1, 3},
		"nothing":             {[]string{"0oa1"}, "\n", 1, 3},
		"the end":             {[]string{"0oa1"}, "", 1, 3},
		"both apps' IDs":      {[]string{"0oa1", "0oaEmpty"}, "0oa1\n0oaEmpty\n", 0, 0},
		"one of two apps' ID": {[]string{"0oa1", "0oaEmpty"}, "0oa1\n0oa1\n", 1, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 3)
			got := command{org: org, stdin: test.answer, tty: true}.run(t.Context(), append([]string{"revoke-all"}, test.apps...)...)
			if got.code != test.code || len(org.Tokens("0oa1")) != test.left {
				t.Errorf("code %d, %d tokens left; want %d, %d\n%s", got.code, len(org.Tokens("0oa1")), test.code, test.left, got.err)
			}
			if !strings.Contains(got.err, "This revokes every refresh token of app 0oa1 of "+org.URL+".\nType 0oa1 to continue: ") {
				t.Errorf("the question is %q", got.err)
			}
		})
	}
}

func TestInterruptingAQuestionRevokesNothing(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	typing, typist := io.Pipe()
	defer typist.Close()
	got := command{org: org, in: typing, tty: true, interruptAt: "to continue: "}.run(t.Context(), "revoke-all", "0oa1")
	if got.code != 1 || !strings.HasSuffix(got.err, "\napptokens: interrupted: nothing was revoked at "+org.URL+"\n") || len(org.Requests()) != 0 {
		t.Errorf("code %d, stderr %q, %d requests", got.code, got.err, len(org.Requests()))
	}
}

// An answer that cannot be read is not the one that was asked for.
func TestAnAnswerThatCannotBeReadRevokesNothing(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"revoke-all 0oa1", "sweep 0oa1 --status ACTIVE", "contract 0oa1 --write"} {
		org := newOrg(t, 3)
		in := iotest.ErrReader(errors.New("input/output error"))
		got := command{org: org, in: in, tty: true}.run(t.Context(), strings.Fields(line)...)
		if got.code != exitFailed || !strings.Contains(got.err, "apptokens: input/output error") || len(org.Tokens("0oa1")) != 3 {
			t.Errorf("%s: code %d, %d tokens left, stderr %q", line, got.code, len(org.Tokens("0oa1")), got.err)
		}
	}
}

// One failure does not keep the others from being revoked; one that all would share does. Whatever happens, every token
// has one outcome.
func TestEveryTokenHasOneOutcome(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault    oktatest.Fault
		outcomes string
		left     int
		says     string
	}{
		"all are revoked":             {oktatest.Status(503), "revoked, revoked, revoked", 0, "apptokens: 3 of 3 revoked at ORG\n"},
		"one is forbidden":            {oktatest.Status(403), "failed, revoked, revoked", 1, "apptokens: 2 of 3 revoked, 1 failed at ORG\n"},
		"one is met by HTML":          {oktatest.HTML(200), "unknown, revoked, revoked", 1, "apptokens: 2 of 3 revoked, 1 unknown at ORG; run the same command again: tokens that are gone will be \"not found\"\n"},
		"every answer to one is lost": {oktatest.HTML(504).Times(5), "unknown, revoked, revoked", 1, "apptokens: 2 of 3 revoked, 1 unknown at ORG; run the same command again: tokens that are gone will be \"not found\"\n"},
		"the credential ends":         {oktatest.Status(401).After(1), "revoked, failed, not attempted", 2, "apptokens: 1 of 3 revoked, 1 failed, 1 not attempted at ORG; stopped: revoke "},
		"interrupted in a request":    {oktatest.SlowFirstByte(time.Minute).After(1), "revoked, unknown, not attempted", 1, "apptokens: interrupted: 1 of 3 revoked, 1 unknown, 1 not attempted at ORG; run the same command again: tokens that are gone will be \"not found\"\n"},
		"interrupted in a wait":       {oktatest.Throttle(time.Minute).After(1), "revoked, failed, not attempted", 2, "apptokens: interrupted: 1 of 3 revoked, 1 failed, 1 not attempted at ORG; run the same command again: tokens that are gone will be \"not found\"\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 3)
			org.Inject(test.fault)
			ctx, revoke := t.Context(), command{org: org}
			switch name {
			case "interrupted in a request":
				ctx = interruptAfter(t, org, 2)
			case "interrupted in a wait":
				revoke.interruptAt = " wait="
			}
			got := revoke.run(ctx, append([]string{"revoke", "0oa1", "-v", "-o", "jsonl"}, tokenIDs(org)...)...)
			var outcomes []string
			for line := range strings.Lines(got.out) {
				var r receipts.Receipt
				if err := json.Unmarshal([]byte(line), &r); err != nil {
					t.Fatal(err)
				}
				outcomes = append(outcomes, string(r.Outcome))
			}
			if strings.Join(outcomes, ", ") != test.outcomes || !strings.Contains(got.err, strings.ReplaceAll(test.says, "ORG", org.URL)) || (got.code == 0) != strings.Contains(got.err, "3 of 3 revoked") {
				t.Errorf("code %d, outcomes %q, stderr %q; want %q, %q", got.code, outcomes, got.err, test.outcomes, test.says)
			}
			if left := len(org.Tokens("0oa1")); left != test.left {
				t.Errorf("%d tokens are left, want %d", left, test.left)
			}
		})
	}
}

// Of two IDs of one app, the second would find nothing to revoke, and ask again.
func TestRevokeAllActsOnceForEachApp(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	got := command{org: org, tty: true, stdin: "0oa1\n"}.run(t.Context(), "revoke-all", "0oa1", "0oa1")
	if got.code != exitDone || len(org.Requests()) != 1 || strings.Count(got.out, "0oa1") != 1 {
		t.Errorf("code %d, %d requests, %s%s", got.code, len(org.Requests()), got.err, got.out)
	}
}

// The first row leaves room for the longest ID, and the last line says what was counted.
func TestRevokeAllAlignsAndCountsApps(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	got := command{org: org}.run(t.Context(), "revoke-all", "0oa1", "0oaEmpty", "--yes")
	lines := strings.Split(got.out, "\n")
	if column := strings.Index(lines[0], "OUTCOME"); strings.Index(lines[1], "revoked") != column || strings.Index(lines[2], "revoked") != column {
		t.Errorf("the rows are not aligned:\n%s", got.out)
	}
	if want := "apptokens: all tokens of 2 of 2 apps revoked at " + org.URL + "\n"; got.code != exitDone || got.err != want {
		t.Errorf("code %d, stderr %q, want %q", got.code, got.err, want)
	}
}

// After a revoke-all that may not have been done, the next step is to run it again.
func TestRevokeAllNamesTheNextStep(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	org.Inject(oktatest.HTML(200))
	got := command{org: org}.run(t.Context(), "revoke-all", "0oa1", "--yes")
	if want := "all tokens of 0 of 1 apps revoked, 1 unknown at " + org.URL + "; run the same command again\n"; got.code != exitFailed || !strings.Contains(got.err, want) {
		t.Errorf("code %d, stderr %q, want %q", got.code, got.err, want)
	}
}

func tokenIDs(org *oktatest.Server) (ids []string) {
	for _, token := range org.Tokens("0oa1") {
		ids = append(ids, token.ID)
	}
	return ids
}

func TestRevokeGoesOnWhenItsOutputIsLost(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	var stderr bytes.Buffer
	code := run(t.Context(), append([]string{"revoke", "0oa1"}, tokenIDs(org)...), &console{
		out: fullDisk{}, stderr: &stderr, configFiles: []string{}, getenv: func(name string) string {
			return map[string]string{"OKTA_CLIENT_ORGURL": org.URL, "OKTA_CLIENT_TOKEN": org.APIToken()}[name]
		},
	})
	if code != 1 || !strings.Contains(stderr.String(), "3 of 3 revoked at "+org.URL+", but not all could be printed: ") || len(org.Tokens("0oa1")) != 0 {
		t.Errorf("code %d, stderr %q, %d tokens left", code, stderr.String(), len(org.Tokens("0oa1")))
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }
