package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// heldBy returns the IDs of a user's tokens of all apps, with the app before each, and of all others.
func heldBy(org *oktatest.Org, userID string, apps ...string) (his, others []string) {
	for _, appID := range apps {
		for _, token := range org.Tokens(appID) {
			if token.UserID == userID {
				his = append(his, appID+" "+token.ID)
			} else {
				others = append(others, appID+" "+token.ID)
			}
		}
	}
	slices.Sort(his)
	slices.Sort(others)
	return his, others
}

func TestSweepRevokesExactlyWhatMatches(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		command command
		args    []string
		code    int
		out     string // how often the outcome is printed
		err     []string
		left    bool // nothing was revoked
	}{
		"with --yes":                      {args: []string{"--yes"}, out: "revoked", err: []string{"COUNT of COUNT revoked at ORG; this took ", "listed again: COUNT gone, 0 still there"}},
		"after asking":                    {command: command{tty: true, stdin: "COUNT\n"}, out: "revoked", err: []string{"APP   APP NAME  USER", "This revokes COUNT of 200 refresh tokens of ORG: ", "Type COUNT to continue: "}},
		"not after another word":          {command: command{tty: true, stdin: "yes\n"}, code: 1, left: true, err: []string{"not confirmed: nothing was revoked"}},
		"not unasked":                     {code: 2, left: true, err: []string{"pass --yes or --dry-run"}},
		"not on a dry run":                {args: []string{"--dry-run", "-o", "jsonl"}, left: true, out: `"status":"ACTIVE"`, err: []string{"COUNT of 200 tokens of ORG match: ", "none was revoked (--dry-run)"}},
		"not if nothing matches":          {args: []string{"--yes", "--scope", "none"}, code: 3, left: true, err: []string{"no token matches: nothing was revoked at ORG", "--scope none: no token has it"}},
		"not if an app is unknown":        {args: []string{"0oaUnknown", "--yes"}, code: 1, left: true, err: []string{"nothing was revoked", "0oaUnknown"}},
		"not past a limit of concurrency": {args: []string{"--yes", "--concurrency", "0"}, code: 2, left: true, err: []string{"--concurrency is 0, want 1 to 64"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := oktatest.NewServer(oktatest.WithApp("0oa1", 120), oktatest.WithApp("0oa2", 80))
			t.Cleanup(org.Close)
			userID := org.Tokens("0oa1")[0].UserID
			his, others := heldBy(org.Org, userID, "0oa1", "0oa2")
			count := fmt.Sprint(len(his))
			test.command.org, test.command.stdin = org, strings.ReplaceAll(test.command.stdin, "COUNT", count)
			got := test.command.run(t.Context(), append([]string{"sweep", "0oa1", "0oa2", "--user", userID}, test.args...)...)
			for _, want := range test.err {
				if want = strings.NewReplacer("COUNT", count, "ORG", org.URL).Replace(want); !strings.Contains(got.err, want) {
					t.Errorf("stderr lacks %q:\n%s", want, got.err)
				}
			}
			if test.out != "" && strings.Count(got.out, test.out) != len(his) {
				t.Errorf("%q stands %d times in the output, want %d:\n%s", test.out, strings.Count(got.out, test.out), len(his), got.out)
			}
			hisLeft, othersLeft := heldBy(org.Org, userID, "0oa1", "0oa2")
			if !slices.Equal(othersLeft, others) || test.left != slices.Equal(hisLeft, his) || !test.left && len(hisLeft) > 0 {
				t.Errorf("%d of the user's tokens are left of %d, and %d of %d others", len(hisLeft), len(his), len(othersLeft), len(others))
			}
			if got.code != test.code {
				t.Errorf("code %d, want %d", got.code, test.code)
			}
		})
	}
}

// Before it asks, a sweep shows who loses how many tokens of which app: the users with the most, and how many more.
func TestSweepShowsWhoLosesTokens(t *testing.T) {
	t.Parallel()
	for users, more := range map[int]string{3: "", 20: "", 21: "and 1 more; --dry-run prints every token\n", 25: "and 5 more; --dry-run prints every token\n"} {
		org, total := newOrg(t, 0), 0
		for i := range users {
			for range i + 1 {
				org.Add("0oa1", gen.Token{UserID: fmt.Sprintf("00u%02d", i), Status: gen.TokenStatusActive})
				total++
			}
		}
		got := command{org: org, tty: true, stdin: "no\n"}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE")
		var want []string
		for i := range min(users, 20) {
			want = append(want, fmt.Sprintf("0oa1 00u%02d %d", users-1-i, users-i))
		}
		_, preview, _ := strings.Cut(got.err, "TOKENS\n")
		preview, _, _ = strings.Cut(preview, "This revokes")
		rows, _, _ := strings.Cut(preview, "and ")
		var shown []string
		for line := range strings.Lines(rows) {
			shown = append(shown, strings.Join(strings.Fields(line), " "))
		}
		if got.code != exitFailed || !slices.Equal(shown, want) || preview != rows+more || len(org.Tokens("0oa1")) != total {
			t.Errorf("%d users: code %d, shown %q, want %q and %q; stderr\n%s", users, got.code, shown, want, more, got.err)
		}
	}
}

