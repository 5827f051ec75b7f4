package oauth_test

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oauth"
	"example.com/apptokens/api/oktatest"
)

func TestErrorsOfTheTokenEndpoint(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) []oktatest.Fault {
		return []oktatest.Fault{oktatest.Body(status, "application/json", body).On(http.MethodPost).Forever()}
	}
	post := func(fault oktatest.Fault) []oktatest.Fault {
		return []oktatest.Fault{fault.On(http.MethodPost).Forever()}
	}
	tests := map[string]struct {
		app      func(*oktatest.ServiceApp)
		options  []oauth.Option
		faults   []oktatest.Fault
		want     error
		status   int
		code     string
		says     string
		requests int
	}{
		"another key": {app: func(app *oktatest.ServiceApp) { app.Keys = map[string]crypto.PublicKey{"": keys()["P-384"].Public()} },
			want: api.ErrUnauthorized, status: 401, code: "invalid_client",
			says: "is the public key registered with this client", requests: 1},
		"no such app": {app: func(app *oktatest.ServiceApp) { app.ClientID = "0oaOther" },
			want: api.ErrUnauthorized, status: 401, code: "invalid_client", says: clientID, requests: 1},
		"no such key id": {options: []oauth.Option{oauth.WithKeyID("k2")},
			want: api.ErrUnauthorized, status: 401, code: "invalid_client", says: "names no key", requests: 1},
		"scope that no org has": {options: []oauth.Option{oauth.WithScopes("payments")},
			want: api.ErrForbidden, status: 400, code: "invalid_scope", says: "Okta API Scopes", requests: 2},
		"no scope granted": {app: func(app *oktatest.ServiceApp) { app.Scopes = []string{"okta.users.read"} },
			want: api.ErrForbidden, status: 400, code: "consent_required", says: "Okta API Scopes", requests: 2},
		"a narrowed grant": {app: func(app *oktatest.ServiceApp) { app.Scopes = []string{oauth.ScopeRead} },
			want: api.ErrForbidden, status: 200, says: "without okta.apps.manage", requests: 2},
		"DPoP is required": {options: []oauth.Option{oauth.WithoutDPoP()},
			status: 400, code: "invalid_dpop_proof", says: "leave out WithoutDPoP", requests: 1},
		"rate limit": {faults: post(oktatest.UsedUp(time.Hour)),
			want: api.ErrRateLimited, status: 429, code: "E0000047", says: "API call exceeded rate limit", requests: 1},
		"outage": {faults: post(oktatest.Status(503)), status: 503, code: "E0000010", requests: 5},
		"HTML": {faults: post(oktatest.HTML(502)), status: 502,
			says: `not a token endpoint's error object (content type "text/html`, requests: 5},
		"not found": {faults: post(oktatest.Status(404)), status: 404, code: "E0000007", requests: 1},
		"dropped":   {faults: post(oktatest.DropBefore()), says: "connection reset", requests: 5},
		"too slow": {faults: post(oktatest.SlowFirstByte(time.Hour)),
			says: "authorize: no authorization within 2m0s: token endpoint https://acme.okta.com/oauth2/v1/token (client 0oaServiceApp): no complete response within 30s", requests: 4},
		"a body without end": {faults: post(oktatest.SlowBody(time.Hour)), status: 200,
			says: "the response ended early: no complete response within 30s", requests: 4},
		"body cut": {faults: post(oktatest.CutBody()), status: 200, says: "ended early", requests: 6},
		"a redirect": {faults: post(oktatest.Redirect(307, "https://evil.example/token")), want: api.ErrUnexpectedResponse,
			status: 307, says: "redirects are not followed", requests: 1},
		"no grant": {faults: answer(204, ""), want: api.ErrUnexpectedResponse, status: 204, says: "want status 200",
			requests: 1},
		"a login page": {faults: post(oktatest.HTML(200)), want: api.ErrUnexpectedResponse, status: 200,
			says: "the body is not a token response", requests: 1},
		"empty token": {faults: answer(200, `{"token_type":"DPoP"}`), want: api.ErrUnexpectedResponse, status: 200,
			says: "no access token", requests: 1},
		"hostile token": {faults: answer(200, `{"token_type":"DPoP","access_token":"a\r\nX: y"}`),
			want: api.ErrUnexpectedResponse, status: 200, says: "no access token", requests: 1},
		"a body beyond 1 MiB": {faults: answer(200, strings.Repeat(" ", 1<<20)+`{"token_type":"DPoP","access_token":"granted"}`),
			want: api.ErrUnexpectedResponse, status: 200, says: "the body is not a token response", requests: 1},
		"a bearer token": {faults: answer(200, `{"token_type":"Bearer","access_token":"granted"}`),
			want: api.ErrUnexpectedResponse, status: 200, says: `token type is "Bearer", want "DPoP"`, requests: 1},
		"a nonce, and gives none": {faults: answer(400, `{"error":"use_dpop_nonce"}`), status: 400, code: "use_dpop_nonce",
			requests: 1},
		"hostile words": {faults: answer(400, `{"error":"x\u001b[2J","error_description":"`+strings.Repeat("é", 5000)+`"}`),
			status: 400, code: "x [2J", says: "é…", requests: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				app := registered()
				if test.app != nil {
					test.app(&app)
				}
				org := oktatest.New(oktatest.WithApp(appID, 3), oktatest.WithServiceApp(app))
				org.Inject(test.faults...)
				_, err := list(t.Context(), newClient(t, org.Transport(), test.options...))
				checkError(t, err, test.want, test.says)
				for _, kind := range []error{api.ErrUnauthorized, api.ErrForbidden, api.ErrRateLimited, api.ErrUnexpectedResponse} {
					if kind != test.want && errors.Is(err, kind) {
						t.Errorf("error %v is %v, want %v only", err, kind, test.want)
					}
				}
				var failure *oauth.Error
				switch {
				case !errors.As(err, &failure):
					t.Fatalf("%v is not an *oauth.Error", err)
				case failure.StatusCode != test.status || failure.Code != test.code:
					t.Errorf("status %d and code %q, want %d and %q", failure.StatusCode, failure.Code, test.status, test.code)
				case failure.StatusCode != 0 && failure.RequestID == "":
					t.Error("no request id")
				case test.want == api.ErrRateLimited && failure.RateLimit.Limit != 100:
					t.Errorf("rate limit %+v, want that of the response", failure.RateLimit)
				case failure.ClientID != clientID || failure.Endpoint == "" || failure.Attempts == 0:
					t.Errorf("%+v lacks something", failure)
				}
				if len(err.Error()) > 1100 || strings.ContainsAny(err.Error(), "\n\x1b") {
					t.Errorf("not one printable line: %q", err)
				}
				if got := len(org.Requests()); got != test.requests {
					t.Errorf("%d requests, want %d", got, test.requests)
				}
			})
		})
	}
}

