package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// newOrgWithAda is newOrg with one token more, whose values are known.
func newOrgWithAda(t *testing.T) *oktatest.Server {
	t.Helper()
	org := newOrg(t, 5)
	org.Add("0oa1", gen.Token{ID: "oarAda", UserID: "00unkw1sfbTw08c0g1d7", ClientID: "0oaClient", Status: gen.TokenStatusActive,
		Issuer: "https://acme.okta.com/oauth2/default", Scopes: []string{"openid", "offline_access"}, Created: clock.Add(-time.Hour)})
	return org
}

// A value that cannot be what the flag wants is a usage error that leads to the right one, before the first request.
func TestAFilterRefusesWhatCannotBeItsValue(t *testing.T) {
	t.Parallel()
	for args, says := range map[string]string{
		"--user alice@example.com":    `--user: "alice@example.com" is not the ID of a user: those begin with 00u; 'apptokens list APP --columns userId,userName'`,
		"--user Ada Byron":            `--user: "Ada" is not the ID of a user`,
		"--user 0oardd5r32PWsF4421d7": `"0oardd5r32PWsF4421d7" is not the ID of a user`,
		"--user oar1gytf4dW8R5tmZ1d7": `"oar1gytf4dW8R5tmZ1d7" is not the ID of a user`,
		"--client 00unkw1sfbTw08c0g1": `"00unkw1sfbTw08c0g1" is not a client ID; for an OIDC app it is the app's ID`,
		"--client my client/1":        `"client/1" is not a client ID`,
		"--issuer default":            `"default" is not the URL of an authorization server`,
		"--issuer acme.okta.com":      `'apptokens list APP --columns issuer' shows them`,
		`--scope "openid"`:            `"\"openid\"" is not a scope`,
		"--status active":             `"active" is not a status; want ACTIVE or REVOKED`,
	} {
		flag, value, _ := strings.Cut(args, " ")
		for _, line := range [][]string{{"sweep", "0oa1", "--yes"}, {"list", "0oa1"}, {"summary", "0oa1"}} {
			org := newOrgWithAda(t)
			got := command{org: org}.run(t.Context(), append(line, flag, value)...)
			if got.code != exitUsage || !strings.Contains(got.err, says) || len(org.Requests()) > 0 {
				t.Errorf("%v %s: code %d, %d requests, stderr %q; want 2, none, %q", line, args, got.code, len(org.Requests()), got.err, says)
			}
		}
	}
}

// What was given in vain is named by every command that filters, and a sweep exits with 3 unless it is told not to.
func TestValuesThatMatchNothingAreNamed(t *testing.T) {
	t.Parallel()
	const good = "00unkw1sfbTw08c0g1d7"
	tests := map[string]struct {
		args  []string
		says  []string
		sweep int // exit code
	}{
		"a user":                {[]string{"--user", "00uNobody"}, []string{"--user 00uNobody: no token has it\n"}, exitUnmatched},
		"one of two users":      {[]string{"--user", good + ",00uNobody"}, []string{"--user 00uNobody: no token has it\n"}, exitUnmatched},
		"a user in lower case":  {[]string{"--user", strings.ToLower(good)}, []string{`no token has it; did you mean "` + good + `"?`}, exitUnmatched},
		"a scope with a hyphen": {[]string{"--scope", "offline-access"}, []string{`--scope offline-access: no token has it; did you mean "offline_access"?`}, exitUnmatched},
		"a client":              {[]string{"--client", "0oaOther"}, []string{"--client 0oaOther: no token has it\n"}, exitUnmatched},
		"an issuer":             {[]string{"--issuer", "https://acme.okta.com/oauth2/other"}, []string{"--issuer https://acme.okta.com/oauth2/other: no token has it\n"}, exitUnmatched},
		"what a time leaves out": {[]string{"--user", good, "--older-than", "90d"},
			[]string{"--user " + good + ": 1 token has it, but the other filters exclude all of them\n"}, exitUnmatched},
		"an issuer with a slash":      {[]string{"--issuer", "https://acme.okta.com/oauth2/default/"}, nil, exitDone},
		"a time alone":                {[]string{"--created-before", "2001-01-01"}, nil, exitDone},
		"a status alone":              {[]string{"--status", "REVOKED"}, nil, exitDone},
		"a user, and that is fine":    {[]string{"--user", "00uNobody", "--allow-unmatched"}, []string{"--user 00uNobody: no token has it\n"}, exitDone},
		"a user, on a dry run":        {[]string{"--user", "00uNobody", "--dry-run"}, []string{"--user 00uNobody: no token has it\n"}, exitUnmatched},
		"a user who is there":         {[]string{"--user", good}, nil, exitDone},
		"a client and scope together": {[]string{"--client", "0oaClient", "--scope", "openid"}, nil, exitDone},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, subcommand := range []string{"sweep", "list", "summary"} {
				org, args, want := newOrgWithAda(t), test.args, exitDone
				if subcommand == "sweep" {
					args, want = append([]string{"--yes"}, args...), test.sweep
				} else if args[len(args)-1] == "--allow-unmatched" || args[len(args)-1] == "--dry-run" {
					continue
				}
				got := command{org: org}.run(t.Context(), append([]string{subcommand, "0oa1"}, args...)...)
				for _, says := range test.says {
					if !strings.Contains(got.err, says) {
						t.Errorf("%s: stderr lacks %q:\n%s", subcommand, says, got.err)
					}
				}
				if got.code != want || test.says == nil && strings.Contains(got.err, "no token has it") {
					t.Errorf("%s: code %d, want %d; stderr\n%s", subcommand, got.code, want, got.err)
				}
				if want == exitUnmatched && !strings.Contains(got.err, "pass --allow-unmatched if that is fine") {
					t.Errorf("%s: stderr does not name the way out:\n%s", subcommand, got.err)
				}
			}
		})
	}
}

