package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// What the second listing shows has the last word: a 204 that revoked nothing, a listing that fails.
func TestSweepVerifiesWhatTheServerSaid(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault oktatest.Fault
		says  string
	}{
		"a 204 that revoked nothing":   {oktatest.Body(204, "", "").On(http.MethodDelete).Times(1), "3 of 3 revoked at ORG, but 1 token is still listed; run the same command again; "},
		"a second listing that fails":  {oktatest.Status(403).On(http.MethodGet).After(1), "3 of 3 revoked at ORG, but 1 app could not be listed again to verify; 'apptokens list --expect-none' with the same apps and filters does that; "},
		"a token that is not revoked":  {oktatest.Status(403).On(http.MethodDelete).Times(1), "2 of 3 revoked, 1 failed at ORG: 1 of 3 is left: "},
		"two that are left":            {oktatest.Status(403).On(http.MethodDelete).Times(2), "); run the same command again; this took "},
		"a feature that the org lacks": {oktatest.Body(401, "application/json", `{"errorCode":"E0000015","errorSummary":"no"}`).On(http.MethodDelete).Forever(), "are left; the org lacks the feature: "},
		"a credential without a scope": {oktatest.Challenge(403, "insufficient_scope", "").On(http.MethodDelete).Forever(), "run the same command again with a credential that may revoke"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 3)
			org.Inject(test.fault)
			got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes", "--concurrency", "1")
			if got.code != 1 || !strings.Contains(got.err, strings.ReplaceAll(test.says, "ORG", org.URL)) {
				t.Errorf("code %d, stderr\n%s\nwant %q", got.code, got.err, test.says)
			}
		})
	}
}

// A user who signs in again meanwhile has a new token, which is named and left alone.
func TestSweepNamesTokensThatAreNew(t *testing.T) {
	t.Parallel()
	for issued, says := range map[int][]string{
		1:  {"but 1 matching token was not in the first listing"},
		10: {"but 10 matching tokens were not in the first listing"},
		12: {"but 12 matching tokens were not in the first listing", "apptokens: and 2 more\n"},
	} {
		t.Run(fmt.Sprint(issued), func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 3)
			first := org.Tokens("0oa1")[0]
			issue := sync.OnceFunc(func() {
				for i := range issued {
					org.Add("0oa1", gen.Token{ID: fmt.Sprint("oarNew", i), UserID: first.UserID, Created: clock.Add(-time.Hour)})
				}
			})
			server := intercept(t, org, func(r *http.Request) {
				if r.Method == http.MethodDelete {
					issue()
				}
			})
			got := command{org: server}.run(t.Context(), "sweep", "0oa1", "--user", first.UserID, "--yes")
			for _, want := range append(says, "not in the first listing, and not revoked: token oarNew0 of app 0oa1, user "+first.UserID+", issued 2026-11-24T11:00:00Z\n") {
				if !strings.Contains(got.err, want) {
					t.Errorf("stderr lacks %q:\n%s", want, got.err)
				}
			}
			named, more := strings.Count(got.err, ", and not revoked: "), strings.Contains(got.err, "more\n")
			if got.code != exitFailed || len(org.Tokens("0oa1")) < issued || named != min(issued, 10) || more != (issued > 10) {
				t.Errorf("code %d, %d tokens left, %d named, %s", got.code, len(org.Tokens("0oa1")), named, got.err)
			}
		})
	}
}

// A revocation whose responses all break has happened nevertheless, as the second listing says.
func TestWhatIsGoneIsNotAFailure(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	org.Inject(oktatest.DropAfter().On(http.MethodDelete).Times(1), oktatest.HTML(404).On(http.MethodDelete).Times(1))
	file := filepath.Join(t.TempDir(), "receipts.jsonl")
	got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes", "--concurrency", "1", "--receipts", file)
	if got.code != 0 || !strings.Contains(got.err, "2 of 3 revoked, 1 already gone at "+org.URL) {
		t.Errorf("code %d, %s", got.code, got.err)
	}
	receipts := readReceipts(t, file)
	if len(receipts) != 3 {
		t.Errorf("receipts of %d tokens, want 3", len(receipts))
	}
	for token, outcomes := range receipts {
		if last := outcomes[len(outcomes)-1]; last != "revoked" && last != "already gone" {
			t.Errorf("%s: %q", token, outcomes)
		}
	}
}

// An app that cannot be listed again is named, also where tokens of another one are left.
func TestAnAppThatCannotBeListedAgainIsNamed(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 2), oktatest.WithApp("0oa2", 2))
	t.Cleanup(org.Close)
	org.Inject(oktatest.Status(403).On(http.MethodDelete).Times(1), oktatest.Status(403).On(http.MethodGet).After(3))
	got := command{org: org}.run(t.Context(), "sweep", "0oa1", "0oa2", "--status", "ACTIVE", "--yes", "--concurrency", "1")
	if got.code != exitFailed || !strings.Contains(got.err, "app 0oa2 could not be listed again to verify: list (app 0oa2): 403") || !strings.Contains(got.err, "listed again: 1 gone, 1 still there") ||
		!strings.Contains(got.err, "1 of 4 is left, not verified, because 1 app could not be listed again") {
		t.Errorf("code %d, %s", got.code, got.err)
	}
}

// A failure in an app that cannot be listed again stays a failure, also on record.
func TestAFailureThatIsNotVerifiedStaysOne(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	org.Inject(oktatest.Status(403).On(http.MethodDelete).Times(1), oktatest.Status(403).On(http.MethodGet).After(1))
	file := filepath.Join(t.TempDir(), "receipts.jsonl")
	got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes", "--concurrency", "1", "--receipts", file)
	if got.code != exitFailed || !strings.Contains(got.err, "2 of 3 revoked, 1 failed at "+org.URL+": 1 of 3 is left, not verified") {
		t.Errorf("code %d, %s", got.code, got.err)
	}
	for _, token := range org.Tokens("0oa1") {
		if outcomes := readReceipts(t, file)["0oa1 "+token.ID]; !slices.Equal(outcomes, []string{"planned", "failed"}) {
			t.Errorf("%s is on record as %q", token.ID, outcomes)
		}
	}
}

// What the second listing shows is recorded as well, or the sweep fails.
func TestReceiptsThatAreGoneAtTheEndAreAFailure(t *testing.T) {
	t.Parallel()
	requireMovableFiles(t)
	org := newOrg(t, 3)
	file := filepath.Join(t.TempDir(), "receipts.jsonl")
	org.Inject(oktatest.Body(204, "", "").On(http.MethodDelete).Times(1))
	server := intercept(t, org, func(r *http.Request) {
		if r.Method == http.MethodGet && len(org.Requests()) > 0 { // the second listing
			_ = os.Remove(file)
		}
	})
	got := command{org: server}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes", "--receipts", file)
	if got.code != exitFailed || !strings.Contains(got.err, "because the receipts could not be written") {
		t.Errorf("code %d, %s", got.code, got.err)
	}
}
