package contract_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"example.com/apptokens/api"
	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// canaries are credentials: one as long as an access token, with what URLs and JSON escape, and one that may stand
// anywhere as it is.
var canaries = map[string]string{
	"with punctuation": "canary+/" + strings.Repeat("canary/=+.", 150),
	"plain":            "00canary" + strings.Repeat("canary", 50),
}

// echoes are the places where a server may repeat a credential.
func echoes(canary string) map[string]response {
	return map[string]response{
		"in the request id":         header("X-Okta-Request-Id", canary),
		"in the rate limit":         header("X-Rate-Limit-Remaining", canary),
		"in the content type":       header("Content-Type", "text/"+canary),
		"in the encoding":           header("Content-Encoding", canary),
		"in the error code":         body(`"errorCode":"`, `"errorCode":"`+canary),
		"in the name of a property": body(`"errorId"`, `"`+canary+`"`),
		"in a next link":            next(func(_ *http.Request, target string) string { return target + "&x=" + canary }),
		"in a next link, escaped": next(func(_ *http.Request, target string) string {
			return target + "&x=" + url.QueryEscape(canary)
		}),
		"in the path of a next link":  next(func(*http.Request, string) string { return "/" + canary }),
		"in the host of a next link":  next(func(*http.Request, string) string { return "http://" + canary + "/" }),
		"in a link that is malformed": header("Link", canary),
		"in the ID of a token":        field("id", canary),
		"in a status":                 field("status", canary),
		"in a time":                   field("created", canary),
		"in scopes":                   field("scopes", []string{canary}),
		"in a self link":              field("_links", map[string]any{"self": map[string]any{"href": canary}}),
		"in a body that is not JSON":  rewrite(func(string) string { return canary }),
		"in JSON that ends early":     rewrite(func(string) string { return `["` + strings.ReplaceAll(canary, "/", `\/`) }),
		"in a body that is text":      whole(200, "text/plain", canary),
		"in a status of its own":      whole(299, canary, canary),
	}
}

// reveals reports whether a text shows the credential, or enough of it, in one of its forms.
func reveals(text string) bool {
	return strings.Contains(text, "canary")
}

func TestNothingRevealsACredentialThatAServerRepeats(t *testing.T) {
	t.Parallel()
	for kind, canary := range canaries {
		for name, echo := range echoes(canary) {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				testEcho(t, canary, "", echo)
			})
			t.Run(kind+", of a proxy, "+name, func(t *testing.T) {
				t.Parallel()
				testEcho(t, oktatest.DefaultAPIToken, canary, echo)
			})
		}
	}
}

// testEcho checks a server that is its own proxy, if there is a password for that.
func testEcho(t *testing.T, token, password string, echo response) {
	org := oktatest.New(oktatest.WithApp("0oa1", gen.ListTokensLimitDefault+5),
		oktatest.WithBearerToken(token, "okta.apps.read", "okta.apps.manage"))
	server := httptest.NewServer(change{only: func(*http.Request) bool { return true }, response: echo}.handler(org))
	defer server.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	target := server.URL
	if password != "" {
		target = "http://okta.test"
		transport.Proxy = http.ProxyURL(&url.URL{
			Scheme: "http", Host: server.Listener.Addr().String(), User: url.UserPassword("alice", password),
		})
	}
	t.Run("Check", func(t *testing.T) {
		var log, outputs bytes.Buffer
		report, err := contract.Check(t.Context(), contract.Target{
			URL: target, PlainHTTP: true, AppID: "0oa1", Auth: api.BearerToken(token), Write: true,
			HTTPClient: &http.Client{Transport: transport},
			Logger:     slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			OnResult:   func(r contract.Result) { fmt.Fprintf(&outputs, "%+v\n", r) },
		})
		fmt.Fprintf(&outputs, "%v\n", err)
		if err := json.NewEncoder(&outputs).Encode(report); err != nil {
			t.Fatal(err)
		}
		if err := report.WriteJUnit(&outputs); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(outputs.String() + log.String()) {
			if reveals(line) {
				t.Errorf("%.1000s", line)
			}
		}
		if !strings.Contains(log.String(), "path=/api/v1/apps/0oa1/tokens") {
			t.Errorf("nothing is logged: %s", log.String())
		}
	})
	t.Run("NewTransport", func(t *testing.T) {
		var outputs bytes.Buffer
		note := func(v contract.Violation) { fmt.Fprintf(&outputs, "%v\n%+v\n", &v, v) }
		req := newRequest(t, http.MethodGet, target+"/api/v1/apps/0oa1/tokens?limit=20")
		req.Header.Set("Authorization", "Bearer "+token)
		_, _ = contract.NewTransport(transport, contract.OnViolation(note), contract.OnUnknown(note)).RoundTrip(req)
		_, err := contract.NewTransport(transport).RoundTrip(req)
		if fmt.Fprint(&outputs, err); reveals(outputs.String()) {
			t.Error(outputs.String())
		}
	})
}

// A request may hold its credential in another place, too.
func TestNothingRevealsACredentialThatARequestRepeats(t *testing.T) {
	t.Parallel()
	canary := canaries["with punctuation"]
	for name, path := range map[string]string{
		"in the path":     "/api/v1/" + canary,
		"in an ID":        "/api/v1/apps/" + url.PathEscape(canary) + "/tokens",
		"in the query":    "/api/v1/apps/0oa1/tokens?limit=" + url.QueryEscape(canary),
		"in a bad escape": "/api/v1/apps/0oa1/tokens?limit=%zz" + canary,
	} {
		req := newRequest(t, http.MethodGet, orgURL+path)
		req.Header.Set("Authorization", "Bearer "+canary)
		if _, err := contract.NewTransport(nil).RoundTrip(req); err == nil || reveals(err.Error()) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A proxy can refuse to lead to the server, in words that hold the password.
func TestNothingRevealsThePasswordOfAProxyThatRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := &http.Transport{
			Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: "proxy.example", User: url.UserPassword("alice", "canary")}),
			DialContext: func(context.Context, string, string) (net.Conn, error) {
				client, proxy := net.Pipe()
				go func() {
					defer proxy.Close()
					if r, err := http.ReadRequest(bufio.NewReader(proxy)); err == nil {
						fmt.Fprintf(proxy, "HTTP/1.1 407 not canary, %s\r\n\r\n", r.Header.Get("Proxy-Authorization"))
					}
				}()
				return client, nil
			},
		}
		reveals := func(text string) bool { return reveals(text) || strings.Contains(text, "YWxpY2U6Y2FuYXJ5") }

		target, outputs := target(orgURL), new(bytes.Buffer)
		target.HTTPClient = &http.Client{Transport: transport}
		report, err := contract.Check(t.Context(), target)
		if fmt.Fprintf(outputs, "%v\n%+v\n", err, report); report.WriteJUnit(outputs) != nil || reveals(outputs.String()) ||
			!strings.Contains(outputs.String(), "not [redacted]") {
			t.Errorf("Check: %s", outputs)
		}

		client, err := api.New(orgURL, api.APIToken(oktatest.DefaultAPIToken), api.WithRetry(api.RetryPolicy{MaxAttempts: 1}),
			api.WithHTTPClient(&http.Client{Transport: contract.NewTransport(transport)}))
		if err != nil {
			t.Fatal(err)
		}
		if err := client.RevokeAll(t.Context(), "0oa1"); err == nil || reveals(err.Error()) ||
			!strings.Contains(err.Error(), "not [redacted]") {
			t.Errorf("NewTransport: %v", err)
		}
	})
}
