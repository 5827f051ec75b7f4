package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/apptokens/api/oktatest"
)

// After a failure, the next step is named: for each kind of failure another one, and the same for every command.
func TestHintsNameTheNextStep(t *testing.T) {
	t.Parallel()
	const role = "needs a role that may manage the app, such as Application Administrator"
	bearer := map[string]string{"OKTA_CLIENT_TOKEN": "x", "OKTA_CLIENT_AUTHORIZATIONMODE": "Bearer"}
	okta := func(status int, code string) *oktatest.Fault {
		return new(oktatest.Body(status, "application/json", fmt.Sprintf(`{"errorCode":%q,"errorSummary":"no"}`, code)))
	}
	tests := map[string]struct {
		args  string // of a single command; empty for list, get, revoke and revoke-all
		env   map[string]string
		fault *oktatest.Fault
		says  string
		never string
	}{
		"an administrator without rights": {fault: new(oktatest.Status(403)), says: role},
		"an access token without a scope": {env: bearer, fault: new(oktatest.Challenge(403, "insufficient_scope", "")), says: "needs the scope okta.apps.read to list and okta.apps.manage to revoke"},
		"the 403 of a proxy":              {fault: new(oktatest.HTML(403)), says: "The response did not come from Okta", never: "role"},
		"the 400 of a proxy":              {fault: new(oktatest.HTML(400)), says: "The response did not come from Okta", never: "OIDC"},
		"the 404 of a proxy":              {fault: new(oktatest.HTML(404)), says: "The response did not come from Okta", never: "an app of"},
		"an app that is not there":        {args: "list 0oaWrong", says: "Is 0oaWrong an app of {org}? The ID of an OIDC app is its client ID."},
		"revoke-all of such an app":       {args: "revoke-all 0oaWrong --yes", says: "Is 0oaWrong an app of {org}?"},
		"revoke of such an app's token":   {args: "revoke 0oaWrong oar1", says: "Is 0oaWrong an app of {org}?"},
		"a token that is not there":       {args: "get 0oa1 oarWrong", never: "Is "},
		"a dead credential":               {fault: okta(401, "E0000011"), says: "The token comes from OKTA_CLIENT_TOKEN. Is it valid, and of this org?"},
		"a feature that the org lacks":    {fault: okta(401, "E0000015"), says: "The org lacks the feature; another credential does not help.", never: "Is it valid"},
		"an app that is not OAuth":        {args: "list 0oa1", fault: okta(400, "E0000001"), says: "Is the app an OAuth or OIDC app?"},
		"a 400 to a sweep's revocations":  {args: "sweep 0oa1 --status ACTIVE --yes", fault: new(okta(400, "E0000001").On(http.MethodDelete)), says: "400 Bad Request", never: "OIDC"},
		"a dead credential, of contract":  {args: "contract 0oa1", fault: okta(401, "E0000011"), says: "The token comes from OKTA_CLIENT_TOKEN. Is it valid, and of this org?"},
		"contract without rights":         {args: "contract 0oa1", fault: okta(403, "E0000006"), says: role},
		"contract without the feature":    {args: "contract 0oa1", fault: okta(401, "E0000015"), says: "The org lacks the feature", never: "Is it valid"},
		"the 403 of a proxy, of contract": {args: "contract 0oa1", fault: new(oktatest.HTML(403)), says: "The response did not come from Okta", never: "role"},
		"an org that is not there": {env: map[string]string{"OKTA_CLIENT_ORGURL": "http://127.0.0.1:1", "OKTA_CLIENT_RATELIMIT_MAXRETRIES": "0"},
			says: "The org URL http://127.0.0.1:1 comes from OKTA_CLIENT_ORGURL. Is it right?"},
	}
	for name, test := range tests {
		lines := []string{"list 0oa1", "get 0oa1 oar1", "revoke 0oa1 oar1", "revoke-all 0oa1 --yes"}
		if test.args != "" {
			lines = []string{test.args}
		}
		for _, line := range lines {
			org := newOrg(t, 3)
			if test.fault != nil {
				org.Inject(test.fault.Forever())
			}
			got := command{org: org, env: test.env}.run(t.Context(), strings.Fields(line)...)
			if got.code != exitFailed || !strings.Contains(got.err, strings.ReplaceAll(test.says, "{org}", org.URL)) || test.never != "" && strings.Contains(got.err, test.never) {
				t.Errorf("%s: %s: code %d, stderr %q; want %q", name, line, got.code, got.err, test.says)
			}
		}
	}
}

