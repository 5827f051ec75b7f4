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
			org := newOrg(450, oktatest.WithServiceApp(oktatest.ServiceApp{ClientID: clientID,
				Keys: map[string]crypto.PublicKey{"k1": test.key.Public(), "k2": nil}}))
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
				org := newOrg(3, oktatest.WithClock(func() time.Time { return time.Now().Add(offset) }),
					oktatest.WithResourceNonce())
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

// A server whose clock jumps with every response is believed once, and not followed for ever.
func TestAClockThatKeepsJumpingIsFollowedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		app := newServiceApp(t, roundTripper(func(*http.Request) (*http.Response, error) {
			requests++
			date := time.Now().Add(time.Duration(min(requests, 9)) * time.Hour).UTC().Format(http.TimeFormat)
			return &http.Response{StatusCode: 401, Header: http.Header{"Date": {date}}, Body: http.NoBody}, nil
		}), key())
		checkError(t, authorize(t.Context(), app), api.ErrUnauthorized, "")
		if requests != 2 {
			t.Errorf("%d token requests, want 2: one with each clock", requests)
		}
	})
}

// A refusal is repeated for a clock that was wrong, not for one that is known already.
func TestAKnownClockIsNoReasonToRepeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		app := registered()
		app.Keys = map[string]crypto.PublicKey{"": keys()["P-384"].Public()}
		org := oktatest.New(oktatest.WithServiceApp(app),
			oktatest.WithClock(func() time.Time { return time.Now().Add(20 * time.Minute) }))
		mine := newServiceApp(t, org.Transport(), key())
		for range 2 {
			checkError(t, authorize(t.Context(), mine), api.ErrUnauthorized, "invalid_client")
		}
		if got := tokenRequests(org); !slices.Equal(got, []int{401, 401, 401}) {
			t.Errorf("token requests %v, want two with the first call, and one with the next", got)
		}
	})
}

// A clock that is set while a token is alive is noticed by the API's answers: the proofs are right again, and so is the
// next assertion.
func TestTheClockIsLearntFromTheAPI(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var offset time.Duration
		org := newOrg(3, oktatest.WithClock(func() time.Time { return time.Now().Add(offset) }))
		client := newClient(t, org.Transport())
		for _, offset = range []time.Duration{0, 20 * time.Minute, -20 * time.Minute} {
			if n, err := list(t.Context(), client); n != 3 || err != nil {
				t.Errorf("with a clock that is %v off, listed %d of 3: %v", offset, n, err)
			}
		}
		before := len(tokenRequests(org))
		time.Sleep(2 * time.Hour)
		if n, err := list(t.Context(), client); n != 3 || err != nil || len(tokenRequests(org)) != before+1 {
			t.Errorf("listed %d of 3: %v; token requests %v, want one that is granted", n, err, tokenRequests(org)[before:])
		}
	})
}

// What was learnt of the server's clock stays, until another response says otherwise.
func TestAResponseWithoutDateLeavesTheClockAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3, oktatest.WithClock(func() time.Time { return time.Now().Add(20 * time.Minute) }))
		dated := true
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := org.Transport().RoundTrip(req)
			if err == nil && !dated {
				resp.Header.Del("Date")
			}
			return resp, err
		}))
		for _, dated = range []bool{true, false, false} {
			before := len(tokenRequests(org))
			if n, err := list(t.Context(), client); n != 3 || err != nil {
				t.Errorf("listed %d of 3: %v", n, err)
			}
			if got := tokenRequests(org)[before:]; !dated && len(got) != 1 {
				t.Errorf("token requests %v, want one that is granted", got)
			}
			time.Sleep(2 * time.Hour)
		}
	})
}