// The rerun of a finished sweep succeeds, because its receipts show that the tokens are gone. Those of another user do not.
func TestReceiptsExplainValuesThatMatchNothing(t *testing.T) {
	t.Parallel()
	const user = "00unkw1sfbTw08c0g1d7"
	for name, filter := range map[string][]string{
		"user": {"--user", user}, "client": {"--client", "0oaClient"}, "scope": {"--scope", "offline_access", "--client", "0oaClient"},
		"issuer": {"--issuer", "https://acme.okta.com/oauth2/default/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrgWithAda(t)
			file := filepath.Join(t.TempDir(), "receipts.jsonl")
			args := append([]string{"sweep", "0oa1", "--yes", "--receipts", file}, filter...)
			for range 2 {
				if got := (command{org: org}).run(t.Context(), args...); got.code != exitDone {
					t.Fatalf("code %d, %s", got.code, got.err)
				}
			}
			if got := (command{org: org}).run(t.Context(), append(args[:5:5], "--user", "00uNobody")...); got.code != exitUnmatched {
				t.Errorf("another user: code %d, %s", got.code, got.err)
			}
			if got := (command{org: org}).run(t.Context(), append([]string{"sweep", "0oa1", "--yes"}, filter...)...); name != "scope" && got.code != exitUnmatched {
				t.Errorf("without the receipts: code %d, %s", got.code, got.err)
			}
		})
	}
}

