package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/apptokens/api/bulk"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/cmd/apptokens/internal/receipts"
	"example.com/apptokens/gen"
)

// decodeReceipts reads JSON lines of receipts, and returns the last one of each token.
func decodeReceipts(t *testing.T, lines string) map[string]receipts.Receipt {
	t.Helper()
	found := map[string]receipts.Receipt{}
	for line := range strings.Lines(lines) {
		var r receipts.Receipt
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		found[r.TokenID] = r
	}
	return found
}

// The last receipt of a token is the truth about it in every field, and standard output ends with the same.
func TestTheLastReceiptSaysWhatBecameOfAToken(t *testing.T) {
	t.Parallel()
	ada := gen.Token{ID: "oarAda", UserID: "00uAda", ClientID: "0oaClient", Issuer: "https://acme.okta.com/oauth2/default", Scopes: []string{"openid"}, Status: gen.TokenStatusActive}
	const forbidden = "403 Forbidden: E0000006: You do not have permission to perform the requested action (1 attempt, request REQUEST)"
	tests := map[string]struct {
		faults  []oktatest.Fault
		want    receipts.Receipt // apart from what all have in common
		printed int              // rows of the token
		says    string
	}{
		"revoked": {want: receipts.Receipt{Outcome: bulk.Revoked}, printed: 1, says: "1 of 1 revoked"},
		"a 204 without effect": {
			faults: []oktatest.Fault{oktatest.Body(204, "", "").On(http.MethodDelete)},
			want:   receipts.Receipt{Outcome: bulk.Failed, Error: "still listed after it was revoked"}, printed: 2, says: "but 1 token is still listed",
		},
		"a 403 that stays": {
			faults: []oktatest.Fault{oktatest.Status(403).On(http.MethodDelete)},
			want:   receipts.Receipt{Outcome: bulk.Failed, Status: 403, Code: "E0000006", Error: forbidden}, printed: 1, says: "1 of 1 is left: ",
		},
		"a failure that took effect": {
			faults: []oktatest.Fault{oktatest.DropAfter().On(http.MethodDelete).Times(1), oktatest.HTML(404).On(http.MethodDelete)},
			want:   receipts.Receipt{Outcome: bulk.Gone}, printed: 2, says: "0 of 1 revoked, 1 already gone",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 0)
			org.Add("0oa1", ada)
			org.Inject(test.faults...)
			file := filepath.Join(t.TempDir(), "receipts.jsonl")
			got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--user", "00uAda", "--yes", "-o", "jsonl", "--receipts", file)
			want := test.want
			want.Time, want.Org, want.AppID, want.TokenID = clock, org.URL, "0oa1", "oarAda"
			want.UserID, want.ClientID, want.Issuer, want.Scopes = ada.UserID, ada.ClientID, ada.Issuer, ada.Scopes
			for _, lines := range []string{readTestFile(t, file), got.out} {
				last := decodeReceipts(t, lines)["oarAda"]
				if before, request, ok := strings.Cut(last.Error, ", request "); ok {
					last.Error = before + ", request " + strings.Repeat("REQUEST", min(1, len(request))) + ")"
				}
				if !reflect.DeepEqual(last, want) {
					t.Errorf("the last is\n%+v\nwant\n%+v", last, want)
				}
			}
			if strings.Count(got.out, "\n") != test.printed || !strings.Contains(got.err, test.says) {
				t.Errorf("stdout\n%s\nstderr\n%s", got.out, got.err)
			}
		})
	}
}

// What a sweep is about to revoke is on record with the access that it gives.
func TestThePlanNamesTheAccessOfItsTokens(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 0)
	tokens := []gen.Token{
		{ID: "oarAda", UserID: "00uAda", ClientID: "0oaWeb", Issuer: org.URL, Scopes: []string{"openid"}},
		{ID: "oarBob", UserID: "00uBob", ClientID: "0oaMobile", Issuer: org.URL + "/oauth2/default", Scopes: []string{"email"}},
	}
	org.Add("0oa1", tokens...)
	file := filepath.Join(t.TempDir(), "receipts.jsonl")
	got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--scope", "openid,email", "--yes", "--receipts", file)
	planned := map[string]receipts.Receipt{}
	for line := range strings.Lines(readTestFile(t, file)) {
		for id, r := range decodeReceipts(t, line) {
			if r.Outcome == receipts.Planned {
				planned[id] = r
			}
		}
	}
	for _, token := range tokens {
		want := receipts.Receipt{
			Time: clock, Org: org.URL, AppID: "0oa1", TokenID: token.ID, UserID: token.UserID,
			ClientID: token.ClientID, Issuer: token.Issuer, Scopes: token.Scopes, Outcome: receipts.Planned,
		}
		if !reflect.DeepEqual(planned[token.ID], want) {
			t.Errorf("got\n%+v\nwant\n%+v\n%s", planned[token.ID], want, got.err)
		}
	}
}

