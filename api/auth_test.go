package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// rotating is an Auth whose token is refused until Observe has seen a 401.
type rotating struct {
	authorized int
	again      func(*http.Response) bool
}

func (r *rotating) Authorize(_ context.Context, req *http.Request) error {
	r.authorized++
	req.Header.Set("Authorization", "Bearer token"+strconv.Itoa(r.authorized))
	return nil
}

func (r *rotating) Observe(resp *http.Response) bool { return r.again(resp) }

func TestObserveAsksForOneMoreAttempt(t *testing.T) {
	t.Parallel()
	unauthorized := func(resp *http.Response) bool { return resp.StatusCode == http.StatusUnauthorized }
	tests := map[string]struct {
		good     []string // bearer tokens that are accepted
		again    func(*http.Response) bool
		policy   api.RetryPolicy
		fault    bool // the second request meets a 503
		want     error
		requests int
	}{
		"beside the retries of the policy":      {good: []string{"token2", "token3"}, again: unauthorized, fault: true, policy: api.RetryPolicy{MaxAttempts: 2, BaseDelay: 1}, requests: 3},
		"a new token after a 401":               {good: []string{"token2"}, again: unauthorized, requests: 2},
		"even where nothing is retried":         {good: []string{"token2"}, again: unauthorized, policy: api.RetryPolicy{MaxAttempts: 1}, requests: 2},
		"twice: a new token and a new nonce":    {good: []string{"token3"}, again: unauthorized, requests: 3},
		"not for ever":                          {again: unauthorized, want: api.ErrUnauthorized, requests: 3},
		"not if it does not ask":                {again: func(*http.Response) bool { return false }, want: api.ErrUnauthorized, requests: 1},
		"not after a success, whatever it asks": {good: []string{"token1"}, again: func(*http.Response) bool { return true }, requests: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				options := []oktatest.Option{oktatest.WithApp(appID, 3)}
				for _, token := range test.good {
					options = append(options, oktatest.WithBearerToken(token, "okta.apps.manage"))
				}
				org := oktatest.New(options...)
				client, err := api.New(orgURL, &rotating{again: test.again},
					api.WithHTTPClient(&http.Client{Transport: org.Transport()}), api.WithRetry(test.policy))
				if err != nil {
					t.Fatal(err)
				}
				if test.fault {
					org.Inject(oktatest.Status(http.StatusServiceUnavailable).After(1))
				}
				start := time.Now()
				checkError(t, client.RevokeAll(t.Context(), appID), test.want, "")
				if got := len(org.Requests()); got != test.requests {
					t.Errorf("%d requests, want %d", got, test.requests)
				}
				if waited := time.Since(start); waited > time.Nanosecond {
					t.Errorf("waited %v, want none", waited)
				}
			})
		})
	}
}

// A retry is a new call of the generated method, so that a token is fresh and a proof is used once.
func TestEveryAttemptIsAuthorizedAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		auth := &rotating{again: func(*http.Response) bool { return false }}
		org := oktatest.New(oktatest.WithApp(appID, 250),
			oktatest.WithBearerToken("token2", "okta.apps.read"), oktatest.WithBearerToken("token3", "okta.apps.read"))
		org.Inject(oktatest.DropBefore())
		client, err := api.New(orgURL, auth, api.WithHTTPClient(&http.Client{Transport: org.Transport()}))
		if err != nil {
			t.Fatal(err)
		}
		if ids, err := list(t.Context(), client); err != nil || len(ids) != 250 {
			t.Errorf("listed %d tokens, %v", len(ids), err)
		}
		for i, request := range org.Requests() {
			if got, want := request.Header.Get("Authorization"), "Bearer token"+strconv.Itoa(i+1); got != want {
				t.Errorf("request %d: %q, want %q", i, got, want)
			}
		}
	})
}

func TestObserveSeesEveryResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var statuses []int
		auth := &rotating{again: func(resp *http.Response) bool { statuses = append(statuses, resp.StatusCode); return false }}
		org := oktatest.New(oktatest.WithApp(appID, 3), oktatest.WithBearerToken("token3", "okta.apps.manage"))
		org.Inject(oktatest.Status(503), oktatest.DropBefore())
		client, err := api.New(orgURL, auth, api.WithHTTPClient(&http.Client{Transport: org.Transport()}))
		if err != nil {
			t.Fatal(err)
		}
		if err := client.RevokeAll(t.Context(), appID); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(statuses, []int{503, 204}) {
			t.Errorf("saw %v, want 503 and 204", statuses)
		}
	})
}

