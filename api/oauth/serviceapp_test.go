package oauth_test

import (
	"context"
	"crypto"
	"errors"
	"fmt"
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
		key     crypto.Signer
		options []oauth.Option
	}{
		"RSA":           {keys()["RSA"], nil},
		"RSA, RS384":    {keys()["RSA"], []oauth.Option{oauth.WithAlgorithm("RS384")}},
		"RSA, RS512":    {keys()["RSA"], []oauth.Option{oauth.WithAlgorithm("RS512")}},
		"P-256":         {keys()["P-256"], nil},
		"P-384":         {keys()["P-384"], nil},
		"P-521":         {keys()["P-521"], nil},
		"external":      {external{keys()["P-256"]}, nil},
		"external RSA":  {external{keys()["RSA"]}, nil},
		"DPoP with RSA": {keys()["P-256"], []oauth.Option{oauth.WithDPoPKey(keys()["RSA"])}},
		"DPoP external": {keys()["P-256"], []oauth.Option{oauth.WithDPoPKey(external{keys()["P-521"]})}},
		"read-only":     {keys()["P-256"], []oauth.Option{oauth.WithScopes(oauth.ScopeRead)}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(450, oktatest.WithServiceApp(oktatest.ServiceApp{ClientID: clientID, Keys: map[string]crypto.PublicKey{"k1": test.key.Public(), "k2": nil}}))
			app := newServiceApp(t, org.Transport(), test.key, append(test.options, oauth.WithKeyID("k1"))...)
			if n, err := list(t.Context(), newClientOf(t, org.Transport(), app)); n != 450 || err != nil {
				t.Errorf("listed %d of 450: %v", n, err)
			}
			checkProofs(t, org)
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
	if scheme, _, _ := strings.Cut(org.Requests()[1].Header.Get("Authorization"), " "); scheme != "Bearer" || len(org.Requests()) != 2 {
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

func TestNonceRotatesInAListing(t *testing.T) {
	t.Parallel()
	org := newOrg(1000, oktatest.WithResourceNonce())
	client := newClient(t, org.Transport())
	pages, tokens := 0, map[string]bool{}
	for page, err := range client.Pages(t.Context(), appID, api.PageSize(100)) {
		if err != nil {
			t.Fatal(err)
		}
		pages++
		for _, token := range page.Tokens {
			tokens[token.ID] = true
		}
		org.RotateNonce()
	}
	if pages != 10 || len(tokens) != 1000 {
		t.Errorf("%d pages with %d tokens, want 10 with 1000", pages, len(tokens))
	}
	checkProofs(t, org)
	if got := tokenRequests(org); len(got) != 2 {
		t.Errorf("%d token requests, want 2: the token outlives its nonce", len(got))
	}
}

func TestRetriesHaveProofsOfTheirOwn(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]oktatest.Fault{
		"429":          oktatest.UsedUp(20 * time.Second),
		"429, proxy":   oktatest.Throttle(3 * time.Second),
		"503":          oktatest.Status(503).Times(3),
		"drop after":   oktatest.DropAfter(),
		"cut body":     oktatest.CutBody(),
		"slow to come": oktatest.SlowFirstByte(40 * time.Second),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := newOrg(450)
				org.Inject(fault.On(http.MethodGet).After(1))
				if n, err := list(t.Context(), newClient(t, org.Transport())); n != 450 || err != nil {
					t.Errorf("listed %d of 450: %v", n, err)
				}
				checkProofs(t, org)
			})
		})
	}
}

// Over a real connection that breaks, net/http sends a GET again by itself, with the same proof. The server takes the
// proof once.
func TestAProofThatTheTransportRepeats(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp(appID, 450), oktatest.WithServiceApp(registered()))
	t.Cleanup(org.Close)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	app, err := oauth.NewServiceApp(org.URL, clientID, key(), oauth.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	client, err := api.New(org.URL, app, api.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	org.Inject(oktatest.DropAfter().On(http.MethodGet).After(1))
	if n, err := list(t.Context(), client); n != 450 || err != nil {
		t.Errorf("listed %d of 450: %v", n, err)
	}
	proofs, refused := map[string]int{}, 0
	for _, request := range org.Requests() {
		proofs[request.Header.Get("DPoP")]++
		if request.Status == http.StatusUnauthorized {
			refused++
		}
	}
	if refused != 1 || len(proofs) != len(org.Requests())-1 {
		t.Errorf("%d of %d requests were refused, with %d proofs: the transport repeated none", refused, len(org.Requests()), len(proofs))
	}
	if got := tokenRequests(org.Org); len(got) != 2 {
		t.Errorf("%d token requests, want 2: it was not the token that was refused", len(got))
	}
}

// A resource may answer 400 to a proof without a nonce.
func TestANonceThatIsAskedForWith400(t *testing.T) {
	t.Parallel()
	org := newOrg(3, oktatest.WithResourceNonce())
	transport := roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := org.Transport().RoundTrip(req)
		if err == nil && resp.Header.Get("DPoP-Nonce") != "" {
			resp.StatusCode = http.StatusBadRequest
			resp.Header.Del("WWW-Authenticate")
		}
		return resp, err
	})
	if n, err := list(t.Context(), newClient(t, transport)); n != 3 || err != nil {
		t.Errorf("listed %d of 3: %v", n, err)
	}
}