// Mistakes in the call are usage errors, and say which argument is wrong and what is meant.
func TestUsageErrorsNameTheMistake(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	apps := t.TempDir() + "/apps.txt"
	writeTestFile(t, apps, "# ours\n0oa1\n../users\n")
	for line, says := range map[string]string{
		"list 0oa1 --usr x":    "did you mean --user?",
		"list 0oa1 --zzzzzzzz": "unknown flag: --zzzzzzzz\n",
		"swep":                 "Did you mean this?\n\tsweep",
		"help sweeep":          `unknown command "sweeep" for "apptokens"`,
		"help sweep now":       `no help for "sweep now"`,
		"revoke oar1gytf4dW8R5tmZ1d7 0oardd5r32PWsF4421d7": `want app ID, got token ID "oar1gytf4dW8R5tmZ1d7"; the app comes first, then its tokens`,
		"revoke 0oa1 00unkw1sfbTw08c0g1d7":                 `want token ID, got user ID "00unkw1sfbTw08c0g1d7"; users go with --user`,
		"get 0oa1 00unkw1sfbTw08c0g1d7":                    "to revoke a user's tokens: apptokens sweep APP --user 00unkw1sfbTw08c0g1d7\n",
		"revoke-all 00unkw1sfbTw08c0g1d7 --yes":            "to revoke a user's tokens: apptokens sweep APP --user 00unkw1sfbTw08c0g1d7\n",
		"list 0oa1 00unkw1sfbTw08c0g1d7":                   "users go with --user",
		"get 0oa1 ..":                                      `token ID ".."`,
		"get .. oar1":                                      `app ID ".."`,
		"list --apps-file " + apps:                         apps + `, line 3: invalid argument: app ID "../users"`,
		"summary 0oa1 tokens.html/":                        `app ID "tokens.html/"`,
		"list 0oa1 --columns +name":                        `"name" is not a column`,
		"list 0oa1 -o xml":                                 "want table, json, jsonl, csv or yaml",
	} {
		got := command{org: org}.run(t.Context(), strings.Fields(line)...)
		if got.code != exitUsage || !strings.Contains(got.err, says) || got.out != "" || strings.Count(got.err, "the app comes first") > 1 {
			t.Errorf("%s: code %d, stdout %q, stderr %q; want 2, %q", line, got.code, got.out, got.err, says)
		}
	}
	if len(org.Requests()) > 0 {
		t.Errorf("%d requests were sent", len(org.Requests()))
	}
	// What is missing in the configuration is explained where the variables are.
	got := command{}.run(t.Context(), "list", "0oa1")
	if got.code != exitUsage || !strings.HasSuffix(got.err, "See 'apptokens --help'.\n") {
		t.Errorf("code %d, %s", got.code, got.err)
	}
	flag := command{}.run(t.Context(), "sweep", "--help")
	if help := (command{}).run(t.Context(), "help", "sweep"); help != flag || !strings.Contains(help.out, "--allow-unmatched") {
		t.Errorf("help sweep: code %d, %s%s\nwant what sweep --help prints:\n%s", help.code, help.out, help.err, flag.out)
	}
}

// A proxy that refuses or is down is named with its source, whether it is configured or comes from the environment. It
// is asked again only if that may help.
func TestAProxyThatDoesNotConnectIsNamed(t *testing.T) {
	t.Parallel()
	binary := build(t)
	for name, test := range map[string]struct {
		args   string
		source string // of the proxy
		status int    // that the proxy answers; 0 if it is down
		asked  int32
	}{
		"refused":               {"list 0oa1", "HTTPS_PROXY", http.StatusForbidden, 1},
		"refused, lower case":   {"get 0oa1 oar1", "https_proxy", http.StatusMethodNotAllowed, 1},
		"refused, configured":   {"revoke 0oa1 oar1 oar2", "OKTA_CLIENT_PROXY_HOST", http.StatusProxyAuthRequired, 1},
		"refused, of contract":  {"contract 0oa1", "HTTPS_PROXY", http.StatusProxyAuthRequired, 1},
		"a gateway's error":     {"list 0oa1 0oa2 --concurrency 1", "HTTPS_PROXY", http.StatusBadGateway, 2},
		"down":                  {"list 0oa1", "HTTPS_PROXY", 0, 0},
		"down, and of contract": {"contract 0oa1 --max-pages 1", "https_proxy", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				w.WriteHeader(test.status)
			}))
			t.Cleanup(proxy.Close)
			address, says := proxy.Listener.Addr().String(), fmt.Sprintf("the proxy %s answered %d (", proxy.Listener.Addr(), test.status)
			if strings.HasPrefix(test.args, "contract") {
				says = strings.TrimSuffix(says, " (")
			}
			if test.status == 0 {
				proxy.Close()
				says = "connection refused"
			}
			program := exec.CommandContext(withTimeout(t), binary, strings.Fields(test.args)...)
			host, port, _ := strings.Cut(address, ":")
			program.Env = []string{
				"HOME=" + t.TempDir(), "OKTA_CLIENT_ORGURL=https://acme.example", "OKTA_CLIENT_TOKEN=00token",
				"OKTA_CLIENT_RATELIMIT_MAXRETRIES=1", test.source + "=http://user:canary@" + address,
			}
			if test.source == "OKTA_CLIENT_PROXY_HOST" {
				program.Env = append(program.Env, test.source+"="+host, "OKTA_CLIENT_PROXY_PORT="+port)
			}
			output, err := program.CombinedOutput()
			got := string(output)
			hint := "Requests go through the proxy that " + test.source + " names. Is it right?\n"
			if err == nil || asked.Load() != test.asked || !strings.Contains(got, says) || !strings.Contains(got, hint) || strings.Contains(got, "canary") {
				t.Errorf("%v, the proxy was asked %d times\n%s\nwant %d, %q, %q", err, asked.Load(), got, test.asked, says, hint)
			}
		})
	}
}

