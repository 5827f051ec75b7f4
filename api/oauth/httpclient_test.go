package oauth_test

import (
	"io"
	"net/http"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oauth"
	"example.com/apptokens/api/oktatest"
)

func TestRequestsNameTheClientAndItsVersion(t *testing.T) {
	t.Parallel()
	const version = `^apptokens-go/[\w.+-]+$`
	for own, options := range map[string][]oauth.Option{version: nil, `^sweeper/1$`: {oauth.WithUserAgent("sweeper/1")}} {
		org := newOrg(1)
		if _, err := list(t.Context(), newClient(t, org.Transport(), options...)); err != nil {
			t.Fatal(err)
		}
		for _, request := range org.Requests() {
			want := version
			if request.Method == http.MethodPost {
				want = own
			}
			if got := request.Header.Get("User-Agent"); !regexp.MustCompile(want).MatchString(got) {
				t.Errorf("%s %s: User-Agent %q, want %s", request.Method, request.Path, got, want)
			}
			if got := request.Header.Get("Accept"); got != "application/json" {
				t.Errorf("%s %s: Accept %q, want JSON only", request.Method, request.Path, got)
			}
		}
	}
}

func TestTheHTTPClientsTimeoutLimitsAnAttempt(t *testing.T) {
	t.Parallel()
	for timeout, want := range map[time.Duration]time.Duration{
		0: 30 * time.Second, 10 * time.Second: 10 * time.Second, time.Hour: 30 * time.Second,
	} {
		t.Run(timeout.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := newOrg(3)
				org.Inject(oktatest.SlowFirstByte(2 * time.Hour).On(http.MethodPost))
				app := newServiceApp(t, nil, key(), oauth.WithRetry(api.RetryPolicy{MaxAttempts: 1}),
					oauth.WithHTTPClient(&http.Client{Transport: org.Transport(), Timeout: timeout}))
				start := time.Now()
				checkError(t, authorize(t.Context(), app), nil, "no complete response within "+want.String())
				if took := time.Since(start); took != want {
					t.Errorf("took %v, want %v", took, want)
				}
			})
		})
	}
}

// A transport of somebody's own may break the contract of net/http.
func TestATransportWithoutAResponse(t *testing.T) {
	t.Parallel()
	for name, resp := range map[string]*http.Response{"none": nil, "no body": {StatusCode: http.StatusOK}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := newServiceApp(t, roundTripper(func(*http.Request) (*http.Response, error) { return resp, nil }), key(),
				oauth.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
			checkError(t, authorize(t.Context(), app), nil, "the transport returned no response")
		})
	}
}

// Every response is closed, whatever becomes of it, or its connection would never be used again.
func TestResponsesOfTheTokenEndpointAreClosed(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]oktatest.Fault{
		"a grant": oktatest.Status(503).On(http.MethodGet), "a refusal": oktatest.Status(400).On(http.MethodPost), "no grant": oktatest.HTML(200).On(http.MethodPost),
	} {
		org := newOrg(3)
		org.Inject(fault)
		responses, closed := 0, 0
		app := newServiceApp(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := org.Transport().RoundTrip(req)
			if err == nil {
				responses++
				resp.Body = closer{resp.Body, func() { closed++ }}
			}
			return resp, err
		}), key())
		_ = authorize(t.Context(), app)
		if responses == 0 || closed != responses {
			t.Errorf("%s: %d of %d responses closed", name, closed, responses)
		}
	}
}

// closer is a body that notes when it is closed.
type closer struct {
	io.Reader
	closed func()
}

func (c closer) Close() error {
	c.closed()
	return nil
}

// An app without an HTTP client of its own goes by the one of the client that uses it: by its proxy and its
// certificates.
func TestTokenRequestsGoByTheClientsHTTPClient(t *testing.T) {
	t.Parallel()
	org := newOrg(3)
	app, err := oauth.NewServiceApp(orgURL, clientID, key())
	if err != nil {
		t.Fatal(err)
	}
	tokenRequests := 0
	client := newClientOf(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodPost {
			tokenRequests++
		}
		return org.Transport().RoundTrip(req)
	}), app)
	if n, err := list(t.Context(), client); err != nil || n != 3 || tokenRequests == 0 {
		t.Errorf("%v, %d tokens, %d token requests", err, n, tokenRequests)
	}
}

// An app that has an HTTP client of its own keeps to it, whichever client uses the app.
func TestTokenRequestsGoByTheAppsOwnHTTPClient(t *testing.T) {
	t.Parallel()
	org := newOrg(3)
	client := newClientOf(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodPost {
			t.Error("a token request went by the HTTP client of the api.Client")
		}
		return org.Transport().RoundTrip(req)
	}), newServiceApp(t, org.Transport(), key()))
	if n, err := list(t.Context(), client); err != nil || n != 3 {
		t.Errorf("%v, %d tokens", err, n)
	}
}
