package oauth_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oauth"
	"example.com/apptokens/api/oktatest"
)

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
	org := oktatest.NewServer(oktatest.WithApp(appID, api.MaxPageSize+50), oktatest.WithServiceApp(registered()))
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
	if n, err := list(t.Context(), client); n != api.MaxPageSize+50 || err != nil {
		t.Errorf("listed %d: %v", n, err)
	}
	proofs, refused := map[string]int{}, 0
	for _, request := range org.Requests() {
		proofs[request.Header.Get("DPoP")]++
		if request.Status == http.StatusUnauthorized {
			refused++
		}
	}
	if refused != 1 || len(proofs) != len(org.Requests())-1 {
		t.Errorf("%d of %d requests were refused, with %d proofs: the transport repeated none", refused,
			len(org.Requests()), len(proofs))
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
		if err == nil && resp.StatusCode == http.StatusUnauthorized {
			resp.StatusCode = http.StatusBadRequest
			resp.Header.Del("WWW-Authenticate")
		}
		return resp, err
	})
	if n, err := list(t.Context(), newClient(t, transport)); n != 3 || err != nil {
		t.Errorf("listed %d of 3: %v", n, err)
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
		"without a request": {&http.Response{StatusCode: http.StatusUnauthorized, Header: nonce}, false},
		"a success":         {&http.Response{StatusCode: http.StatusOK, Request: &http.Request{}}, false},
		"no nonce, no JWT": {&http.Response{StatusCode: http.StatusBadRequest,
			Request: &http.Request{Header: http.Header{"Dpop": {"not a JWT"}}}}, false},
		"a nonce, but no JWT": {&http.Response{StatusCode: http.StatusBadRequest, Header: nonce,
			Request: &http.Request{Header: http.Header{"Dpop": {"not a JWT"}}}}, true},
		"a nonce with a 500": {&http.Response{StatusCode: http.StatusInternalServerError, Header: nonce,
			Request: &http.Request{}}, false},
		"a nonce with a reason": {&http.Response{StatusCode: http.StatusBadRequest,
			Header:  http.Header{"Dpop-Nonce": {"n2"}, "Www-Authenticate": {`DPoP error="invalid_request"`}},
			Request: &http.Request{}}, false},
	}
	for name, test := range tests {
		if got := app.Observe(test.resp); got != test.again {
			t.Errorf("%s: asks for another attempt: %v, want %v", name, got, test.again)
		}
	}
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

// A resource that refuses a request without a reason, and sends no other nonce than the request had, means the token.
func TestARefusalWithoutAnotherNonceIsTheTokens(t *testing.T) {
	t.Parallel()
	for _, nonce := range []string{"", "n1"} {
		org := newOrg(3)
		app := newServiceApp(t, org.Transport(), key())
		for _, resp := range []*http.Response{
			{StatusCode: http.StatusOK, Header: http.Header{"Dpop-Nonce": {"n1"}}},
			{StatusCode: http.StatusUnauthorized, Header: http.Header{"Dpop-Nonce": {nonce}}},
		} {
			var err error
			if resp.Request, err = authorized(t.Context(), app); err != nil {
				t.Fatal(err)
			}
			app.Observe(resp)
		}
		if err := authorize(t.Context(), app); err != nil {
			t.Fatal(err)
		}
		if got := tokenRequests(org); !slices.Equal(got, []int{400, 200, 200}) {
			t.Errorf("nonce %q: token requests %v, want one for the nonce and two for tokens", nonce, got)
		}
	}
}

// Every response of the token endpoint may have the nonce for the next request. Okta's grants have one, too.
func TestTheNonceOfAResponseIsUsedNext(t *testing.T) {
	t.Parallel()
	const grant = `{"token_type":"DPoP","access_token":"a","expires_in":60}`
	for name, body := range map[string]io.Reader{
		"a grant":             strings.NewReader(grant),
		"a grant that is cut": io.MultiReader(strings.NewReader(grant[:30]), iotest.ErrReader(io.ErrUnexpectedEOF)),
		"no grant":            strings.NewReader("{}"),
		"a grant without use": strings.NewReader(`{"token_type":"Bearer","access_token":"a"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var nonces []string
				app := newServiceApp(t, roundTripper(func(req *http.Request) (*http.Response, error) {
					nonces = append(nonces, claimsOf(t, req.Header.Get("DPoP")).Nonce)
					if len(nonces) > 1 {
						body = strings.NewReader(grant)
					}
					header := http.Header{"Dpop-Nonce": {fmt.Sprint("n", len(nonces))}}
					return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(body)}, nil
				}), key())
				_ = authorize(t.Context(), app)
				time.Sleep(2 * time.Minute)
				if err := authorize(t.Context(), app); err != nil {
					t.Error(err)
				}
				if want := []string{"", "n1", "n2"}; !slices.Equal(nonces, want[:len(nonces)]) || len(nonces) < 2 {
					t.Errorf("nonces %q, want those of the responses before", nonces)
				}
			})
		})
	}
}

// The token endpoint and the API are servers of their own, and so are their nonces (RFC 9449, section 9).
func TestEachServerGetsItsOwnNonces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var nonces []string
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			nonces = append(nonces, claimsOf(t, req.Header.Get("DPoP")).Nonce)
			body := map[string]string{http.MethodPost: `{"token_type":"DPoP","access_token":"a","expires_in":60}`,
				http.MethodGet: "[]"}[req.Method]
			header := http.Header{"Content-Type": {"application/json"}, "Dpop-Nonce": {fmt.Sprint(req.Method, len(nonces))}}
			return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader(body))}, nil
		}))
		for range 2 {
			for range 2 {
				if _, err := list(t.Context(), client); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(2 * time.Minute) // the token expires
		}
		if want := []string{"", "", "GET2", "POST1", "GET3", "GET5"}; !slices.Equal(nonces, want) {
			t.Errorf("nonces %q, want %q: those of the same server's responses", nonces, want)
		}
	})
}

// An assertion is of no use for long to whoever finds it.
func TestAssertionsLiveForFiveMinutes(t *testing.T) {
	t.Parallel()
	requests := 0
	app := newServiceApp(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		requests++
		claims := claimsOf(t, assertionOf(t, req))
		if lifetime := claims.Expiry.Time().Sub(claims.IssuedAt.Time()); lifetime != 5*time.Minute {
			t.Errorf("valid for %v, want 5 minutes", lifetime)
		}
		return &http.Response{StatusCode: http.StatusBadRequest, Body: http.NoBody}, nil
	}), key())
	if _ = authorize(t.Context(), app); requests != 1 {
		t.Errorf("%d token requests, want 1", requests)
	}
}
