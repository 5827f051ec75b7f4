package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

func TestARateLimitIsWaitedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 25), oktatest.WithRateLimit(10, time.Minute))
		client := newClient(t, org.Transport())
		start := time.Now()
		ids, err := list(t.Context(), client, api.PageSize(1))
		if err != nil || !slices.Equal(ids, allIDs(org)) {
			t.Fatalf("listed %d tokens, %v", len(ids), err)
		}
		// 25 pages take three windows of 10, so two waits of a window and a second, with jitter.
		if took := time.Since(start); took < 2*time.Minute || took > 2*time.Minute+5*time.Second {
			t.Errorf("took %v, want two minutes and seconds", took)
		}
	})
}

// The server's clock counts: with one that is ten minutes off, a wait is as long as with the right one.
func TestARateLimitIsWaitedOutByTheServersClock(t *testing.T) {
	t.Parallel()
	for _, skew := range []time.Duration{-10 * time.Minute, 10 * time.Minute} {
		t.Run(skew.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := oktatest.New(oktatest.WithApp(appID, 2), oktatest.WithRateLimit(1, time.Minute),
					oktatest.WithClock(func() time.Time { return time.Now().Add(skew) }))
				client := newClient(t, org.Transport())
				start := time.Now()
				if _, err := list(t.Context(), client, api.PageSize(1)); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took < time.Minute || took > 62*time.Second {
					t.Errorf("took %v, want a minute and a second", took)
				}
			})
		})
	}
}

// A wait that would outlast the deadline is not begun.
func TestARateLimitBeyondTheDeadlineReturnsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 2), oktatest.WithRateLimit(1, time.Minute))
		client := newClient(t, org.Transport())
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		start := time.Now()
		ids, err := list(ctx, client, api.PageSize(1))
		checkError(t, err, api.ErrRateLimited, "429 Too Many Requests")
		if took := time.Since(start); took != 0 {
			t.Errorf("returned after %v, want at once", took)
		}
		var failure *api.Error
		if !errors.As(err, &failure) {
			t.Fatal(err)
		}
		want := api.RateLimit{Limit: 1, Remaining: 0, Reset: start.Add(time.Minute).Truncate(time.Second)}
		if !failure.RateLimit.Reset.Equal(want.Reset) || failure.RateLimit.Limit != 1 || failure.RateLimit.Remaining != 0 {
			t.Errorf("rate limit %+v, want %+v", failure.RateLimit, want)
		}
		if failure.Attempts != 1 || len(ids) != 1 || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%d attempts, %d tokens, %v", failure.Attempts, len(ids), err)
		}
	})
}

func TestCancellingEndsAWait(t *testing.T) {
	t.Parallel()
	stopped := errors.New("the operator pressed Ctrl-C")
	tests := map[string]struct {
		fault oktatest.Fault
		call  func(context.Context, *api.Client, *oktatest.Org) error
		says  string
	}{
		"between attempts":     {oktatest.Throttle(time.Minute), revokeAll, "while waiting to try again"},
		"for an answer":        {oktatest.SlowFirstByte(20 * time.Second), revokeAll, "pressed Ctrl-C"},
		"for a page of a list": {oktatest.SlowFirstByte(20 * time.Second).After(1), listAll, "pressed Ctrl-C"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org, client := newOrg(t, tokenCount)
				org.Inject(test.fault)
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(10*time.Second, func() { cancel(stopped) })
				start := time.Now()
				err := test.call(ctx, client, org)
				checkError(t, err, context.Canceled, test.says)
				if !errors.Is(err, stopped) {
					t.Errorf("error %v does not hold the cause", err)
				}
				if took := time.Since(start); took < 10*time.Second || took > 10*time.Second+50*time.Millisecond {
					t.Errorf("returned after %v, want 10s", took)
				}
			})
		})
	}
}

func TestADoneContextSendsNothing(t *testing.T) {
	t.Parallel()
	org, client := newOrg(t, 3)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	checkError(t, client.RevokeAll(ctx, appID), context.Canceled, "")
	if len(org.Requests()) != 0 {
		t.Errorf("%d requests were sent", len(org.Requests()))
	}
}

func TestAnAttemptTimesOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, client := newOrg(t, 3, api.WithAttemptTimeout(2*time.Second), api.WithRetry(api.RetryPolicy{MaxAttempts: 2}))
		org.Inject(oktatest.SlowFirstByte(time.Minute).Forever())
		err := client.RevokeAll(t.Context(), appID)
		checkError(t, err, &api.Error{}, "no complete answer within 2s")
		var timeout net.Error
		if !errors.As(err, &timeout) || !timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v; want a timeout that is not the context's", err)
		}
		if len(org.Requests()) != 2 {
			t.Errorf("%d requests, want 2", len(org.Requests()))
		}
	})
}