func TestWrongClocks(t *testing.T) {
	t.Parallel()
	for name, offset := range map[string]time.Duration{
		"a little behind":  8 * time.Second,
		"seconds ahead":    -8 * time.Second,
		"just tolerated":   -9500 * time.Millisecond,
		"just too much":    -11 * time.Second,
		"minutes behind":   20 * time.Minute,
		"days behind":      72 * time.Hour,
		"a little ahead":   -4 * time.Second,
		"minutes ahead":    -20 * time.Minute,
		"years ahead":      -3 * 365 * 24 * time.Hour,
		"right":            0,
		"half an hour off": 30 * time.Minute,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := newOrg(3, oktatest.WithClock(func() time.Time { return time.Now().Add(offset) }), oktatest.WithResourceNonce())
				if n, err := list(t.Context(), newClient(t, org.Transport())); n != 3 || err != nil {
					t.Errorf("listed %d of 3: %v", n, err)
				}
				if got := tokenRequests(org); len(got) > 3 {
					t.Errorf("%d token requests, want 3 at most", len(got))
				}
			})
		})
	}
}

func TestAuthorizeKeepsToTheOrg(t *testing.T) {
	t.Parallel()
	org := newOrg(3)
	app := newServiceApp(t, org.Transport(), key())
	for _, target := range []string{"https://evil.example/api/v1/apps", "http://acme.okta.com/", "https://acme.okta.com:8443/"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkError(t, app.Authorize(t.Context(), req), api.ErrInvalidArgument, "https://acme.okta.com alone")
		if len(req.Header) > 0 {
			t.Errorf("%s: header %v", target, req.Header)
		}
	}
	if len(org.Requests()) > 0 {
		t.Errorf("%d requests, want none", len(org.Requests()))
	}
}

// A response without its request, which a transport of somebody's own may make, teaches and asks for nothing.
func TestObserveTakesAnyResponse(t *testing.T) {
	t.Parallel()
	app := newServiceApp(t, newOrg(3).Transport(), key())
	nonce := http.Header{"Dpop-Nonce": {"n1"}}
	tests := map[string]struct {
		resp  *http.Response
		again bool
	}{
		"without a request":     {&http.Response{StatusCode: http.StatusUnauthorized, Header: nonce}, false},
		"a success":             {&http.Response{StatusCode: http.StatusOK, Request: &http.Request{}}, false},
		"no nonce, no JWT":      {&http.Response{StatusCode: http.StatusBadRequest, Request: &http.Request{Header: http.Header{"Dpop": {"not a JWT"}}}}, false},
		"a nonce, but no JWT":   {&http.Response{StatusCode: http.StatusBadRequest, Header: nonce, Request: &http.Request{Header: http.Header{"Dpop": {"not a JWT"}}}}, true},
		"a nonce with a 500":    {&http.Response{StatusCode: http.StatusInternalServerError, Header: nonce, Request: &http.Request{}}, false},
		"a nonce with a reason": {&http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{"Dpop-Nonce": {"n2"}, "Www-Authenticate": {`DPoP error="invalid_request"`}}, Request: &http.Request{}}, false},
	}
	for name, test := range tests {
		if got := app.Observe(test.resp); got != test.again {
			t.Errorf("%s: asks for another attempt: %v, want %v", name, got, test.again)
		}
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

// A dial that fails proves that nothing was sent, whatever authorization sent before: a 404 on the retry is no success.
func TestATokenRequestIsNoRevocation(t *testing.T) {
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

// A server may send another nonce with every response (RFC 9449, section 8.2). A token that is refused is replaced all
// the same.
func TestANonceWithEveryResponse(t *testing.T) {
	t.Parallel()
	org := newOrg(3)
	var n atomic.Int64
	client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := org.Transport().RoundTrip(req)
		if err == nil && req.Method == http.MethodGet {
			resp.Header.Set("DPoP-Nonce", fmt.Sprint("n", n.Add(1)))
		}
		return resp, err
	}))
	for range 3 {
		if _, err := list(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		org.RevokeAccessTokens()
	}
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