func TestTextsOfErrors(t *testing.T) {
	t.Parallel()
	const where = "token endpoint https://acme.okta.com/oauth2/v1/token (client 0oaServiceApp)"
	for want, failure := range map[string]oauth.Error{
		": connection refused": {Err: errors.New("connection refused"), Attempts: 1},
		": 503 Service Unavailable: E0000010: Read only (2 token requests) (request r1)": {
			StatusCode: 503, Code: "E0000010", Description: "Read only.", Attempts: 2, RequestID: "r1"},
		": 599: not a token endpoint's error object (request r1)": {
			StatusCode: 599, Err: errors.New("not a token endpoint's error object"), Attempts: 1, RequestID: "r1"},
		": 400 Bad Request: use_dpop_nonce; the server keeps demanding a new nonce": {
			StatusCode: 400, Code: "use_dpop_nonce", Attempts: 1},
	} {
		failure.Endpoint, failure.ClientID = orgURL+"/oauth2/v1/token", clientID
		if got := failure.Error(); got != where+want {
			t.Errorf("got  %s\nwant %s", got, where+want)
		}
	}
}

// A server whose nonce is never the right one is asked three times.
func TestNoncesWithoutEnd(t *testing.T) {
	t.Parallel()
	org := newOrg(3)
	transport := roundTripper(func(req *http.Request) (*http.Response, error) {
		defer org.RotateNonce()
		return org.Transport().RoundTrip(req)
	})
	_, err := list(t.Context(), newClient(t, transport))
	checkError(t, err, nil, "keeps demanding a new nonce")
	if got := tokenRequests(org); !slices.Equal(got, []int{400, 400, 400}) {
		t.Errorf("token requests %v, want one and two repeats", got)
	}
}

func TestNoncesOfResourcesWithoutEnd(t *testing.T) {
	t.Parallel()
	org := newOrg(3, oktatest.WithResourceNonce())
	transport := roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodGet {
			defer org.RotateNonce()
		}
		return org.Transport().RoundTrip(req)
	})
	_, err := list(t.Context(), newClient(t, transport))
	checkError(t, err, api.ErrUnauthorized, "use_dpop_nonce")
	if got := len(org.Requests()); got != 5 {
		t.Errorf("%d requests, want 2 for the token, one and two repeats", got)
	}
}

func TestCertificatesAreNotRetried(t *testing.T) {
	t.Parallel()
	attempts := 0
	transport := roundTripper(func(*http.Request) (*http.Response, error) {
		attempts++
		return nil, &tls.CertificateVerificationError{Err: errors.New("expired")}
	})
	_, err := list(t.Context(), newClient(t, transport))
	checkError(t, err, nil, "expired")
	if attempts != 1 {
		t.Errorf("%d attempts, want 1", attempts)
	}
}

func TestAttemptsAreLogged(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		faults []oktatest.Fault
		lines  []string // regular expressions
	}{
		"success after a retry": {[]oktatest.Fault{oktatest.Status(500)}, []string{
			`level=WARN .*client=0oaServiceApp attempt=1 status=500 request_id=\S+ error=.* wait=\S+$`,
			`level=DEBUG .*client=0oaServiceApp attempt=2$`}},
		"failure": {[]oktatest.Fault{oktatest.Status(404)}, []string{
			`level=DEBUG .*client=0oaServiceApp attempt=1 status=404 request_id=\S+ error=[^=]*$`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := newOrg(3)
				for _, fault := range test.faults {
					org.Inject(fault.On(http.MethodPost))
				}
				var log bytes.Buffer
				logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
				_ = authorize(t.Context(), newServiceApp(t, org.Transport(), key(), oauth.WithLogger(logger)))
				lines := strings.Split(strings.TrimSpace(log.String()), "\n")
				if len(lines) != len(test.lines) {
					t.Fatalf("%d lines, want %d:\n%s", len(lines), len(test.lines), log.String())
				}
				for i, want := range test.lines {
					if !regexp.MustCompile(want).MatchString(lines[i]) {
						t.Errorf("line %s\nis not %s", lines[i], want)
					}
				}
			})
		})
	}
}

func TestErrorsAreLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	logger.Error("failed", "err", &oauth.Error{StatusCode: 401, Code: "invalid_client", ClientID: clientID})
	for _, want := range []string{"err.status=401", "err.code=invalid_client", "err.client=" + clientID} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log.String())
		}
	}
}