// One receipt of a value is not enough: none may say that a token is left, the app must be one of this sweep, and the
// token must match the other filters.
func TestReceiptsThatDoNotExplain(t *testing.T) {
	t.Parallel()
	const user = "00unkw1sfbTw08c0g1d7"
	receipt := func(org, app, token, outcome, user, client string) string {
		return fmt.Sprintf(`{"time":"2026-11-24T12:00:00Z","org":%q,"appId":%q,"tokenId":%q,"userId":%q,"clientId":%q,"outcome":%q}`+"\n", org, app, token, user, client, outcome)
	}
	tests := map[string]struct {
		receipts [][]string // app, token, outcome; then user and client, if they matter
		held     bool       // the user holds another token, issued now
		args     []string
		code     int
		says     string
	}{
		"gone in this app":         {[][]string{{"0oa1", "oar1", "revoked"}}, false, nil, exitDone, "what matched is already gone"},
		"left in another app":      {[][]string{{"0oa1", "oar1", "revoked"}, {"0oa2", "oar2", "failed"}}, false, nil, exitUnmatched, "token oar2 of app 0oa2 is not known to be gone"},
		"gone in another app":      {[][]string{{"0oa2", "oar2", "revoked"}}, false, nil, exitUnmatched, "no token has it"},
		"gone, on a dry run":       {[][]string{{"0oa1", "oar1", "revoked"}}, false, []string{"--dry-run"}, exitDone, "what matched is already gone"},
		"left, on a dry run":       {[][]string{{"0oa1", "oar1", "planned"}}, false, []string{"--dry-run"}, exitUnmatched, "token oar1 of app 0oa1 is not known to be gone"},
		"a receipt for each value": {[][]string{{"0oa1", "oar1", "revoked", user, "0oaOther"}, {"0oa1", "oar2", "revoked", "00uOther", "0oaClient"}}, false, []string{"--client", "0oaClient"}, exitUnmatched, "--client 0oaClient: no token has it"},
		"another filter beside it": {[][]string{{"0oa1", "oar1", "revoked"}}, false, []string{"--client", "0oaOther"}, exitUnmatched, "--client 0oaOther: no token has it"},
		"gone, and a time given":   {[][]string{{"0oa1", "oar1", "revoked"}}, false, []string{"--older-than", "90d"}, exitDone, "what matched is already gone"},
		"gone, but a new one":      {[][]string{{"0oa1", "oar1", "revoked"}}, true, []string{"--older-than", "90d"}, exitUnmatched, "1 token has it, but the other filters exclude all of them"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 3)
			if test.held {
				org.Add("0oa1", gen.Token{UserID: user, Created: clock})
			}
			file := filepath.Join(t.TempDir(), "receipts.jsonl")
			content := ""
			for _, r := range test.receipts {
				r = append(r, user, "")
				content += receipt(org.URL, r[0], r[1], r[2], r[3], r[4])
			}
			writeTestFile(t, file, content)
			got := command{org: org}.run(t.Context(), append([]string{"sweep", "0oa1", "--user", user, "--yes", "--receipts", file}, test.args...)...)
			if got.code != test.code || !strings.Contains(got.err, test.says) || readTestFile(t, file) != content {
				t.Errorf("code %d, stderr\n%s\nwant %d, %q", got.code, got.err, test.code, test.says)
			}
		})
	}
}

// A proof that nothing is left can fail: by a token that is left, an org that cannot be reached, a dead credential, or a
// listing that ends early.
func TestExpectNoneIsAProofThatCanFail(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		env   map[string]string
		fault *oktatest.Fault
		user  string
		app   string // beside 0oa1; empty for none
		code  int
		says  string
	}{
		"nothing matches":             {user: "00uNobody", code: exitDone, says: "proved: none of 6 tokens in 1 app of ORG matches"},
		"a token is left":             {user: "00unkw1sfbTw08c0g1d7", code: exitFailed, says: "1 of 6 tokens in 1 app of ORG match, and none should (--expect-none)"},
		"a mistyped user":             {user: "00unkw1sfbtw08c0g1d7", code: exitFailed, says: `"00unkw1sfbtw08c0g1d7" may be mistyped, so this proves nothing`},
		"a mistyped user after one":   {user: "00uNobody,00unkw1sfbtw08c0g1d7", code: exitFailed, says: `"00unkw1sfbtw08c0g1d7" may be mistyped, so this proves nothing`},
		"an app that is not there":    {user: "00uNobody", app: "0oaUnknown", code: exitFailed, says: "1 of 2 apps could not be listed; 0 tokens were listed, and the listing is not complete"},
		"a dead credential":           {user: "00uNobody", env: map[string]string{"OKTA_CLIENT_TOKEN": "dead"}, code: exitFailed, says: "401 Unauthorized"},
		"an org that is out of reach": {user: "00uNobody", env: map[string]string{"OKTA_CLIENT_ORGURL": "http://127.0.0.1:1", "OKTA_CLIENT_RATELIMIT_MAXRETRIES": "0"}, code: exitFailed, says: "connection refused"},
		"a page that is refused":      {user: "00uNobody", fault: new(oktatest.Status(403).After(1)), code: exitFailed, says: "403 Forbidden"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrgWithAda(t)
			if test.fault != nil {
				org.Inject(*test.fault)
			}
			apps := strings.Fields("0oa1 " + test.app)
			got := command{org: org, env: test.env}.run(t.Context(), append([]string{"list", "--user", test.user, "--expect-none", "--page-size", "3"}, apps...)...)
			proved := strings.Contains(got.err, "proved")
			if got.code != test.code || proved != (test.code == exitDone) || !strings.Contains(got.err, strings.ReplaceAll(test.says, "ORG", org.URL)) {
				t.Errorf("code %d, stderr %q; want %d, %q", got.code, got.err, test.code, test.says)
			}
		})
	}
}

