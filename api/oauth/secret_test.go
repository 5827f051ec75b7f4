package oauth_test

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oauth"
	"example.com/apptokens/api/oktatest"
)

// canaries collects the secrets that pass by: access tokens, assertions and proofs.
type canaries struct {
	next http.RoundTripper

	mu      sync.Mutex
	secrets []string
}

func (c *canaries) add(secret string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(secret) > 10 {
		_, payload, _ := strings.Cut(secret, ".") // where a JWT is cut, its beginning is left
		c.secrets = append(c.secrets, secret[len(secret)-10:], cmp.Or(payload, secret)[:10])
	}
}

// RoundTrip also makes the server repeat all secrets, in its responses and in errors.
func (c *canaries) RoundTrip(req *http.Request) (*http.Response, error) {
	var form []byte
	if req.Body != nil {
		var err error
		if form, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body = io.NopCloser(bytes.NewReader(form))
	}
	values, err := url.ParseQuery(string(form))
	if err != nil {
		return nil, err
	}
	_, token, _ := strings.Cut(req.Header.Get("Authorization"), " ")
	c.add(token)
	c.add(values.Get("client_assertion"))
	c.add(req.Header.Get("DPoP"))
	resp, err := c.next.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusTeapot {
		resp.Body = io.NopCloser(strings.NewReader(`{"error":"` + values.Get("client_assertion") + `","errorCode":"` + token + `","error_description":"` +
			req.Header.Get("DPoP") + `","errorSummary":"` + req.Header.Get("DPoP") + `"}`))
	}
	if err == nil && resp.StatusCode == http.StatusServiceUnavailable {
		return nil, errors.New("malformed header: " + req.Header.Get("DPoP") + values.Get("client_assertion") + token)
	}
	return resp, err
}

func TestNoSecretIsShown(t *testing.T) {
	t.Parallel()
	t.Run("DPoP", func(t *testing.T) { testNoSecretIsShown(t, 40, oauth.WithDPoPKey(keys()["P-384"])) })
	t.Run("bearer", func(t *testing.T) { testNoSecretIsShown(t, 20, oauth.WithoutDPoP()) })
}

func testNoSecretIsShown(t *testing.T, atLeast int, option oauth.Option) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3, oktatest.WithResourceNonce())
		transport := &canaries{next: org.Transport()}
		var shown bytes.Buffer
		logger := slog.New(slog.NewTextHandler(&shown, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
		private := key().(*ecdsa.PrivateKey)
		signer, err := oauth.ParsePrivateKey([]byte(jwk(private, "")))
		if err != nil {
			t.Fatal(err)
		}
		named, err := oauth.ParsePrivateKey([]byte(jwk(private, "k1")))
		if err != nil {
			t.Fatal(err)
		}
		app := newServiceApp(t, transport, signer, oauth.WithLogger(logger), option)
		client, err := api.New(orgURL, app, api.WithHTTPClient(&http.Client{Transport: transport}), api.WithLogger(logger))
		if err != nil {
			t.Fatal(err)
		}
		show := func(values ...any) {
			for _, value := range values {
				for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
					fmt.Fprintf(&shown, verb+"\n", value)
				}
				logger.Debug("value", "value", value)
			}
		}
		teapot := oktatest.Body(http.StatusTeapot, "application/json", "")
		for _, faults := range [][]oktatest.Fault{
			nil,
			{teapot.On(http.MethodGet)}, {teapot.On(http.MethodPost)},
			{oktatest.Status(503).On(http.MethodGet).Forever()}, {oktatest.Status(503).On(http.MethodPost).Forever()},
		} {
			org.Heal()
			org.Inject(faults...)
			time.Sleep(time.Hour) // for a new token each time
			_, err := list(t.Context(), client)
			var failure *oauth.Error
			if errors.As(err, &failure) {
				show(failure, *failure)
			}
			show(err, app, *app, client, *client, struct{ App oauth.ServiceApp }{*app}, named)
		}
		// Nor does JSON show it.
		encoded, err := json.Marshal([]any{app, client, named})
		if err != nil {
			t.Fatal(err)
		}
		shown.Write(encoded)
		raw, err := private.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		transport.add(base64.RawURLEncoding.EncodeToString(raw))
		transport.add(new(big.Int).SetBytes(raw).String())
		transport.add(hex.EncodeToString(raw))
		if len(transport.secrets) < atLeast || shown.Len() < 10_000 {
			t.Fatalf("%d secrets, %d bytes: too few for this test to show anything", len(transport.secrets), shown.Len())
		}
		for _, secret := range transport.secrets {
			if i := strings.Index(shown.String(), secret); i >= 0 {
				t.Errorf("a secret is shown: %s", shown.String()[max(0, i-300):i+len(secret)])
				break
			}
		}
	})
}

// failing is a signer that fails once it has signed a number of times. A signer may be of any make; its errors are
// passed on.
type failing struct {
	crypto.Signer
	signs *atomic.Int32
}

func failingAfter(signs int32, key crypto.Signer) failing {
	f := failing{key, new(atomic.Int32)}
	f.signs.Store(signs)
	return f
}

func (f failing) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if f.signs.Add(-1) < 0 {
		return nil, errors.New("the HSM is locked")
	}
	return f.Signer.Sign(rand, digest, opts)
}

