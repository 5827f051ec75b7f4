package api_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// newProxy starts a proxy that answers every request itself, with a raw response after HTTP/1.1. It returns its URL with
// the password s3cr3t@canary. SECRETS in the response are what the proxy got and what it means.
func newProxy(t *testing.T, response string) *url.URL {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			got := strings.TrimPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
			secrets := got + ",s3cr3t@canary,s3cr3t%40canary"
			_, _ = connection.Write([]byte("HTTP/1.1 " + strings.ReplaceAll(response, "SECRETS", secrets)))
			_ = connection.Close()
		}
	}))
	t.Cleanup(server.Close)
	proxy, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy.User = url.UserPassword("alice", "s3cr3t@canary")
	return proxy
}

// showsPassword reports whether a text shows the password of newProxy's user.
func showsPassword(text string) bool {
	basic := base64.StdEncoding.EncodeToString([]byte("alice:s3cr3t@canary"))
	return strings.Contains(text, "s3cr3t") || strings.Contains(text, "canary") || strings.Contains(text, basic)
}

// wrapper is a transport of somebody's own around net/http's.
type wrapper struct{ base http.RoundTripper }

func (w wrapper) RoundTrip(req *http.Request) (*http.Response, error) { return w.base.RoundTrip(req) }

// unwrapper is one that shows what it wraps.
type unwrapper struct{ wrapper }

func (w unwrapper) Unwrap() http.RoundTripper { return w.base }

// Over plain http, a proxy can answer in place of the server. What is redacted is what it was sent, whoever wraps the
// transport and whatever its Proxy function says when it is asked again.
func TestNothingThatAProxyAnswersShowsItsPassword(t *testing.T) {
	t.Parallel()
	for name, response := range map[string]string{
		"an error object":  "407 SECRETS\r\nContent-Type: application/json\r\n\r\n" + `{"errorCode":"X","errorSummary":"bad SECRETS","errorId":"SECRETS","errorCauses":[{"errorSummary":"SECRETS"}]}`,
		"a content type":   "407 No\r\nContent-Type: SECRETS\r\n\r\n",
		"a request id":     "407 No\r\nX-Okta-Request-Id: SECRETS\r\n\r\n",
		"a challenge":      "407 No\r\nWWW-Authenticate: Bearer error=\"SECRETS\", error_description=\"SECRETS\"\r\n\r\n",
		"a redirect":       "302 Found\r\nLocation: http://SECRETS/\r\n\r\n",
		"a next link":      "200 OK\r\nContent-Type: application/json\r\nLink: <http://okta.test/SECRETS>; rel=\"next\"\r\n\r\n[]",
		"a status":         "nonsense SECRETS\r\n\r\n",
		"a broken header":  "407 No\r\nSECRETS\r\n\r\n",
		"a broken trailer": "200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nSECRETS\r\n\r\n",
		"no JSON":          "200 OK\r\nX-Okta-Request-Id: SECRETS\r\nContent-Type: text/SECRETS\r\n\r\n[]",
	} {
		proxy := newProxy(t, response)
		asked := 0
		once := func(*http.Request) (*url.URL, error) {
			if asked++; asked == 1 {
				return proxy, nil
			}
			return nil, nil
		}
		for kind, transport := range map[string]http.RoundTripper{
			"net/http's": &http.Transport{Proxy: http.ProxyURL(proxy)},
			"wrapped":    wrapper{&http.Transport{Proxy: http.ProxyURL(proxy)}},
			"inconstant": &http.Transport{Proxy: once},
		} {
			t.Run(name+" "+kind, func(t *testing.T) {
				t.Parallel()
				var log bytes.Buffer
				logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
				client, err := api.New("http://okta.test", api.APIToken(oktatest.DefaultAPIToken), api.WithPlainHTTP(), api.WithLogger(logger),
					api.WithHTTPClient(&http.Client{Transport: transport}), api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
				if err != nil {
					t.Fatal(err)
				}
				_, err = list(t.Context(), client)
				if output := fmt.Sprintf("%v\n%+v\n%s", err, err, log.String()); err == nil || showsPassword(output) {
					t.Errorf("want an error without the password: %s", output)
				}
			})
		}
	}
}

// Over https, a proxy can answer only before the server does. A transport that shows what it wraps has its redacted.
func TestARefusingProxysPasswordIsFoundInAWrappedTransport(t *testing.T) {
	t.Parallel()
	base := &http.Transport{Proxy: http.ProxyURL(newProxy(t, "407 not SECRETS\r\nContent-Length: 0\r\n\r\n"))}
	client := newClient(t, unwrapper{wrapper{unwrapper{wrapper{base}}}}, api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
	err := client.RevokeAll(t.Context(), appID)
	checkError(t, err, &api.Error{}, "not [redacted]")
	if showsPassword(err.Error()) {
		t.Errorf("the password is shown: %v", err)
	}
}
