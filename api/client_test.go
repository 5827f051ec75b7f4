package api_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

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
		"a token in single quotes":                {auth: api.APIToken("'canary'"), says: "SSWS token"},
		"a function that is nil as auth":          {auth: (authFunc)(nil), says: "auth"},
		"a token to fill in":                      {auth: api.APIToken("${canary}"), says: "placeholder"},
		"a token from the documentation":          {auth: api.BearerToken("YOUR_canary"), says: "placeholder"},
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
		"no hold observer":                        {option: api.WithHoldObserver(nil), says: "hold observer"},
		"negative attempts":                       {option: api.WithRetry(api.RetryPolicy{MaxAttempts: -1}), says: "MaxAttempts:-1"},
		"a negative wait":                         {option: api.WithRetry(api.RetryPolicy{MaxWait: -1}), says: "MaxWait:-1ns"},
		"no rate share":                           {option: api.WithRateShare(0), says: `rate share "0"`},
		"more than the rate limit":                {option: api.WithRateShare(1.5), says: `rate share "1.5"`},
		"a rate share that is not a number":       {option: api.WithRateShare(math.NaN()), says: "rate share"},
		"no attempt timeout":                      {option: api.WithAttemptTimeout(0), says: `attempt timeout "0s"`},
		"a negative call timeout":                 {option: api.WithCallTimeout(-1), says: `call timeout "-1ns"`},
		"no call timeout":                         {option: api.WithCallTimeout(0), says: `call timeout "0s"`},
		"no start observer":                       {option: api.WithStartObserver(nil), says: "start observer"},
		"a negative rate share":                   {option: api.WithRateShare(-0.1), says: `rate share "-0.1"`},
		"a rate share just over 1":                {option: api.WithRateShare(math.Nextafter(1, 2)), says: "rate share"},
		"a wait just over ten years":              {option: api.WithRetry(api.RetryPolicy{MaxWait: 10*365*24*time.Hour + 1}), says: "ten years"},
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

// The edges of what options accept are valid.
func TestNewAcceptsTheEdgesOfOptions(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]api.Option{
		"the whole rate limit":       api.WithRateShare(1),
		"the smallest rate share":    api.WithRateShare(math.SmallestNonzeroFloat64),
		"the shortest attempt":       api.WithAttemptTimeout(1),
		"the longest attempt":        api.WithAttemptTimeout(math.MaxInt64),
		"the shortest call":          api.WithCallTimeout(1),
		"an empty retry policy":      api.WithRetry(api.RetryPolicy{}),
		"a wait of ten years":        api.WithRetry(api.RetryPolicy{MaxWait: 10 * 365 * 24 * time.Hour}),
		"a user agent with a space":  api.WithUserAgent("my program/1.0"),
		"the longest of other waits": api.WithRetry(api.RetryPolicy{BaseDelay: math.MaxInt64, MaxDelay: math.MaxInt64}),
	} {
		if _, err := api.New(orgURL, api.APIToken("t"), option); err != nil {
			t.Errorf("%s: %v", name, err)
		}
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

// A nil pointer of this type is not a token source.
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
