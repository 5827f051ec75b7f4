package api_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// The timeout of the caller's HTTP client is one of an attempt, too. The shorter one counts.
func TestAnAttemptTimesOut(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		attempt, client time.Duration
		says            string
	}{
		"by default":                        {0, 0, "within 30s"},
		"the attempt timeout":               {2 * time.Second, 0, "within 2s"},
		"beside a longer one of the client": {2 * time.Second, time.Hour, "within 2s"},
		"a shorter one of the client":       {time.Hour, 2 * time.Second, "within 2s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := oktatest.New(oktatest.WithApp(appID, 3))
				options := []api.Option{
					api.WithHTTPClient(&http.Client{Transport: org.Transport(), Timeout: test.client}),
					api.WithRetry(api.RetryPolicy{MaxAttempts: 2}),
				}
				if test.attempt > 0 {
					options = append(options, api.WithAttemptTimeout(test.attempt))
				}
				client := newClient(t, nil, options...)
				org.Inject(oktatest.SlowFirstByte(time.Minute).Forever())
				err := client.RevokeAll(t.Context(), appID)
				checkError(t, err, &api.Error{}, "no complete response "+test.says+" (2 attempts)")
				var timeout net.Error
				if !errors.As(err, &timeout) || !timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("error %v; want a timeout that is not the context's", err)
				}
				if len(org.Requests()) != 2 {
					t.Errorf("%d requests, want 2", len(org.Requests()))
				}
			})
		})
	}
}

// A body that does not come in time is named like a response that does not.
func TestABodyTimesOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			body := iotest.ErrReader(context.DeadlineExceeded)
			return &http.Response{
				StatusCode: http.StatusOK,
				Header:     http.Header{"Content-Type": {"application/json"}},
				Body:       io.NopCloser(io.MultiReader(waitFor{req.Context().Done()}, body)),
			}, nil
		}), api.WithAttemptTimeout(2*time.Second), api.WithRetry(api.RetryPolicy{MaxAttempts: 2}))
		_, err := client.Get(t.Context(), appID, "oar1")
		checkError(t, err, &api.Error{}, "200 OK: the response ended early: no complete response within 2s (2 attempts)")
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v claims that the context ended", err)
		}
	})
}

// A call timeout bounds the attempts and waits of a call together. Each page of a listing has its own.
func TestACallTimesOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, client := newOrg(t, 6, api.WithCallTimeout(5*time.Second), api.WithAttemptTimeout(4*time.Second))
		org.Inject(oktatest.SlowFirstByte(3 * time.Second).Forever())
		if ids, err := list(t.Context(), client, api.PageSize(2)); err != nil || len(ids) != 6 {
			t.Errorf("listed %d tokens, %v; want the whole listing", len(ids), err)
		}
		org.Heal()
		org.Inject(oktatest.SlowFirstByte(time.Minute).Forever())
		start := time.Now()
		checkError(t, client.RevokeAll(t.Context(), appID), context.DeadlineExceeded, "deadline exceeded: no result of the call within 5s (2 attempts)")
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("returned after %v, want 5s", took)
		}
	})
}

// The time-outs of net and net/http call themselves context.DeadlineExceeded, but the caller's context is live.
func TestATimeoutOfTheTransportIsNotTheContexts(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hang }))
	defer server.Close()
	defer close(hang)
	for says, transport := range map[string]*http.Transport{
		"timeout awaiting response headers": {ResponseHeaderTimeout: 10 * time.Millisecond},
		"i/o timeout":                       {DialContext: (&net.Dialer{Timeout: time.Nanosecond}).DialContext},
	} {
		client, err := api.New(server.URL, api.APIToken("00token"), api.WithHTTPClient(&http.Client{Transport: transport}),
			api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
		if err != nil {
			t.Fatal(err)
		}
		err = client.RevokeAll(t.Context(), appID)
		if err == nil || !strings.Contains(err.Error(), says) || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v; want one that says %q, and is not a context error", err, says)
		}
		if isDial := errors.As(err, new(*net.OpError)); isDial != (transport.DialContext != nil) {
			t.Errorf("%v is a network error: %v", err, isDial)
		}
	}
}