// Who cannot be shown what a sweep would revoke cannot agree to it.
func TestASweepThatCannotShowWhatItRevokesRevokesNothing(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	env := map[string]string{"OKTA_CLIENT_ORGURL": org.URL, "OKTA_CLIENT_TOKEN": org.APIToken()}
	code := run(t.Context(), []string{"sweep", "0oa1", "--status", "ACTIVE"}, &console{
		in: bufio.NewReader(strings.NewReader("3\n")), out: io.Discard, stderr: fullDisk{}, canAsk: true,
		getenv: func(name string) string { return env[name] }, configFiles: []string{},
	})
	if code != exitFailed || len(org.Tokens("0oa1")) != 3 {
		t.Errorf("code %d, %d tokens left", code, len(org.Tokens("0oa1")))
	}
}

func TestSweepNeedsAFilter(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		says string
	}{
		"none":                             {nil, "sweep needs a filter, such as --user; revoke-all revokes every token"},
		"an empty user":                    {[]string{"--user", ""}, "--user is empty"},
		"blanks for a user":                {[]string{"--user", " ,\n"}, "--user is empty"},
		"an empty file of receipts":        {[]string{"--user", "00u1", "--receipts", ""}, "--receipts is empty"},
		"an empty file of apps":            {[]string{"--user", "00u1", "--apps-file", ""}, "--apps-file is empty"},
		"a file of apps that is missing":   {[]string{"--user", "00u1", "--apps-file", "/nowhere/apps.txt"}, "--apps-file: open /nowhere/apps.txt: "},
		"an unknown status":                {[]string{"--status", "active"}, `--status: "active" is not a status; want ACTIVE or `},
		"an age without a unit":            {[]string{"--older-than", "90"}, `--older-than: "90" is not a duration like 90d or 12h`},
		"an age that is a date":            {[]string{"--older-than", "2026-01-01"}, "is not a duration"},
		"a date that is a word":            {[]string{"--created-before", "yesterday"}, `"yesterday" is neither a date like 2026-11-24`},
		"two of one kind":                  {[]string{"--older-than", "90d", "--created-before", "2026-01-01"}, "--created-before conflicts with another flag for the same time"},
		"a date in the future":             {[]string{"--created-after", "2999-01-01"}, "--created-after: 2999-01-01T00:00:00"},
		"ages that exclude each other":     {[]string{"--older-than", "30d", "--newer-than", "12h"}, "no token can match: the flags ask for tokens issued after"},
		"a time before and after itself":   {[]string{"--created-after", "2026-11-20", "--created-before", "2026-11-20"}, "no token can match: the flags ask for tokens issued after"},
		"expiries that exclude each other": {[]string{"--expires-after", "2026-12-24", "--expires-before", "2026-11-20"}, "no token can match: the flags ask for tokens that expire after"},
		"an absurd age":                    {[]string{"--older-than", "999999w"}, "more than a hundred years"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 5)
			got := command{org: org}.run(t.Context(), append([]string{"sweep", "0oa1", "--yes"}, test.args...)...)
			if got.code != 2 || !strings.Contains(got.err, test.says) || len(org.Requests()) > 0 {
				t.Errorf("code %d, %d requests, stderr %q; want 2, none, %q", got.code, len(org.Requests()), got.err, test.says)
			}
		})
	}
}

func TestSweepReportsWhatItCouldNotDo(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 20)
	file := filepath.Join(t.TempDir(), "receipts.jsonl")
	org.Inject(oktatest.Status(403).On(http.MethodDelete).After(3).Times(2))
	args := []string{"sweep", "0oa1", "--status", "ACTIVE", "--yes", "--concurrency", "1", "--receipts", file}
	got := command{org: org}.run(t.Context(), args...)
	for _, want := range []string{"listed again: 18 gone, 2 still there", "apptokens: 18 of 20 revoked, 2 failed at " + org.URL + ": 2 of 20 are left: ", "needs a role that may manage the app"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("stderr lacks %q:\n%s", want, got.err)
		}
	}
	if got.code != 1 || strings.Count(got.out, "failed") != 2 || !strings.Contains(got.out, "403 Forbidden: E0000006") {
		t.Errorf("code %d\n%s", got.code, got.out)
	}
	// The credential is revoked in the middle: the rest is not attempted, and stays planned.
	org.Inject(oktatest.Status(401).On(http.MethodDelete).Forever())
	got = command{org: org}.run(t.Context(), args...)
	if got.code != 1 || !strings.Contains(got.err, "are left; run the same command again with a credential that may revoke: ") || !strings.Contains(got.err, "The token comes from OKTA_CLIENT_TOKEN.") || strings.Count(got.out, "not attempted") != 1 {
		t.Errorf("code %d\n%s%s", got.code, got.out, got.err)
	}
	for line := range strings.Lines(got.out) {
		if strings.Contains(line, "not attempted") && (!strings.Contains(line, "the sweep had stopped") || strings.Contains(line, "401")) {
			t.Errorf("a token that was not attempted has what another one met: %s", line)
		}
	}
	count := map[string]int{}
	for _, outcomes := range readReceipts(t, file) {
		count[last(outcomes)]++
	}
	if want := map[string]int{"revoked": 18, "failed": 1, "planned": 1}; !maps.Equal(count, want) {
		t.Errorf("the last receipts are %v, want %v", count, want)
	}
	// Again, it does the rest, and the receipts say what became of each.
	org.Heal()
	if got = (command{org: org}).run(t.Context(), args...); got.code != 0 {
		t.Errorf("code %d\n%s", got.code, got.err)
	}
	receipts := readReceipts(t, file)
	if len(receipts) != 20 {
		t.Errorf("%d tokens are on record, want 20", len(receipts))
	}
	for token, outcomes := range receipts {
		if last := outcomes[len(outcomes)-1]; outcomes[0] != "planned" || last != "revoked" {
			t.Errorf("%s: %q", token, outcomes)
		}
	}
}