// A token that was planned and has vanished keeps nothing of its earlier failure, and its receipt has a new time.
func TestAVanishedTokenHasACleanReceipt(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 1)
	file := filepath.Join(t.TempDir(), "receipts.jsonl")
	writeTestFile(t, file, fmt.Sprintf(`{"time":"2026-11-23T12:00:00Z","org":%q,"appId":"0oa1","tokenId":"oarGone","userId":"00u1","outcome":"failed","status":503,"code":"E0000010","error":"503"}`+"\n", org.URL))
	command{org: org}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes", "--receipts", file)
	want := receipts.Receipt{Time: clock, Org: org.URL, AppID: "0oa1", TokenID: "oarGone", UserID: "00u1", Outcome: bulk.Gone}
	if last := decodeReceipts(t, readTestFile(t, file))["oarGone"]; !reflect.DeepEqual(last, want) {
		t.Errorf("got\n%+v\nwant\n%+v", last, want)
	}
}

// The second listing of one app says nothing about the tokens of another, which cannot be listed.
func TestTheProofOfOneAppSettlesNoOther(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 1), oktatest.WithApp("0oa2", 1))
	t.Cleanup(org.Close)
	org.Inject(oktatest.Status(403).On(http.MethodDelete).After(1), oktatest.Status(403).On(http.MethodGet).After(3))
	file := filepath.Join(t.TempDir(), "receipts.jsonl")
	got := command{org: org}.run(t.Context(), "sweep", "0oa1", "0oa2", "--status", "ACTIVE", "--yes", "--concurrency", "1", "--receipts", file)
	outcomes := readReceipts(t, file)["0oa2 "+org.Tokens("0oa2")[0].ID]
	if got.code != exitFailed || !strings.Contains(got.err, "1 of 2 is left, not verified") || !slices.Equal(outcomes, []string{"planned", "failed"}) {
		t.Errorf("code %d, outcomes %q, stderr\n%s", got.code, outcomes, got.err)
	}
}

// A token without an answer may be gone, unless a second listing has it.
func TestTokensOfUnknownOutcomeMayBeLeft(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults []oktatest.Fault
		says   string
	}{
		"and nothing else":       {[]oktatest.Fault{oktatest.Status(403).On(http.MethodGet).After(1)}, "1 unknown at ORG: 1 of 3 may be left, not verified"},
		"and one is left":        {[]oktatest.Fault{oktatest.Status(403).On(http.MethodDelete).Times(1), oktatest.Status(403).On(http.MethodGet).After(1)}, "1 of 3 is left, 1 may be, not verified"},
		"but it is still listed": {nil, "1 unknown at ORG: 1 of 3 is left: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 3)
			org.Inject(append(test.faults, oktatest.DropBefore().On(http.MethodDelete).Times(1))...)
			got := command{org: org, env: map[string]string{"OKTA_CLIENT_RATELIMIT_MAXRETRIES": "0"}}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes", "--concurrency", "1")
			if want := strings.ReplaceAll(test.says, "ORG", org.URL); !strings.Contains(got.err, want) {
				t.Errorf("stderr lacks %q:\n%s", want, got.err)
			}
		})
	}
}

// What earlier sweeps left open is accounted for, also what this one does not touch.
func TestWhatEarlierSweepsLeftOpenIsAccountedFor(t *testing.T) {
	t.Parallel()
	line := func(org, app, token, outcome string) string {
		return fmt.Sprintf(`{"time":"2026-11-24T11:00:00Z","org":%q,"appId":%q,"tokenId":%q,"outcome":%q}`+"\n", org, app, token, outcome)
	}
	for args, says := range map[string]string{
		"--user 00uAda":           "receipts: 2 tokens that earlier sweeps left open are gone; 2 tokens are still open, and not selected by these apps and filters; 1 open token is of https://other.okta.com\n",
		"--user 00uAda --dry-run": "receipts: 2 tokens that earlier sweeps left open are gone; 2 tokens are still open",
		"--status ACTIVE":         "receipts: 2 tokens that earlier sweeps left open are gone; 1 token is still open, and not selected by these apps and filters; 1 open token is of https://other.okta.com\n",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 0)
			org.Add("0oa1", gen.Token{ID: "oarAda", UserID: "00uAda", Status: gen.TokenStatusActive}, gen.Token{ID: "oarBob", UserID: "00uBob", Status: gen.TokenStatusActive})
			file := filepath.Join(t.TempDir(), "receipts.jsonl")
			writeTestFile(t, file, line(org.URL, "0oa1", "oarGone1", "unknown")+line(org.URL, "0oa1", "oarGone2", "planned")+line(org.URL, "0oa1", "oarDone", "revoked")+
				line(org.URL, "0oa1", "oarAda", "failed")+line(org.URL, "0oa1", "oarBob", "failed")+line(org.URL, "0oaOther", "oarElsewhere", "planned")+
				line("https://other.okta.com", "0oa1", "oarOther", "planned")+line("https://other.okta.com", "0oa1", "oarDone", "revoked"))
			got := command{org: org}.run(t.Context(), append([]string{"sweep", "0oa1", "--yes", "--receipts", file}, strings.Fields(args)...)...)
			if got.code != exitDone || !strings.Contains(got.err, says) {
				t.Errorf("code %d, stderr\n%s\nwant %q", got.code, got.err, says)
			}
		})
	}
}