// An org URL with https may lead to a port that speaks plain http. That stops all revocations, and the URL is named.
func TestAPortWithoutTLSIsBlamedOnTheOrgURL(t *testing.T) {
	t.Parallel()
	url := strings.Replace(newOrg(t, 1).URL, "http:", "https:", 1)
	env := map[string]string{"OKTA_CLIENT_ORGURL": url, "OKTA_CLIENT_TOKEN": "00token"}
	for line, says := range map[string]string{"list 0oa1": "TLS", "revoke 0oa1 oar1 oar2": "1 not attempted", "contract": "TLS"} {
		got := command{env: env}.run(t.Context(), strings.Fields(line)...)
		if got.code != exitFailed || !strings.Contains(got.err, says) || !strings.Contains(got.err, "The org URL "+url+" comes from OKTA_CLIENT_ORGURL. Is it right?") {
			t.Errorf("%s: code %d, stderr %q", line, got.code, got.err)
		}
	}
}

// One app that cannot be listed is reported once.
func TestAnAppThatCannotBeListedIsReportedOnce(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	got := command{org: org}.run(t.Context(), "list", "0oa1", "0oaWrong", "0oaEmpty")
	if got.code != exitFailed || strings.Count(got.err, "404 Not Found") != 1 || !strings.Contains(got.err, "1 of 3 apps could not be listed") {
		t.Errorf("code %d, stderr\n%s", got.code, got.err)
	}
}

// What is said on a terminal breaks between words, at its width; elsewhere, a message is one line.
func TestMessagesFitTheTerminal(t *testing.T) {
	t.Parallel()
	const line = "list 0oa1 --columns nope"
	off := command{org: newOrg(t, 1)}.run(t.Context(), strings.Fields(line)...)
	on := command{org: newOrg(t, 1), tty: true, width: 50}.run(t.Context(), strings.Fields(line)...)
	for part := range strings.Lines(on.err) {
		if len(part) > 51 {
			t.Errorf("a line takes %d columns: %s", len(part)-1, part)
		}
	}
	if strings.Count(off.err, "\n") != 2 || strings.Join(strings.Fields(on.err), " ") != strings.Join(strings.Fields(off.err), " ") {
		t.Errorf("on a terminal\n%s\nelsewhere\n%s", on.err, off.err)
	}
}

// The lines of flags break between words, at the width of the terminal.
func TestHelpFitsTheTerminal(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "list", "sweep", "summary", "serve", "contract"} {
		got := command{}.run(t.Context(), append(strings.Fields(name), "--help")...)
		if !strings.Contains(got.out, "Usage:\n") {
			t.Errorf("%s: the help is %q", name, got.out)
		}
		for line := range strings.Lines(got.out) {
			if example := strings.HasPrefix(line, "  apptokens "); len(line) > 81 && !example { // examples are to be copied
				t.Errorf("%s: a line takes %d columns: %s", name, len(line)-1, line)
			}
		}
	}
}

// An org that has answered has the right URL.
func TestAnOrgThatIsLostIsNotAskedAbout(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = server.Listener.Close()
		w.Header().Set("Connection", "close")
		org.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	env := map[string]string{"OKTA_CLIENT_ORGURL": server.URL, "OKTA_CLIENT_RATELIMIT_MAXRETRIES": "0"}
	got := command{org: org, env: env}.run(t.Context(), append([]string{"revoke", "0oa1"}, tokenIDs(org)...)...)
	if got.code != exitFailed || !strings.Contains(got.err, "1 of 3 revoked") || !strings.Contains(got.err, "connection refused") || strings.Contains(got.err, "Is it right?") {
		t.Errorf("code %d, stderr %q", got.code, got.err)
	}
}