// A span of time is counted from this machine's clock: if that is years off, --older-than 90d would match everything.
func TestSpansOfTimeNeedAClockThatIsRight(t *testing.T) {
	t.Parallel()
	for skew, wrong := range map[time.Duration]bool{0: false, 4 * time.Minute: false, -4 * time.Minute: false, 6 * time.Minute: true, -3 * 365 * 24 * time.Hour: true} {
		for _, args := range [][]string{{"sweep", "--yes", "--older-than", "90d"}, {"list", "--newer-than", "1h"}, {"summary", "--expires-before", "7d"}, {"sweep", "--yes", "--created-before", "90d"}} {
			org := oktatest.NewServer(oktatest.WithApp("0oa1", 5), oktatest.WithClock(func() time.Time { return clock.Add(skew) }))
			t.Cleanup(org.Close)
			got := command{org: org}.run(t.Context(), append(args, "0oa1")...)
			if refused := got.code == exitUsage && strings.Contains(got.err, "counts from this machine's clock, which differs from the org's by"); refused != wrong {
				t.Errorf("skew %v, %v: code %d, %s", skew, args, got.code, got.err)
			}
			if wrong && got.out != "" {
				t.Errorf("skew %v, %v: a token is shown:\n%s", skew, args, got.out)
			}
			for _, request := range org.Requests() {
				if wrong && request.Method == http.MethodDelete {
					t.Errorf("skew %v, %v: a token was revoked", skew, args)
				}
			}
			// A date does not depend on the clock.
			if got := (command{org: org}).run(t.Context(), "sweep", "0oa1", "--yes", "--created-before", "2001-01-01"); got.code != exitDone {
				t.Errorf("skew %v, a date: code %d, %s", skew, got.code, got.err)
			}
		}
	}
}

// The ages in a summary are counted from this machine's clock, whatever its filters.
func TestASummaryWarnsOfAClockThatIsWrong(t *testing.T) {
	t.Parallel()
	for skew, warning := range map[time.Duration]string{
		4 * time.Minute: "", -6 * time.Minute: "apptokens: warning: ages are counted from this machine's clock, which differs from the org's by 6m0s\n",
	} {
		org := oktatest.NewServer(oktatest.WithApp("0oa1", 5), oktatest.WithClock(func() time.Time { return clock.Add(skew) }))
		t.Cleanup(org.Close)
		if got := (command{org: org}).run(t.Context(), "summary", "0oa1"); got.code != exitDone || got.err != warning {
			t.Errorf("skew %v: code %d, stderr %q, want %q", skew, got.code, got.err, warning)
		}
	}
}

// A token that is revoked already, should Okta list it, is neither left nor a mistake.
func TestRevokedTokensAreNotLeft(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 2)
	org.Add("0oa1", gen.Token{ID: "oarOld", UserID: "00uOld", Status: gen.TokenStatusRevoked})
	for _, line := range []string{"sweep 0oa1 --user 00uOld --yes", "list 0oa1 --user 00uOld --expect-none"} {
		if got := (command{org: org}).run(t.Context(), strings.Fields(line)...); got.code != exitDone {
			t.Errorf("%s: code %d, %s", line, got.code, got.err)
		}
	}
	if got := (command{org: org}).run(t.Context(), "list", "0oa1", "--user", "00uOld", "--status", "REVOKED", "--expect-none"); got.code != exitFailed {
		t.Errorf("asked for: code %d, %s", got.code, got.err)
	}
}

