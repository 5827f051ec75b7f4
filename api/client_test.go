package api_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

func TestNewTakesOrgURLs(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"https://acme.okta.com":               "https://acme.okta.com/api/v1/apps/0oa1/tokens",
		"https://acme.okta.com/":              "https://acme.okta.com/api/v1/apps/0oa1/tokens",
		"HTTPS://login.acme.example":          "https://login.acme.example/api/v1/apps/0oa1/tokens",
		"https://acme.okta.com:8443":          "https://acme.okta.com:8443/api/v1/apps/0oa1/tokens",
		"https://proxy.acme.example/okta/eu/": "https://proxy.acme.example/okta/eu/api/v1/apps/0oa1/tokens",
		"http://localhost:8080":               "http://localhost:8080/api/v1/apps/0oa1/tokens",
		"http://127.0.0.1":                    "http://127.0.0.1/api/v1/apps/0oa1/tokens",
		"http://127.8.9.10:1":                 "http://127.8.9.10:1/api/v1/apps/0oa1/tokens",
		"http://[::1]:8080":                   "http://[::1]:8080/api/v1/apps/0oa1/tokens",
		"https://sso-admin.acme.example":      "https://sso-admin.acme.example/api/v1/apps/0oa1/tokens",
	} {
		t.Run(given, func(t *testing.T) {
			t.Parallel()
			var got string
			transport := roundTripper(func(req *http.Request) (*http.Response, error) {
				got = req.URL.String()
				return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody}, nil
			})
			client, err := api.New(given, api.APIToken("t"), api.WithHTTPClient(&http.Client{Transport: transport}))
			if err != nil {
				t.Fatal(err)
			}
			if err := client.RevokeAll(t.Context(), appID); err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("the request went to %s, want %s", got, want)
			}
		})
	}
}

func TestNewRefusesOrgURLs(t *testing.T) {
	t.Parallel()
	for given, says := range map[string]string{
		"":                                     "empty",
		"acme.okta.com":                        "https://",
		"/api":                                 "https://",
		"ftp://acme.okta.com":                  "https://",
		"https://":                             "host",
		"https://:443":                         "host",
		"https://acme.okta.com:":               "port",
		"https://acme.okta.com:https":          "not a URL",
		"http://acme.okta.com":                 "https only",
		"http://localhost.example":             "https only",
		"http://127.0.0.1.example":             "https only",
		"http://10.0.0.1":                      "https only",
		"https://user:secret@acme.okta.com":    "user information",
		"https://acme.okta.com?x=1":            "query",
		"https://acme.okta.com?":               "query",
		"https://acme.okta.com#":               "fragment",
		"https://{yourOktaDomain}":             "placeholder",
		"https://${OKTA_DOMAIN}":               "placeholder",
		"https://<acme>.okta.com":              "placeholder",
		"https://acme-admin.okta.com":          "-admin",
		"https://ACME-ADMIN.oktapreview.com":   "-admin",
		"https://acme.okta.com.com":            ".com twice",
		" https://acme.okta.com":               "space",
		"https://acme.okta.com\n":              "space",
		"https://acme okta.com":                "space",
		"https://acme.оkta.com":                "does not belong", // a Cyrillic o
		"https://acme.okta.com/../x":           "a part of its path",
		"https://acme.okta.com/%2e%2e/x":       "a part of its path",
		"https://acme.okta.com//x":             "a part of its path",
		"https://acme.okta.com/okta(eu)":       "a part of its path",
		"https://acme.okta.com/..;/x":          "a part of its path",
		"https://acme.okta.com/oauth2/default": "leave out its path",
		"https://acme.okta.com/API/V1/":        "leave out its path",
		`https://"acme.okta.com"`:              "no host name",
		"https://acme.okta.com,evil.example":   "no host name",
		"https://acme.okta.com.com.":           "no host name",
		"https://.":                            "no host name",
		"00canary-token":                       "(not shown)",
		"https://acme.okta.com/api/v1":         "leave out its path",
		"https://acme.okta.com/api/v1/apps":    "leave out its path",
	} {
		t.Run(given, func(t *testing.T) {
			t.Parallel()
			_, err := api.New(given, api.APIToken("t"))
			checkError(t, err, api.ErrInvalidArgument, says)
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows a password: %v", err)
			}
		})
	}
}

func TestANilOptionIsRefused(t *testing.T) {
	t.Parallel()
	_, err := api.New(orgURL, api.APIToken("t"), nil)
	checkError(t, err, api.ErrInvalidArgument, "option")
	_, client := newOrg(t, 1)
	_, err = list(t.Context(), client, nil)
	checkError(t, err, api.ErrInvalidArgument, "option")
	_, err = client.Get(t.Context(), appID, "oar1", nil)
	checkError(t, err, api.ErrInvalidArgument, "option")
}