// What was revoked is said beside what matched nothing, and an explanation stands alone.
func TestTheLastLineSaysWhatWasRevokedAndWhatMatchedNothing(t *testing.T) {
	t.Parallel()
	org := newOrgWithAda(t)
	file := filepath.Join(t.TempDir(), "receipts.jsonl")
	args := []string{"sweep", "0oa1", "--yes", "--receipts", file, "--user", "00unkw1sfbTw08c0g1d7"}
	got := command{org: org}.run(t.Context(), append(args, "--user", "00uNobody")...)
	if want := "apptokens: 1 of 1 revoked at " + org.URL + ", but 1 value matched no token; pass --allow-unmatched "; got.code != exitUnmatched || !strings.Contains(got.err, want) {
		t.Errorf("code %d, stderr\n%s\nwant %q", got.code, got.err, want)
	}
	got = command{org: org}.run(t.Context(), args...)
	if got.code != exitDone || strings.Contains(got.err, "no token has it") || !strings.Contains(got.err, "what matched is already gone") {
		t.Errorf("code %d, stderr\n%s", got.code, got.err)
	}
}

// watchingWriter calls see with every write.
type watchingWriter struct{ see func(string) }

func (w watchingWriter) Write(p []byte) (int, error) { w.see(string(p)); return len(p), nil }

// An outcome is on the disk before it is shown, and every plan before the first revocation; a sweep that is not confirmed
// leaves no plan. An outcome that cannot be recorded is named on standard error alone.
func TestNothingIsShownBeforeItIsOnRecord(t *testing.T) {
	t.Parallel()
	requireMovableFiles(t)
	org := newOrg(t, 30)
	dir := t.TempDir()
	file := filepath.Join(dir, "receipts.jsonl")
	if got := (command{org: org, tty: true, stdin: "no\n"}).run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--receipts", file); got.code != exitFailed || readTestFile(t, file) != "" {
		t.Fatalf("not confirmed: code %d, the file is\n%s", got.code, readTestFile(t, file))
	}
	held := org.Tokens("0oa1")
	var mu sync.Mutex
	plans, deletes := 0, 0
	server := intercept(t, org, func(r *http.Request) {
		if r.Method != http.MethodDelete {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		switch deletes++; deletes {
		case 1:
			content, _ := os.ReadFile(file)
			plans = strings.Count(string(content), `"outcome":"planned"`)
		case 10:
			_ = os.Rename(file, file+".moved") // nothing can be recorded any more
		}
	})
	var stderr strings.Builder
	var early []string
	shown := map[string]bool{}
	out := watchingWriter{func(text string) {
		content, err := os.ReadFile(file)
		if err != nil {
			content, _ = os.ReadFile(file + ".moved")
		}
		for line := range strings.Lines(text) {
			if !strings.Contains(line, `"revoked"`) {
				continue
			}
			shown[line] = true
			if !strings.Contains(string(content), line) {
				early = append(early, line)
			}
		}
	}}
	env := map[string]string{"OKTA_CLIENT_ORGURL": server.URL, "OKTA_CLIENT_TOKEN": org.APIToken()}
	code := run(t.Context(), []string{"sweep", "0oa1", "--status", "ACTIVE", "--yes", "-o", "jsonl", "--receipts", file}, &console{
		out: out, stderr: &stderr, clock: func() time.Time { return clock },
		getenv: func(name string) string { return env[name] }, configFiles: []string{},
	})
	recorded := map[string]bool{}
	for line := range strings.Lines(readTestFile(t, file+".moved")) {
		if strings.Contains(line, `"revoked"`) {
			recorded[line] = true
		}
	}
	left := org.Tokens("0oa1")
	for _, token := range held {
		isToken := func(other gen.Token) bool { return other.ID == token.ID }
		named := strings.Contains(stderr.String(), "token "+token.ID+" of app 0oa1: ") // as unknown, if it was under way
		if !slices.ContainsFunc(left, isToken) && !named && !slices.ContainsFunc(slices.Collect(maps.Keys(shown)), func(line string) bool { return strings.Contains(line, token.ID) }) {
			t.Errorf("token %s is gone without a word", token.ID)
		}
	}
	if code != exitFailed || plans != 30 || len(early) > 0 || !maps.Equal(shown, recorded) || !strings.Contains(stderr.String(), " of app 0oa1: revoked, but not recorded\n") {
		t.Errorf("code %d, %d plans, %d of %d shown early, %d recorded\n%s", code, plans, len(early), len(shown), len(recorded), &stderr)
	}
}
