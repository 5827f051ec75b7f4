package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

func TestTheConfigFlagNamesTheOnlyFile(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	file, other := filepath.Join(t.TempDir(), "okta.yaml"), filepath.Join(t.TempDir(), "okta.yaml")
	writeTestFile(t, file, "okta: {client: {orgUrl: "+org.URL+", token: "+org.APIToken()+"}}")
	writeTestFile(t, other, "okta: {client: {orgUrl: https://other.example, token: other, rateShare: 7}}")
	got := command{files: []string{other}}.run(t.Context(), "list", "0oa1", "--config", file)
	if got.code != 0 || got.err != "" {
		t.Errorf("code %d, stderr %s", got.code, got.err)
	}
}

func TestTheRateShareFlagComesFirst(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	app := newApp(&console{getenv: func(name string) string {
		return map[string]string{"OKTA_CLIENT_ORGURL": org.URL, "OKTA_CLIENT_TOKEN": org.APIToken(), "OKTA_CLIENT_RATESHARE": "0.9"}[name]
	}, configFiles: []string{}})
	app.rateShare = "0.25"
	if err := app.load(); err != nil || app.settings.RateShare != 0.25 {
		t.Errorf("rate share %v, %v", app.settings.RateShare, err)
	}
}

func TestRequestsNameTheCommandAndItsVersion(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 1)
	if got := (command{org: org}).run(t.Context(), "list", "0oa1"); got.code != 0 {
		t.Fatalf("code %d, stderr %s", got.code, got.err)
	}
	if got := org.Requests()[0].Header.Get("User-Agent"); !regexp.MustCompile(`^apptokens/[\w.+-]+$`).MatchString(got) {
		t.Errorf("User-Agent %q, want apptokens/VERSION", got)
	}
}

func TestMistakesInSettings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args []string
		says string
	}{
		"an empty file name":       {[]string{"--config", ""}, "--config is empty"},
		"a file that is not":       {[]string{"--config", "missing.yaml"}, "missing.yaml: no such file"},
		"a file that never ends":   {[]string{"--config", "/dev/zero"}, "/dev/zero: it is not a regular file"},
		"an empty rate share":      {[]string{"--rate-share", ""}, "--rate-share is empty"},
		"more than the rate limit": {[]string{"--rate-share", "2"}, `rateShare (from --rate-share) is "2"; want a number over 0 and up to 1`},
		"nothing of it":            {[]string{"--rate-share=-0.5"}, `rateShare (from --rate-share) is "-0.5"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 3)
			got := command{org: org}.run(t.Context(), append([]string{"list", "0oa1"}, test.args...)...)
			if got.code != 2 || !strings.Contains(got.err, test.says) || len(org.Requests()) != 0 {
				t.Errorf("code %d, stderr %s; want 2 and %q", got.code, got.err, test.says)
			}
		})
	}
}

// The contract is checked as calls are made: by the proxy, and over http where that was asked for.
func TestContractGoesByTheProxy(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	var proxied atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host == "okta-mock" {
			proxied.Add(1)
		}
		org.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	host, port, _ := strings.Cut(proxy.Listener.Addr().String(), ":")
	for _, args := range [][]string{{"contract"}, {"contract", "-v"}} {
		before := proxied.Load()
		got := command{env: map[string]string{
			"OKTA_CLIENT_ORGURL": "http://okta-mock", "OKTA_CLIENT_TOKEN": org.APIToken(), "OKTA_TESTING_DISABLE_HTTPS_CHECK": "true",
			"OKTA_CLIENT_PROXY_HOST": host, "OKTA_CLIENT_PROXY_PORT": port,
		}}.run(t.Context(), args...)
		if got.code != 0 || proxied.Load() == before || !strings.Contains(got.err, "warning: credentials go to http://okta-mock unencrypted") {
			t.Errorf("%v: code %d, %d requests\n%s%s", args, got.code, proxied.Load()-before, got.out, got.err)
		}
	}
}

// An org over http that was asked for has receipts as well.
func TestReceiptsOfAnOrgOverHTTP(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	proxy := httptest.NewServer(org)
	t.Cleanup(proxy.Close)
	host, port, _ := strings.Cut(proxy.Listener.Addr().String(), ":")
	env := map[string]string{
		"OKTA_CLIENT_ORGURL": "http://okta-mock", "OKTA_CLIENT_TOKEN": org.APIToken(), "OKTA_TESTING_TESTINGDISABLEHTTPSCHECK": "true",
		"OKTA_CLIENT_PROXY_HOST": host, "OKTA_CLIENT_PROXY_PORT": port,
	}
	file := filepath.Join(t.TempDir(), "receipts.jsonl")
	got := command{env: env}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes", "--receipts", file)
	if got.code != exitDone || len(org.Tokens("0oa1")) != 0 || len(readReceipts(t, file)) != 3 {
		t.Errorf("code %d, %d tokens left, %s", got.code, len(org.Tokens("0oa1")), got.err)
	}
}

// A proxy that is out of reach ends a command at once, and is named.
func TestAProxyThatIsOutOfReachIsNamed(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"OKTA_CLIENT_ORGURL": "https://acme.example", "OKTA_CLIENT_TOKEN": "00token", "OKTA_CLIENT_RATELIMIT_MAXRETRIES": "0",
		"OKTA_CLIENT_PROXY_HOST": "127.0.0.1", "OKTA_CLIENT_PROXY_PORT": "1",
	}
	got := command{env: env}.run(t.Context(), "revoke", "0oa1", "oar1", "oar2", "oar3")
	if got.code != exitFailed || !strings.Contains(got.err, "2 not attempted") || !strings.Contains(got.err, "Requests go through the proxy that OKTA_CLIENT_PROXY_HOST names. Is it right?") {
		t.Errorf("code %d, %s", got.code, got.err)
	}
}

func TestTheOrgURLFlagComesFirst(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	env := map[string]string{"OKTA_CLIENT_ORGURL": "http://127.0.0.1:1", "OKTA_CLIENT_TOKEN": org.APIToken()}
	got := command{env: env}.run(t.Context(), "list", "0oa1", "-o", "jsonl", "--org-url", org.URL)
	if got.code != exitDone || strings.Count(got.out, "\n") != 3 {
		t.Errorf("code %d, %s", got.code, got.err)
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