type authFunc func()

func (authFunc) Authorize(context.Context, *http.Request) error { return nil }

type noAuth struct{}

func (*noAuth) Authorize(context.Context, *http.Request) error { return nil }

func TestNewRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	var nilSource *source
	tests := map[string]struct {
		auth   api.Auth
		option api.Option
		says   string
	}{
		"no auth":                                 {auth: nil, says: "auth"},
		"a nil pointer as auth":                   {auth: (*noAuth)(nil), says: "auth"},
		"an empty API token":                      {auth: api.APIToken(""), says: "SSWS token"},
		"a blank API token":                       {auth: api.APIToken("  "), says: "SSWS token"},
		"a token with a line end, as from a file": {auth: api.APIToken("canary\n"), says: "SSWS token"},
		"a token beyond ASCII":                    {auth: api.APIToken("canaryé"), says: "SSWS token"},
		"a token in quotes":                       {auth: api.APIToken(`"canary"`), says: "SSWS token"},
		"a function that is nil as auth":          {auth: (authFunc)(nil), says: "auth"},
		"a token with a scheme":                   {auth: api.APIToken("SSWS canary"), says: "SSWS token"},
		"an empty bearer token":                   {auth: api.BearerToken(""), says: "Bearer token"},
		"a bearer token with a control character": {auth: api.BearerToken("canary\x00"), says: "Bearer token"},
		"no token source":                         {auth: api.TokenSource(nil), says: "token source"},
		"a nil pointer as token source":           {auth: api.TokenSource(nilSource), says: "token source"},
		"no HTTP client":                          {option: api.WithHTTPClient(nil), says: "HTTP client"},
		"no request editor":                       {option: api.WithRequestEditor(nil), says: "request editor"},
		"no user agent":                           {option: api.WithUserAgent(" "), says: "user agent"},
		"a user agent beyond ASCII":               {option: api.WithUserAgent("é"), says: "user agent"},
		"a negative base delay":                   {option: api.WithRetry(api.RetryPolicy{BaseDelay: -1}), says: "BaseDelay:-1ns"},
		"a negative longest delay":                {option: api.WithRetry(api.RetryPolicy{MaxDelay: -1}), says: "MaxDelay:-1ns"},
		"a wait without end":                      {option: api.WithRetry(api.RetryPolicy{MaxWait: math.MaxInt64}), says: "ten years"},
		"a user agent with a line end":            {option: api.WithUserAgent("a\r\nb"), says: `"a\r\nb"`},
		"no logger":                               {option: api.WithLogger(nil), says: "logger"},
		"no observer":                             {option: api.WithObserver(nil), says: "observer"},
		"negative attempts":                       {option: api.WithRetry(api.RetryPolicy{MaxAttempts: -1}), says: "MaxAttempts:-1"},
		"a negative wait":                         {option: api.WithRetry(api.RetryPolicy{MaxWait: -1}), says: "MaxWait:-1ns"},
		"no attempt timeout":                      {option: api.WithAttemptTimeout(0), says: `attempt timeout "0s"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var options []api.Option
			if test.option != nil {
				test.auth = api.APIToken("t")
				options = append(options, test.option)
			}
			_, err := api.New(orgURL, test.auth, options...)
			checkError(t, err, api.ErrInvalidArgument, test.says)
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("the error shows the credential: %v", err)
			}
		})
	}
}

// Whatever verb prints them, and whatever they are part of, no secret comes out.
func TestNothingPrintsASecret(t *testing.T) {
	t.Parallel()
	const canary = "canary-7f3a"
	auths := map[string]api.Auth{
		"API token":    api.APIToken(canary),
		"bearer token": api.BearerToken(canary),
		"token source": api.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: canary})),
	}
	for name, auth := range auths {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := oktatest.New()
			var log strings.Builder
			client, err := api.New(orgURL, auth,
				api.WithHTTPClient(&http.Client{Transport: org.Transport()}),
				api.WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
			if err != nil {
				t.Fatal(err)
			}
			_, failure := client.Get(t.Context(), appID, "oar1")
			type holder struct {
				auth   api.Auth
				client *api.Client
				err    error
			}
			for _, value := range []any{auth, client, failure, holder{auth, client, failure}, &holder{auth, client, failure}} {
				for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%T", "%p"} {
					text := fmt.Sprintf(verb, value)
					if strings.Contains(text, canary) || strings.Contains(text, fmt.Sprintf("%x", canary)) {
						t.Errorf("%s prints %s", verb, text)
					}
				}
			}
			if strings.Contains(log.String(), canary) || log.Len() == 0 {
				t.Errorf("the log is %q", log.String())
			}
		})
	}
}

func TestRequestsCarryTheRightHeaders(t *testing.T) {
	t.Parallel()
	org, client := newOrg(t, 1, api.WithUserAgent("sweeper/2"), api.WithRequestEditor(func(_ context.Context, req *http.Request) error {
		if req.Header.Get("Authorization") != "" {
			t.Error("an editor saw the credential")
		}
		req.Header.Set("X-Ticket", "INC-1")
		return nil
	}))
	if _, err := list(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	header := org.Requests()[0].Header
	for name, want := range map[string]string{
		"Accept":             "application/json",
		"Authorization":      "SSWS " + oktatest.DefaultAPIToken,
		"User-Agent":         "sweeper/2",
		"X-Ticket":           "INC-1",
		"X-Okta-Retry-Count": "",
		"X-Okta-Retry-For":   "",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if query := org.Requests()[0].Query; query != "limit=200" {
		t.Errorf("query %q, want limit=200", query)
	}
}

// The http.Client of the caller is copied: it keeps its own habits, and the copy follows no redirect.
func TestTheCallersHTTPClientStaysAsItIs(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp(appID, 1))
	follow := func(*http.Request, []*http.Request) error { return nil }
	own := &http.Client{Transport: org.Transport(), CheckRedirect: follow}
	client, err := api.New(orgURL, api.APIToken(oktatest.DefaultAPIToken), api.WithHTTPClient(own))
	if err != nil {
		t.Fatal(err)
	}
	org.Inject(oktatest.Redirect(http.StatusFound, orgURL+"/"))
	checkError(t, client.RevokeAll(t.Context(), appID), api.ErrUnexpectedResponse, "redirect")
	if len(org.Requests()) != 1 {
		t.Errorf("%d requests, want 1", len(org.Requests()))
	}
	if own.CheckRedirect == nil || own.CheckRedirect(nil, nil) != nil {
		t.Error("the caller's client was changed")
	}
}

func TestAnEditorCannotLeadCredentialsAway(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*http.Request){
		"host":             func(req *http.Request) { req.URL.Host = "evil.example" },
		"scheme":           func(req *http.Request) { req.URL.Scheme = "http" },
		"port":             func(req *http.Request) { req.URL.Host += ":8443" },
		"user information": func(req *http.Request) { req.URL.User = url.User("evil") },
		"Host header":      func(req *http.Request) { req.Host = "evil.example" },
		"opaque URL":       func(req *http.Request) { req.URL.Opaque = "//evil.example/x" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org, client := newOrg(t, 1, api.WithRequestEditor(func(_ context.Context, req *http.Request) error {
				edit(req)
				return nil
			}))
			_, err := list(t.Context(), client)
			checkError(t, err, api.ErrInvalidArgument, "changed its origin")
			if len(org.Requests()) != 0 {
				t.Errorf("%d requests were sent", len(org.Requests()))
			}
		})
	}
}

func TestAnEditorsErrorEndsTheCall(t *testing.T) {
	t.Parallel()
	broken := errors.New("no ticket")
	org, client := newOrg(t, 1, api.WithRequestEditor(func(context.Context, *http.Request) error { return broken }))
	_, err := list(t.Context(), client)
	checkError(t, err, broken, "no ticket")
	if len(org.Requests()) != 0 {
		t.Errorf("%d requests were sent", len(org.Requests()))
	}
}

// A nil pointer of this type is no token source.
type source struct{ tokens chan *oauth2.Token }

func (s *source) Token() (*oauth2.Token, error) { return <-s.tokens, nil }

// The Auth of this package authorizes the generated client as well.
func TestAuthIsARequestEditor(t *testing.T) {
	t.Parallel()
	org, raw := newRawOrg(t, 2)
	var editor gen.RequestEditorFn = api.BearerToken("other").Authorize
	resp, err := raw.ListTokens(t.Context(), appID, nil, editor)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := org.Requests()[0].Header["Authorization"]; len(got) != 1 || got[0] != "Bearer other" {
		t.Errorf("Authorization: %q, want the later one", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, orgURL, nil)
	checkAuth := api.APIToken("").Authorize(ctx, req)
	if !errors.Is(checkAuth, api.ErrInvalidArgument) || req.Header.Get("Authorization") != "" {
		t.Errorf("an empty token: %v, header %q", checkAuth, req.Header.Get("Authorization"))
	}
}