// Of two files or two times, one would be dropped without a word.
func TestAFlagIsGivenOnce(t *testing.T) {
	t.Parallel()
	org := newOrgWithAda(t)
	file := filepath.Join(t.TempDir(), "apps.txt")
	writeTestFile(t, file, "0oa1\n")
	for _, args := range [][]string{
		{"sweep", "--apps-file", file, "--apps-file", file, "--user", "00u1", "--yes"}, {"sweep", "0oa1", "--older-than", "900d", "--older-than", "1d", "--yes"},
		{"sweep", "0oa1", "--user", "00u1", "--receipts", "a", "--receipts", "b", "--yes"}, {"list", "0oa1", "--org-url", org.URL, "--org-url", org.URL},
	} {
		if got := (command{org: org}).run(t.Context(), args...); got.code != exitUsage || !strings.Contains(got.err, " is given twice") {
			t.Errorf("%v: code %d, %s", args, got.code, got.err)
		}
	}
	if len(org.Requests()) > 0 {
		t.Errorf("%d requests were sent", len(org.Requests()))
	}
}

// A token whose time cannot be read does not match a filter on times. The result is not an all-clear, and tokens that
// match are revoked.
func TestATimeThatCannotBeReadIsNotAnAllClear(t *testing.T) {
	t.Parallel()
	const (
		unreadable, readable = "around 2020", "2026-11-20 11:28:57 +0000 UTC"
		proofFails           = `this proves nothing (--expect-none): a token has a time that cannot be read, so it matches no filter on times; 'apptokens list APP -o json'`
		sweepFails           = `apptokens: a token has a time that cannot be read, so it matches no filter on times; 'apptokens list APP -o json' shows the time as Okta sent it, and --user selects the token`
	)
	for line, test := range map[string]struct {
		created string
		code    int
		says    string
		left    int
	}{
		"list 0oa1 --older-than 90d --expect-none":                  {unreadable, exitFailed, proofFails, 1},
		"list 0oa1 --created-after 2001-01-01 --expect-none":        {readable, exitFailed, "2 of 2 tokens", 1},
		"list 0oa1 --older-than 30w --expect-none":                  {readable, exitDone, "proved: none of 2 tokens", 1},
		"list 0oa1 --expires-before 1h --expect-none":               {unreadable, exitDone, "proved: none of 2 tokens", 1},
		"list 0oa1 --user 00uNobody --expect-none":                  {unreadable, exitDone, "proved: none of 2 tokens", 1},
		"list 0oa1 --user 00uNobody --older-than 90d --expect-none": {unreadable, exitDone, "proved: none of 2 tokens", 1},
		"list 0oa1 --older-than 90d":                                {unreadable, exitDone, "", 1},
		"summary 0oa1 --older-than 90d":                             {unreadable, exitDone, "", 1},
		"sweep 0oa1 --older-than 90d --yes":                         {unreadable, exitFailed, sweepFails, 1},
		"sweep 0oa1 --older-than 90d --dry-run":                     {unreadable, exitFailed, sweepFails, 1},
		"sweep 0oa1 --newer-than 90d --yes":                         {unreadable, exitFailed, "1 of 1 revoked", 0},
		"sweep 0oa1 --older-than 30w --yes":                         {readable, exitDone, "no token matches", 1},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 1)
			org.Inject(oktatest.Body(http.StatusOK, "application/json", fmt.Sprintf(
				`[{"id":"oarOdd","created":%q,"expiresAt":"2026-12-24T12:00:00Z"},{"id":%q,"created":"2026-11-20T12:00:00Z","expiresAt":"2026-12-24T12:00:00Z"}]`,
				test.created, org.Tokens("0oa1")[0].ID)))
			got := command{org: org}.run(t.Context(), strings.Fields(line)...)
			if left := len(org.Tokens("0oa1")); got.code != test.code || !strings.Contains(got.err, test.says) || left != test.left {
				t.Errorf("code %d, %d tokens left, stderr\n%s\nwant %d, %d, %q", got.code, left, got.err, test.code, test.left, test.says)
			}
			const warning = `warning: list (app 0oa1): a time in the response cannot be read, at "/0/created"`
			if want := map[string]int{unreadable: 1}[test.created]; strings.Count(got.err, warning) != want {
				t.Errorf("stderr\n%s\nwant %q %d times", got.err, warning, want)
			}
		})
	}
}