func TestRetriesSayWhatTheyRetry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var first string
		org, client := newOrg(t, 3, api.WithObserver(func(_ context.Context, a api.Attempt) {
			if first == "" {
				first = a.RequestID
			}
		}))
		org.Inject(oktatest.Status(503).Times(2))
		if err := client.RevokeAll(t.Context(), appID); err != nil {
			t.Fatal(err)
		}
		for i, request := range org.Requests() {
			wantFor, wantCount := []string{first}, []string{string(rune('0' + i))}
			if i == 0 {
				wantFor, wantCount = nil, nil
			}
			if got := request.Header["X-Okta-Retry-For"]; !slices.Equal(got, wantFor) {
				t.Errorf("request %d: X-Okta-Retry-For %q, want %q", i, got, wantFor)
			}
			if got := request.Header["X-Okta-Retry-Count"]; !slices.Equal(got, wantCount) {
				t.Errorf("request %d: X-Okta-Retry-Count %q, want %q", i, got, wantCount)
			}
		}
	})
}

func TestTheObserverSeesEveryAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		var mu sync.Mutex
		var attempts []api.Attempt
		org, client := newOrg(t, 3, api.WithObserver(func(ctx context.Context, a api.Attempt) {
			mu.Lock()
			defer mu.Unlock()
			if ctx.Value(key{}) != "span" {
				t.Error("the observer got another context")
			}
			attempts = append(attempts, a)
		}))
		org.Inject(oktatest.Status(503), oktatest.DropBefore(), oktatest.SlowFirstByte(time.Second))
		id := allIDs(org)[0]
		if err := client.Revoke(context.WithValue(t.Context(), key{}, "span"), appID, id); err != nil {
			t.Fatal(err)
		}
		if len(attempts) != 3 {
			t.Fatalf("%d attempts were observed, want 3", len(attempts))
		}
		for i, a := range attempts {
			last := i == 2
			wantStatus := []int{503, 0, 204}[i]
			if a.Op != "revoke" || a.AppID != appID || a.TokenID != id || a.Number != i+1 || a.StatusCode != wantStatus {
				t.Errorf("attempt %d: %+v", i, a)
			}
			if a.Again == last || (a.Err == nil) != last || (a.RequestID == "") != (wantStatus == 0) {
				t.Errorf("attempt %d: %+v", i, a)
			}
		}
		if attempts[2].Duration != time.Second {
			t.Errorf("the last attempt took %v, want 1s", attempts[2].Duration)
		}
	})
}

func TestTheLogHoldsWhatHelpsAndNothingElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		org, client := newOrg(t, 3, api.WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
		org.Inject(oktatest.Status(503))
		if err := client.RevokeAll(t.Context(), appID); err != nil {
			t.Fatal(err)
		}
		allowed := []string{"time", "level", "msg", "op", "app", "token", "attempt", "duration", "status", "request_id",
			"rate_limit", "rate_remaining", "error", "wait"}
		var levels []string
		for decoder := json.NewDecoder(&log); decoder.More(); {
			var line map[string]any
			if err := decoder.Decode(&line); err != nil {
				t.Fatal(err)
			}
			for name := range line {
				if !slices.Contains(allowed, name) {
					t.Errorf("the log holds %s: %v", name, line[name])
				}
			}
			levels = append(levels, line["level"].(string))
		}
		if want := []string{"WARN", "DEBUG"}; !slices.Equal(levels, want) {
			t.Errorf("levels %v, want %v", levels, want)
		}
	})
}

func TestErrorsTellWhatOktaSaid(t *testing.T) {
	t.Parallel()
	org, client := newOrg(t, 3)
	org.Inject(oktatest.Body(http.StatusBadRequest, "application/json", `{"errorCode":"E0000001","errorSummary":"Api validation failed: \u001b[2Jlimit",
		"errorLink":"E0000001","errorId":"oae1","errorCauses":[{"errorSummary":"limit: too large"},{"errorSummary":"for `+oktatest.DefaultAPIToken+`"}]}`))
	_, err := client.Get(t.Context(), appID, "oar1")
	var failure *api.Error
	if !errors.As(err, &failure) {
		t.Fatal(err)
	}
	if failure.Op != "get" || failure.AppID != appID || failure.TokenID != "oar1" || failure.StatusCode != 400 ||
		failure.Code != "E0000001" || failure.ErrorID != "oae1" || failure.Attempts != 1 || len(failure.RequestID) != 32 ||
		!slices.Equal(failure.Causes, []string{"limit: too large", "for [redacted]"}) {
		t.Errorf("error %+v", *failure)
	}
	want := "apptokens: get (app 0oa1, token oar1): 400 Bad Request: E0000001: Api validation failed:  [2Jlimit: " +
		"limit: too large: for [redacted] (1 attempt, request " + failure.RequestID + ")"
	if got := err.Error(); got != want {
		t.Errorf("error\n%s\nwant\n%s", got, want)
	}
}