// Authorization that takes too long is neither a fault of the connection nor the end of the caller's context.
func TestAuthorizationTimesOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hanging := &source{tokens: make(chan *oauth2.Token)}
		defer close(hanging.tokens)
		org := oktatest.New()
		client, err := api.New(orgURL, api.TokenSource(hanging), api.WithHTTPClient(&http.Client{Transport: org.Transport()}),
			api.WithAttemptTimeout(2*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		err = client.RevokeAll(t.Context(), appID)
		checkError(t, err, &api.Error{}, "no authorization within 1m32s (1 attempt)")
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v claims that the context ended", err)
		}
	})
}

// A token endpoint may be rate limited too: its wait takes nothing from the time of the request.
func TestAuthorizationMayTakeLongerThanAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 3), oktatest.WithBearerToken("good", "okta.apps.manage"))
		org.Inject(oktatest.SlowFirstByte(25 * time.Second))
		slow := sourceFunc(func() (*oauth2.Token, error) {
			time.Sleep(time.Minute)
			return &oauth2.Token{AccessToken: "good"}, nil
		})
		client, err := api.New(orgURL, api.TokenSource(slow), api.WithHTTPClient(&http.Client{Transport: org.Transport()}))
		if err != nil {
			t.Fatal(err)
		}
		if err := client.RevokeAll(t.Context(), appID); err != nil {
			t.Error(err)
		}
	})
}

type sourceFunc func() (*oauth2.Token, error)

func (f sourceFunc) Token() (*oauth2.Token, error) { return f() }

func TestTokenSource(t *testing.T) {
	t.Parallel()
	broken := errors.New("the token endpoint is down")
	retrieveError := &oauth2.RetrieveError{
		Response: &http.Response{Status: "401 Unauthorized"}, Body: []byte("<html>\nSign in"),
		ErrorCode: "invalid_client", ErrorDescription: "No such client",
	}
	tests := map[string]struct {
		source   sourceFunc
		want     error
		says     string
		requests int
	}{
		"gives a token":       {func() (*oauth2.Token, error) { return &oauth2.Token{AccessToken: "good"}, nil }, nil, "", 1},
		"gives another type":  {func() (*oauth2.Token, error) { return &oauth2.Token{AccessToken: "good", TokenType: "DPoP"}, nil }, api.ErrUnauthorized, "of another type", 1},
		"gives a broken type": {func() (*oauth2.Token, error) { return &oauth2.Token{AccessToken: "good", TokenType: "a\r\nb"}, nil }, api.ErrInvalidArgument, "token type", 0},
		"fails unprintably":   {func() (*oauth2.Token, error) { return nil, errors.New("a\n\u202eb\xff" + strings.Repeat("é", 2000)) }, &api.Error{}, "authorize: a  b", 0},
		"fails":               {func() (*oauth2.Token, error) { return nil, broken }, broken, "authorize: the token endpoint is down", 0},
		"gives nothing":       {func() (*oauth2.Token, error) { return nil, nil }, &api.Error{}, "no token", 0},
		"gives a blank token": {func() (*oauth2.Token, error) { return &oauth2.Token{}, nil }, api.ErrInvalidArgument, "access token", 0},
		"fails speechlessly":  {func() (*oauth2.Token, error) { return nil, &oauth2.RetrieveError{Body: []byte("<html>")} }, &api.Error{}, "authorize: the token endpoint refused (1 attempt)", 0},
		"fails with a body":   {func() (*oauth2.Token, error) { return nil, retrieveError }, &api.Error{}, "refused with 401 Unauthorized: invalid_client: No such client", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := oktatest.New(oktatest.WithApp(appID, 1), oktatest.WithBearerToken("good", "okta.apps.manage"))
			client, err := api.New(orgURL, api.TokenSource(test.source), api.WithHTTPClient(&http.Client{Transport: org.Transport()}))
			if err != nil {
				t.Fatal(err)
			}
			err = client.RevokeAll(t.Context(), appID)
			checkError(t, err, test.want, test.says)
			if len(org.Requests()) != test.requests {
				t.Errorf("%d requests, want %d", len(org.Requests()), test.requests)
			}
		})
	}
}

