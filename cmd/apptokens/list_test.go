package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/cmd/apptokens/internal/progress"
)

// Nobody takes half a listing for all of it.
func TestAListingThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 6)
	org.Inject(oktatest.Status(403).After(2))
	got := command{org: org}.run(t.Context(), "list", "0oa1", "--page-size", "2", "-o", "json")
	if got.code != 1 || !strings.Contains(got.err, "4 tokens were listed, and the listing is not complete\n") || json.Valid([]byte(got.out)) {
		t.Errorf("code %d, stderr %q, stdout\n%s", got.code, got.err, got.out)
	}
}

func TestAListingThatFailsAtOnceListedNothing(t *testing.T) {
	t.Parallel()
	got := command{org: newOrg(t, 6)}.run(t.Context(), "list", "0oa9")
	if got.code != 1 || !strings.Contains(got.err, "404 Not Found") || strings.Contains(got.err, "were listed") {
		t.Errorf("code %d, stderr %q", got.code, got.err)
	}
}

func TestAnInterruptedListingSaysSo(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 6)
	org.Inject(oktatest.SlowFirstByte(time.Minute).After(2))
	got := command{org: org, interruptAt: org.Tokens("0oa1")[3].ID}.run(t.Context(), "list", "0oa1", "--page-size", "2", "-o", "jsonl")
	if want := "apptokens: interrupted: 4 tokens were listed, and the listing is not complete\n"; got.code != 1 || got.err != want {
		t.Errorf("code %d, stderr %q; want 1, %q", got.code, got.err, want)
	}
	if lines := strings.Count(got.out, "\n"); lines != 4 {
		t.Errorf("%d lines, want 4", lines)
	}
}

func TestATerminalShowsProgress(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 2*api.MaxPageSize+50)
	org.Inject(oktatest.UsedUp(0).After(2))
	got := command{org: org, tty: true}.run(t.Context(), "list", "0oa1")
	for _, want := range []string{progress.ClearLine + fmt.Sprint(api.MaxPageSize) + " tokens", "tokens; the org's rate limit is used up, trying again at ", progress.ClearLine + fmt.Sprint(2*api.MaxPageSize+50) + " tokens\n"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("stderr %q lacks %q", got.err, want)
		}
	}
}

// Elsewhere, a script's log shows why nothing happens.
func TestALongWaitIsALineWithoutATerminal(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	org.Inject(oktatest.Throttle(4 * time.Second).Times(1))
	binary := build(t)
	command := exec.CommandContext(withTimeout(t), binary, "list", "0oa1")
	command.Env = []string{"HOME=" + t.TempDir(), "OKTA_CLIENT_ORGURL=" + org.URL, "OKTA_CLIENT_TOKEN=" + org.APIToken()}
	var stderr strings.Builder
	command.Stderr = &stderr
	if err := command.Run(); err != nil || !strings.HasPrefix(stderr.String(), "apptokens: the request was throttled (429), trying again at ") {
		t.Errorf("%v, stderr %q", err, &stderr)
	}
}

func TestAHoldSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	for reason, want := range map[api.HoldReason]string{
		api.HoldLimit: "rate limit used up until ", api.HoldShare: "this client's share of the rate limit used up until ",
		api.HoldOthers: "leaving 2 of 50 requests to other clients until ",
	} {
		var out strings.Builder
		w := &watch{progress: progress.New(&out, progress.Terminal, func() int { return 100 })}
		w.hold(t.Context(), api.Hold{Until: time.Now().Add(time.Minute), Reason: reason, RateLimit: api.RateLimit{Limit: 50, Remaining: 2}})
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s: %q lacks %q", reason, &out, want)
		}
	}
}

func TestVerboseLogsRequestsWithoutTheirSecrets(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	got := command{org: org, tty: true}.run(t.Context(), "list", "0oa1", "-v")
	if !strings.Contains(got.err, "op=list app=0oa1") || strings.Contains(got.err, org.APIToken()) || strings.Contains(got.err, progress.ClearLine) {
		t.Errorf("stderr %q", got.err)
	}
}

// The JSON formats print what Okta sent, with properties that the contract does not know, and empty ones.
func TestJSONIsWhatTheAPISent(t *testing.T) {
	t.Parallel()
	token := `{"id":"oar1","newInOkta":{"a":[1,null]},"userId":"","status":"ACTIVE","scopes":[]}`
	for args, want := range map[string]string{
		"list 0oa1 -o jsonl": token + "\n", "list 0oa1 -o json": "[\n  " + token + "\n]\n",
		"get 0oa1 oar1 -o jsonl": token + "\n", "get 0oa1 oar1 -o json": token + "\n",
		"sweep 0oa1 --status ACTIVE --dry-run -o jsonl": token + "\n",
		"sweep 0oa1 --status ACTIVE --dry-run -o json":  "[\n  " + token + "\n]\n",
	} {
		org := newOrg(t, 0)
		body := token
		if !strings.HasPrefix(args, "get") {
			body = "[" + token + "]"
		}
		org.Inject(oktatest.Body(200, "application/json", body))
		if got := (command{org: org}).run(t.Context(), strings.Fields(args)...); got.code != exitDone || got.out != want {
			t.Errorf("%s: code %d, %s%s, want %s", args, got.code, got.out, got.err, want)
		}
	}
}

// So are bytes that are not UTF-8, also in a token whose controls are escaped.
func TestJSONKeepsBytesThatAreNotUTF8(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 0)
	org.Inject(oktatest.Body(200, "application/json", "[{\"id\":\"oar1\",\n\"x\":\"caf\xff \u009b\"},{\"id\":\"oar2\",\"x\":\"\xff\"}]"))
	want := "{\"id\":\"oar1\",\"x\":\"caf\xff \\u009b\"}\n{\"id\":\"oar2\",\"x\":\"\xff\"}\n"
	if got := (command{org: org}).run(t.Context(), "list", "0oa1", "-o", "jsonl"); got.code != exitDone || got.out != want {
		t.Errorf("code %d, %q%s, want %q", got.code, got.out, got.err, want)
	}
}

func TestListExpandsScopesIfAsked(t *testing.T) {
	t.Parallel()
	for flag, want := range map[string]bool{"--expand": true, "--expand=false": false} {
		org := newOrg(t, 3)
		got := command{org: org}.run(t.Context(), "list", "0oa1", "-o", "json", flag)
		asked := strings.Contains(org.Requests()[0].Query, "expand=scope")
		if shown := strings.Contains(got.out, `"_embedded"`); got.code != exitDone || asked != want || shown != want {
			t.Errorf("%s: code %d, asked for %v, shown %v\n%s", flag, got.code, asked, shown, got.out)
		}
	}
}