// A request that cannot be signed is not sent.
func TestSignersMayFail(t *testing.T) {
	t.Parallel()
	proofs := func(signs int32) oauth.Option { return oauth.WithDPoPKey(failingAfter(signs, keys()["P-384"])) }
	tests := map[string]struct {
		key           crypto.Signer
		options       []oauth.Option
		says          string
		tokenRequests []int
	}{
		"assertion":                {failingAfter(0, key()), nil, "sign the assertion", nil},
		"proof of a token request": {key(), []oauth.Option{proofs(0)}, "sign a DPoP proof", nil},
		"proof of a request":       {key(), []oauth.Option{proofs(2)}, "sign a DPoP proof", []int{400, 200}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(3)
			app := newServiceApp(t, org.Transport(), test.key, test.options...)
			_, err := list(t.Context(), newClientOf(t, org.Transport(), app))
			checkError(t, err, nil, test.says+": ")
			checkError(t, err, nil, "the HSM is locked")
			if got := tokenRequests(org); !slices.Equal(got, test.tokenRequests) || len(org.Requests()) != len(got) {
				t.Errorf("token requests %v and %d others, want %v and none", got, len(org.Requests())-len(got), test.tokenRequests)
			}
		})
	}
}

// What the token endpoint grants stays out of the error of a grant that cannot be used, and so do the assertion and the
// proof that a response repeats, and the password of a proxy that refuses.
func TestNeitherAGrantNorAProxysPasswordIsShown(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_, _ = connection.Write([]byte("HTTP/1.1 407 not " + r.Header.Get("Proxy-Authorization") + " pass-canary\r\nContent-Length: 0\r\n\r\n"))
			_ = connection.Close()
		}
	}))
	t.Cleanup(proxy.Close)
	through, err := url.Parse(strings.Replace(proxy.URL, "http://", "http://alice:pass-canary@", 1))
	if err != nil {
		t.Fatal(err)
	}
	transports := map[string]http.RoundTripper{"proxy": &http.Transport{Proxy: http.ProxyURL(through)}}
	for name, response := range map[string]string{
		"grant": "200 OK\r\nX-Okta-Request-Id: granted-canary\r\n\r\n" +
			`{"access_token":"granted-canary","token_type":"granted-canary"}`,
		"token type":        "200 OK\r\n\r\n" + `{"access_token":"a","token_type":"` + strings.Repeat(" ", 200) + `SECRETS"}`,
		"malformed trailer": "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nno trailer SECRETS\r\n\r\n",
		"request id":        "400 Bad Request\r\nX-Okta-Request-Id: SECRETS\r\n\r\n" + `{"error":"invalid_client"}`,
		"content type":      "400 Bad Request\r\nContent-Type: SECRETS\r\n\r\n",
	} {
		transports[name] = roundTripper(func(req *http.Request) (*http.Response, error) {
			if err := req.ParseForm(); err != nil {
				return nil, err
			}
			secrets := req.PostForm.Get("client_assertion") + req.Header.Get("DPoP")
			response := "HTTP/1.1 " + strings.ReplaceAll(response, "SECRETS", secrets)
			return http.ReadResponse(bufio.NewReader(strings.NewReader(response)), req)
		})
	}
	for name, transport := range transports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := newServiceApp(t, transport, key(), oauth.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, orgURL, nil)
			if err != nil {
				t.Fatal(err)
			}
			err = app.Authorize(t.Context(), req)
			basic := base64.StdEncoding.EncodeToString([]byte("alice:pass-canary"))
			if err == nil || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), basic) ||
				strings.Contains(err.Error(), "eyJ") { // as every JWT begins
				t.Errorf("got %v, want an error without the secret", err)
			}
		})
	}
}

// Over plain http, a proxy can answer in place of the token endpoint.
func TestNothingThatAProxyAnswersShowsItsPassword(t *testing.T) {
	t.Parallel()
	for name, response := range map[string]string{
		"an error object":  "407 No\r\n\r\n" + `{"error":"SECRETS","error_description":"SECRETS"}`,
		"a content type":   "407 No\r\nContent-Type: SECRETS\r\n\r\n",
		"a request id":     "407 No\r\nX-Okta-Request-Id: SECRETS\r\n\r\n",
		"a broken trailer": "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nSECRETS\r\n\r\n",
		"a token type":     "200 OK\r\n\r\n" + `{"access_token":"granted","token_type":"SECRETS"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				connection, _, err := w.(http.Hijacker).Hijack()
				if err == nil {
					secrets := strings.TrimPrefix(r.Header.Get("Proxy-Authorization"), "Basic ") + ",pass-canary"
					_, _ = connection.Write([]byte("HTTP/1.1 " + strings.ReplaceAll(response, "SECRETS", secrets)))
					_ = connection.Close()
				}
			}))
			t.Cleanup(proxy.Close)
			through := &url.URL{Scheme: "http", Host: proxy.Listener.Addr().String(), User: url.UserPassword("alice", "pass-canary")}
			app, err := oauth.NewServiceApp("http://okta.test", clientID, key(), oauth.WithPlainHTTP(),
				oauth.WithRetry(api.RetryPolicy{MaxAttempts: 1}), oauth.WithHTTPClient(&http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(through)}}))
			if err != nil {
				t.Fatal(err)
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://okta.test", nil)
			if err != nil {
				t.Fatal(err)
			}
			err = app.Authorize(t.Context(), req)
			basic := base64.StdEncoding.EncodeToString([]byte("alice:pass-canary"))
			if err == nil || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), basic) {
				t.Errorf("got %v, want an error without the password", err)
			}
		})
	}
}