// A refused scope is refused for every token: one DELETE finds out, apart from those under way.
func TestSweepStopsWhereTheScopeIsMissing(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 40)
	org.Inject(oktatest.Challenge(403, "insufficient_scope", "").On(http.MethodDelete).Forever())
	got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes")
	deletes := 0
	for _, request := range org.Requests() {
		if request.Method == http.MethodDelete {
			deletes++
		}
	}
	if got.code != 1 || deletes == 0 || deletes > 8 || !strings.Contains(got.err, "insufficient_scope") || strings.Contains(got.err, "run the same command again to continue") {
		t.Errorf("code %d, %d DELETEs, stderr\n%s", got.code, deletes, got.err)
	}
}

// A token whose listed ID cannot be sent is not attempted, and the last line says why. That it is still listed does not
// mean that its revocation failed.
func TestATokenThatCannotBeNamedIsReported(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 1)
	org.Inject(oktatest.Body(200, "application/json", `[{"id":"oar a/b","userId":"00u1","status":"ACTIVE"}]`).On(http.MethodGet).Forever())
	got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--user", "00u1", "--yes")
	if got.code != exitFailed || strings.Contains(got.err, "%!") || !strings.Contains(got.err, `token ID "oar a/b"`) {
		t.Errorf("code %d, %s", got.code, got.err)
	}
	if strings.Contains(got.out, "failed") || !strings.Contains(got.err, "1 not attempted at "+org.URL+": 1 of 1 is left: ") {
		t.Errorf("stdout\n%s\nstderr\n%s", got.out, got.err)
	}
}

// Where the server wants a longer wait than a call may make, the first token finds out for all.
func TestSweepStopsAtARefusedRetryAfter(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 40)
	org.Inject(oktatest.Throttle(5 * time.Minute).On(http.MethodDelete).Forever())
	got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes")
	if got.code != exitFailed || len(org.Requests()) > 10 || strings.Contains(got.err, "limits a call to") || !strings.Contains(got.err, "the next request may be sent in 5m0s, but the call may not wait that long") {
		t.Errorf("code %d, %d requests, %s", got.code, len(org.Requests()), got.err)
	}
}

// A dry run reads the receipts of earlier sweeps, and begins none.
func TestADryRunWritesNoReceipts(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	file := filepath.Join(t.TempDir(), "receipts.jsonl")
	got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--dry-run", "--receipts", file)
	if _, err := os.Stat(file); got.code != exitDone || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("code %d, the file: %v, %s", got.code, err, got.err)
	}
}

// requireMovableFiles skips a test where a file that is open stays where it is.
func requireMovableFiles(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows neither moves nor deletes a file that is open")
	}
}

// Receipts that are moved or deleted while a sweep runs prove nothing: it stops. One more revocation may be under
// way by then.
func TestReceiptsThatAreTakenAwayStopASweep(t *testing.T) {
	t.Parallel()
	requireMovableFiles(t)
	for name, take := range map[string]func(string) error{
		"deleted": os.Remove, "moved": func(path string) error { return os.Rename(path, path+".old") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 40)
			file := filepath.Join(t.TempDir(), "receipts.jsonl")
			server := intercept(t, org, func(r *http.Request) {
				if r.Method == http.MethodDelete {
					_ = take(file)
				}
			})
			got := command{org: server}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes", "--concurrency", "1", "--receipts", file)
			if got.code != exitFailed || !strings.Contains(got.err, "was moved or deleted meanwhile") || len(org.Tokens("0oa1")) < 38 {
				t.Errorf("code %d, %d tokens left, %s", got.code, len(org.Tokens("0oa1")), got.err)
			}
		})
	}
}
