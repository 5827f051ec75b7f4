package repository_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

const idToken = "00test-token-of-an-administrator"

// In every shell, the guide's blocks find the IDs of apps and users at an org that lists its apps page by page. They run
// no program but those of recordingTools, and none has the token among its arguments.
func TestTheReadmesIDsAreFound(t *testing.T) {
	t.Parallel()
	const whole = `0oaWeb # "Web shop"` + "\n" + `0oaMobile # "Mobile\n0oaEvil"` + "\n" + `0oaOld # "Old portal"` + "\n"
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	tests := map[string]struct {
		second http.HandlerFunc // answers the second of three pages the first time; nil for the page
		folded bool             // the links come in one header
		apps   string           // apps.txt; empty if it must not be written
	}{
		"three pages":               {nil, false, whole},
		"links in one header":       {nil, true, whole},
		"a used-up rate limit":      {status(http.StatusTooManyRequests), false, whole},
		"a page that is refused":    {status(http.StatusForbidden), false, ""},
		"a page that is redirected": {status(http.StatusFound), false, ""},
		"a page of HTML":            {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, false, ""},
	}
	blocks := fencedBelow(t, commandGuide, "## Where the IDs come from", "sh")
	if len(blocks) != 4 {
		t.Fatalf("%s has %d blocks, want 4", commandGuide, len(blocks))
	}
	for shell, args := range shells {
		for name, test := range tests {
			t.Run(shell+" "+name, func(t *testing.T) {
				t.Parallel()
				skipWithout(t, shell)
				dir, tools := t.TempDir(), recordingTools(t)
				org := httptest.NewServer(idOrg(test.second, test.folded))
				defer org.Close()
				// The path has the tools alone, so that no other program runs.
				settings := fmt.Sprintf("PATH=%s OKTA_CLIENT_ORGURL=%s OKTA_CLIENT_TOKEN=%s\n", tools, org.URL, idToken)
				script := settings + strings.Join(blocks[:2], "") // of the apps
				if test.apps != "" {
					script += strings.Join(blocks[2:], "") // one app by its name, and a user
				}
				output, stderr := runShell(t, dir, tools, args, script)
				apps, _ := os.ReadFile(filepath.Join(dir, "apps.txt"))
				if string(apps) != test.apps {
					t.Errorf("apps.txt is\n%s\nwant\n%s\n%s", apps, test.apps, stderr)
				}
				want := "0oaOld # \"Old portal\"\n00uAda\tACTIVE\tada@example.com\n"
				if test.apps == "" {
					want = ""
				}
				if output != want || (test.apps == "") != strings.Contains(stderr, "apps.txt was not written") {
					t.Errorf("it printed\n%s\n%s\nwant\n%s", output, stderr, want)
				}
				calls := contents(t, tools, "calls")
				if !strings.Contains(calls, "curl --config -") || strings.Contains(calls, idToken) {
					t.Errorf("the token is in the process list, or no curl is:\n%s", calls)
				}
			})
		}
	}
}

// recordingTools returns a folder with the programs that the guide uses. Each notes its arguments in a file.
func recordingTools(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{"curl", "jq", "sed", "grep", "mv", "rm"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skipf("%s is not installed: how the guide finds IDs was not tried", name)
		}
		script := fmt.Sprintf("#!/bin/sh\nprintf '%%s\\n' \"%s $*\" >> %s/calls\nexec %s \"$@\"\n", name, dir, path)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// idOrg speaks the two calls of the guide. It has three pages of apps, of which three can have refresh tokens.
func idOrg(second http.HandlerFunc, folded bool) http.Handler {
	pages := map[string]string{
		"": `[{"id":"0oaWeb","label":"Web shop","signOnMode":"OPENID_CONNECT"},
			{"id":"0oaWiki","label":"Wiki","signOnMode":"SAML_2_0"}]`,
		"2": `[{"id":"0oaMobile","label":"Mobile\n0oaEvil","signOnMode":"OPENID_CONNECT"}]`,
		"3": `[{"id":"0oaOld","label":"Old portal","signOnMode":"OPENID_CONNECT","status":"INACTIVE"}]`,
	}
	next := map[string]string{"": "2", "2": "3"}
	var asked atomic.Bool
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/apps", func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		after := query.Get("after")
		if query.Get("limit") != "200" || query.Get("includeNonDeleted") != "true" {
			http.Error(w, "the query is "+r.URL.RawQuery, http.StatusBadRequest)
			return
		}
		if after == "2" && second != nil && !asked.Swap(true) {
			second(w, r)
			return
		}
		links := []string{fmt.Sprintf(`<http://%s%s>; rel="self"`, r.Host, r.URL)}
		if next[after] != "" {
			query.Set("after", next[after])
			links = append(links, fmt.Sprintf(`<http://%s/api/v1/apps?%s>; rel="next"`, r.Host, query.Encode()))
		}
		if folded {
			links = []string{strings.Join(links, ", ")}
		}
		w.Header()["Link"] = links
		fmt.Fprint(w, pages[after])
	})
	mux.HandleFunc("GET /api/v1/users", func(w http.ResponseWriter, r *http.Request) {
		search := r.URL.Query().Get("search")
		if search != `profile.login eq "ada@example.com" or profile.email eq "ada@example.com"` {
			http.Error(w, "the search is "+search, http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, `[{"id":"00uAda","status":"ACTIVE","profile":{"login":"ada@example.com"}}]`)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "SSWS "+idToken {
			http.Error(w, "the credential is missing", http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	})
}