// What a source gives is used once: whether it is kept for longer is the source's to decide.
func TestTokenSourceIsAskedForEveryAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 1), oktatest.WithBearerToken("good", "okta.apps.manage"))
		org.Inject(oktatest.Status(http.StatusServiceUnavailable))
		asked := 0
		client, err := api.New(orgURL, api.TokenSource(sourceFunc(func() (*oauth2.Token, error) {
			asked++
			return &oauth2.Token{AccessToken: "good"}, nil
		})), api.WithHTTPClient(&http.Client{Transport: org.Transport()}))
		if err != nil {
			t.Fatal(err)
		}
		if err := client.RevokeAll(t.Context(), appID); err != nil || asked != 2 {
			t.Errorf("%v; the source was asked %d times, want once for each of 2 attempts", err, asked)
		}
	})
}

// An Auth that fetches tokens does so by the proxy and with the certificates of the client's own requests. What it may
// have started ends with it.
func TestAnAuthGetsTheHTTPClient(t *testing.T) {
	t.Parallel()
	own := &http.Client{Transport: oktatest.New().Transport()}
	for name, test := range map[string]struct {
		options []api.Option
		want    any
	}{
		"the caller's":        {[]api.Option{api.WithHTTPClient(own)}, own},
		"none without option": {nil, nil},
	} {
		var given context.Context
		client, err := api.New(orgURL, hedgingAuth(func(ctx context.Context, _ *http.Request) error {
			given = ctx
			return errors.New("nothing is sent")
		}), test.options...)
		if err != nil {
			t.Fatal(err)
		}
		if err := client.RevokeAll(t.Context(), appID); err == nil || given.Value(oauth2.HTTPClient) != test.want || given.Err() == nil {
			t.Errorf("%s: %v, HTTP client %v, want %v; context ended: %v", name, err, given.Value(oauth2.HTTPClient), test.want, given.Err())
		}
	}
}

// An oauth2.TokenSource knows no context. The call's deadline holds nevertheless.
func TestTokenSourceDoesNotOutlastTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hanging := &source{tokens: make(chan *oauth2.Token)}
		defer close(hanging.tokens)
		org := oktatest.New()
		client, err := api.New(orgURL, api.TokenSource(hanging), api.WithHTTPClient(&http.Client{Transport: org.Transport()}))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		checkError(t, client.RevokeAll(ctx, appID), context.DeadlineExceeded, "")
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("returned after %v, want 5s", took)
		}
	})
}

// A source that panics does so where the caller can recover, and one that exits its goroutine is an error at once.
func TestAPanicOfATokenSourceReachesTheCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 1))
		revokeAll := func(source sourceFunc) error {
			client, err := api.New(orgURL, api.TokenSource(source), api.WithHTTPClient(&http.Client{Transport: org.Transport()}))
			if err != nil {
				t.Fatal(err)
			}
			return client.RevokeAll(t.Context(), appID)
		}
		start := time.Now()
		err := revokeAll(func() (*oauth2.Token, error) { runtime.Goexit(); return nil, nil })
		checkError(t, err, &api.Error{}, "exited")
		if waited := time.Since(start); waited != 0 {
			t.Errorf("returned after %v, want at once", waited)
		}
		recovered := func(value any) (got any) {
			defer func() { got = recover() }()
			return revokeAll(func() (*oauth2.Token, error) { panic(value) })
		}
		if got := fmt.Sprint(recovered("source")); !strings.HasPrefix(got, "source\n\ngoroutine ") {
			t.Errorf("recovered %v, want the source's panic with its stack", got)
		}
		if err, ok := recovered(io.EOF).(error); !ok || !errors.Is(err, io.EOF) {
			t.Errorf("recovered %v, want an error that wraps the source's", err)
		}
	})
}

// The longest attempt timeout leaves time for authorization, too.
func TestAnAttemptWithoutEndIsAuthorized(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 1), oktatest.WithBearerToken("good", "okta.apps.manage"))
		slow := sourceFunc(func() (*oauth2.Token, error) {
			time.Sleep(time.Second)
			return &oauth2.Token{AccessToken: "good"}, nil
		})
		client, err := api.New(orgURL, api.TokenSource(slow), api.WithHTTPClient(&http.Client{Transport: org.Transport()}),
			api.WithAttemptTimeout(math.MaxInt64))
		if err != nil {
			t.Fatal(err)
		}
		if err := client.RevokeAll(t.Context(), appID); err != nil {
			t.Error(err)
		}
	})
}
