package oauth_test

import (
	"context"
	"crypto"
	"errors"
	"io"
	"net"
	"net/http"
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
	"example.com/apptokens/gen"
)

// external signs and does nothing else, as a KMS or an HSM does.
type external struct{ key crypto.Signer }

func (e external) Public() crypto.PublicKey { return e.key.Public() }

func (e external) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return e.key.Sign(rand, digest, opts)
}

func TestKeysAndAlgorithms(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		key       crypto.Signer
		algorithm string        // of the assertions
		dpop      crypto.Signer // nil for one that the service app makes
		options   []oauth.Option
	}{
		"RSA":           {keys()["RSA"], "RS256", nil, nil},
		"RSA, RS384":    {keys()["RSA"], "RS384", nil, []oauth.Option{oauth.WithAlgorithm("RS384")}},
		"RSA, RS512":    {keys()["RSA"], "RS512", nil, []oauth.Option{oauth.WithAlgorithm("RS512")}},
		"P-256":         {keys()["P-256"], "ES256", nil, nil},
		"P-384":         {keys()["P-384"], "ES384", nil, nil},
		"P-521":         {keys()["P-521"], "ES512", nil, nil},
		"external":      {external{keys()["P-256"]}, "ES256", nil, nil},
		"external RSA":  {external{keys()["RSA"]}, "RS256", nil, nil},
		"DPoP with RSA": {keys()["P-256"], "ES256", keys()["RSA"], nil},
		"DPoP external": {keys()["P-256"], "ES256", external{keys()["P-521"]}, nil},
		"read-only":     {keys()["P-256"], "ES256", nil, []oauth.Option{oauth.WithScopes(oauth.ScopeRead)}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(450, oktatest.WithServiceApp(oktatest.ServiceApp{ClientID: clientID,
				Keys: map[string]crypto.PublicKey{"k1": test.key.Public(), "k2": nil}}))
			var algorithms []string
			transport := roundTripper(func(req *http.Request) (*http.Response, error) {
				if req.Method == http.MethodPost {
					algorithms = append(algorithms, headerOf(t, assertionOf(t, req)).Algorithm)
				}
				return org.Transport().RoundTrip(req)
			})
			options := append(test.options, oauth.WithKeyID("k1"))
			if test.dpop != nil {
				options = append(options, oauth.WithDPoPKey(test.dpop))
			}
			app := newServiceApp(t, transport, test.key, options...)
			if n, err := list(t.Context(), newClientOf(t, org.Transport(), app)); n != 450 || err != nil {
				t.Errorf("listed %d of 450: %v", n, err)
			}
			if want := []string{test.algorithm, test.algorithm}; !slices.Equal(algorithms, want) {
				t.Errorf("assertions signed with %q, want %q", algorithms, want)
			}
			checkProofs(t, org)
			for _, request := range org.Requests() {
				jwk := headerOf(t, request.Header.Get("DPoP")).JSONWebKey
				if jwk == nil || sameKey(jwk.Key, test.key.Public()) || test.dpop != nil && !sameKey(jwk.Key, test.dpop.Public()) {
					t.Errorf("%s %s: the proof is not signed with the key for proofs", request.Method, request.Path)
				}
			}
			// The server wants a nonce, which nobody knows before; the proof of the first request spares a failed grant.
			if got := tokenRequests(org); !slices.Equal(got, []int{400, 200}) {
				t.Errorf("token requests %v, want 400 and 200", got)
			}
		})
	}
}

func TestBearerTokens(t *testing.T) {
	t.Parallel()
	bearer := registered()
	bearer.DPoPOptional = true
	org := newOrg(3, oktatest.WithServiceApp(bearer))
	if n, err := list(t.Context(), newClient(t, org.Transport(), oauth.WithoutDPoP())); n != 3 || err != nil {
		t.Errorf("listed %d of 3: %v", n, err)
	}
	if scheme, _, _ := strings.Cut(org.Requests()[1].Header.Get("Authorization"), " "); scheme != "Bearer" ||
		len(org.Requests()) != 2 {
		t.Errorf("%d requests, the last one with %s; want a token and its use as Bearer", len(org.Requests()), scheme)
	}
}

func TestConcurrentCallsMintOneToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(200)
		org.Inject(oktatest.SlowFirstByte(time.Second).On(http.MethodPost).Times(2))
		client := newClient(t, org.Transport())
		var wait sync.WaitGroup
		for _, token := range org.Tokens(appID) {
			wait.Go(func() {
				if err := client.Revoke(t.Context(), appID, token.ID); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if got := tokenRequests(org); !slices.Equal(got, []int{400, 200}) {
			t.Errorf("token requests %v, want one for the nonce and one for the token", got)
		}
		checkProofs(t, org)
	})
}

func TestAuthorizeKeepsToTheOrg(t *testing.T) {
	t.Parallel()
	org := newOrg(3)
	app := newServiceApp(t, org.Transport(), key())
	for _, target := range []string{"https://evil.example/api/v1/apps", "http://acme.okta.com/",
		"https://acme.okta.com:8443/"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkError(t, app.Authorize(t.Context(), req), api.ErrInvalidArgument, "only requests to https://acme.okta.com")
		if len(req.Header) > 0 {
			t.Errorf("%s: header %v", target, req.Header)
		}
	}
	if len(org.Requests()) > 0 {
		t.Errorf("%d requests, want none", len(org.Requests()))
	}
}

// The generated client takes Authorize as it is. It makes one attempt.
func TestAuthorizeIsARequestEditor(t *testing.T) {
	t.Parallel()
	org := newOrg(3)
	app := newServiceApp(t, org.Transport(), key())
	raw, err := gen.NewClient(orgURL, gen.WithHTTPClient(newHTTPClient(org)), gen.WithRequestEditorFn(app.Authorize))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := raw.RevokeAllTokens(t.Context(), appID)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		t.Errorf("status %d", resp.StatusCode)
	}
}

// A dial that fails proves that nothing was sent, whatever authorization sent before: a 404 on the retry is not a
// success.
func TestATokenRequestIsNotARevocation(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp(appID, 1), oktatest.WithServiceApp(registered()))
	t.Cleanup(org.Close)
	own := &http.Transport{}
	t.Cleanup(own.CloseIdleConnections)
	app, err := oauth.NewServiceApp(org.URL, clientID, key(), oauth.WithHTTPClient(&http.Client{Transport: own}))
	if err != nil {
		t.Fatal(err)
	}
	var dials atomic.Int32
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials.Add(1) == 1 {
			return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	client, err := api.New(org.URL, app, api.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	checkError(t, client.Revoke(t.Context(), appID, "oarUnknown"), api.ErrNotFound, "E0000007")
}

// Okta may write the default port into a next link.
func TestANextLinkWithThePortWrittenOut(t *testing.T) {
	t.Parallel()
	org := newOrg(450)
	client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := org.Transport().RoundTrip(req)
		if err == nil {
			for i, link := range resp.Header["Link"] {
				resp.Header["Link"][i] = strings.Replace(link, "acme.okta.com/", "acme.okta.com:443/", 1)
			}
		}
		return resp, err
	}))
	if n, err := list(t.Context(), client); n != 450 || err != nil {
		t.Errorf("listed %d of 450: %v", n, err)
	}
}
