package api_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// A wait that would outlast the deadline is not begun: not before the first attempt, if the client knows that the limit
// is used up, and not after a 429.
func TestARateLimitBeyondTheDeadlineReturnsAtOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		known            bool
		says             string
		status, attempts int
	}{
		"known before":    {true, "rate limited: the next request may be sent in 1m1", 0, 0},
		"learnt by a 429": {false, "429 Too Many Requests: the next request may be sent in 1m", 429, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := oktatest.New(oktatest.WithApp(appID, 2), oktatest.WithRateLimit(1, time.Minute))
				first := newClient(t, org.Transport())
				if _, err := list(t.Context(), first); err != nil {
					t.Fatal(err)
				}
				client := first
				if !test.known {
					client = newClient(t, org.Transport())
				}
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				start := time.Now()
				_, err := list(ctx, client)
				checkError(t, err, api.ErrRateLimited, test.says)
				if took := time.Since(start); took != 0 {
					t.Errorf("returned after %v, want at once", took)
				}
				var failure *api.Error
				if !errors.As(err, &failure) {
					t.Fatal(err)
				}
				if failure.StatusCode != test.status || failure.Attempts != test.attempts || errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("status %d, %d attempts, %v", failure.StatusCode, failure.Attempts, err)
				}
				if limit := failure.RateLimit; limit.Limit != 1 || limit.Remaining != 0 || !limit.Reset.Equal(start.Add(time.Minute)) {
					t.Errorf("rate limit %+v", limit)
				}
			})
		})
	}
}

// If the rate limit holds the next attempt back for too long, what the server said to the last one stays in the error.
func TestAHoldBetweenAttemptsKeepsTheServersError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 2), oktatest.WithRateLimit(1, time.Minute))
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := org.Transport().RoundTrip(req)
			resp.StatusCode = http.StatusBadGateway
			return resp, err
		}))
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		err := client.RevokeAll(ctx, appID)
		checkError(t, err, api.ErrRateLimited, "502 Bad Gateway: rate limited: the next request may be sent in ")
		checkError(t, err, api.ErrRateLimited, "while waiting to try again: not an Okta error object")
		if failure, ok := errors.AsType[*api.Error](err); !ok || !failure.MaybeDone {
			t.Errorf("%+v; want MaybeDone, because a gateway's 502 may follow the effect", failure)
		}
	})
}

// A revocation whose answer was lost may have been carried out, even if the call ends before the next attempt.
func TestARevocationThatIsInterruptedBetweenAttemptsMayBeDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		org, client := newOrg(t, 3, api.WithObserver(func(_ context.Context, a api.Attempt) {
			if a.Again {
				cancel()
			}
		}))
		org.Inject(oktatest.DropAfter())
		err := client.RevokeAll(ctx, appID)
		checkError(t, err, context.Canceled, "while waiting to try again")
		if failure, ok := errors.AsType[*api.Error](err); !ok || !failure.MaybeDone || len(org.Tokens(appID)) != 0 {
			t.Errorf("%+v, %d tokens left; want MaybeDone, and none", failure, len(org.Tokens(appID)))
		}
	})
}

// A call whose context has ended is not repeated, whatever the server answers.
func TestAnAnswerToACancelledCallIsFinal(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	client := newClient(t, roundTripper(func(*http.Request) (*http.Response, error) {
		cancel()
		return &http.Response{StatusCode: http.StatusServiceUnavailable}, nil
	}), api.WithObserver(func(_ context.Context, a api.Attempt) {
		if a.Number > 1 || a.Again {
			t.Errorf("attempt %d is to be repeated: %v", a.Number, a.Again)
		}
	}))
	checkError(t, client.RevokeAll(ctx, appID), &api.Error{}, "503 Service Unavailable")
}

// A response that ends early leaves nothing in the token that the next attempt brings.
func TestATokenIsThatOfOneResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, client := newOrg(t, 1)
		org.Inject(oktatest.Body(200, "application/json", `{"userId":"00u1","id":"oar1"`), oktatest.Body(200, "application/json", `{"id":"oar1"}`))
		if token, err := client.Get(t.Context(), appID, "oar1"); err != nil || token.UserID != "" {
			t.Errorf("user %q, %v; want the token of the second response", token.UserID, err)
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
		"for a response":       {oktatest.SlowFirstByte(20 * time.Second), revokeAll, "pressed Ctrl-C"},
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
				if waits := strings.Contains(err.Error(), "while waiting"); waits != (name == "between attempts") {
					t.Errorf("error %v; says that it was waiting: %v", err, waits)
				}
				if !errors.Is(err, stopped) || strings.Count(err.Error(), stopped.Error()) != 1 {
					t.Errorf("error %v does not hold the cause once", err)
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
	edited := false
	org, client := newOrg(t, 3, api.WithRequestEditor(func(context.Context, *http.Request) error { edited = true; return nil }))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	checkError(t, client.RevokeAll(ctx, appID), context.Canceled, "")
	if len(org.Requests()) != 0 || edited {
		t.Errorf("%d requests were sent, the editor was called: %v", len(org.Requests()), edited)
	}
}

// The policy's other fields keep their defaults.
func TestAPolicyMayBeGivenInPart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 2), oktatest.WithRateLimit(1, time.Minute))
		client := newClient(t, org.Transport(), api.WithRetry(api.RetryPolicy{MaxAttempts: 2}))
		if ids, err := list(t.Context(), client, api.PageSize(1)); err != nil || len(ids) != 2 {
			t.Errorf("listed %d tokens, %v", len(ids), err)
		}
	})
}

// A link is followed on every attempt as it was, whatever an editor has made of it before.
func TestEditorsChangeOneAttemptOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, client := newOrg(t, 4, api.WithRequestEditor(func(_ context.Context, req *http.Request) error {
			req.URL.RawQuery += "&edited=1"
			return nil
		}))
		org.Inject(oktatest.Status(503).After(1).Times(2))
		if ids, err := list(t.Context(), client, api.PageSize(2)); err != nil || len(ids) != 4 {
			t.Errorf("listed %d tokens, %v", len(ids), err)
		}
		for i, request := range org.Requests() {
			if n := strings.Count(request.Query, "edited=1"); n != 1 {
				t.Errorf("request %d was edited %d times: %s", i, n, request.Query)
			}
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

// permanentError is an error of a transport that knows better than to be repeated.
type permanentError struct{ error }

func (permanentError) Permanent() bool { return true }

// Another attempt meets the same certificate: it would only add load, and delay the error.
func TestPermanentErrorsAreNotRetried(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // of handshakes
	server.StartTLS()
	t.Cleanup(server.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	for name, test := range map[string]struct {
		orgURL    string
		transport http.RoundTripper
		attempts  int
	}{
		"an unknown certificate":          {server.URL, http.DefaultTransport, 1},
		"a server without TLS":            {strings.Replace(plain.URL, "http:", "https:", 1), http.DefaultTransport, 1},
		"a transport that says so":        {orgURL, failing(permanentError{errors.New("blocked by policy")}), 1},
		"a transport that says otherwise": {orgURL, failing(errors.New("connection refused")), 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := api.New(test.orgURL, api.APIToken("token"), api.WithHTTPClient(&http.Client{Transport: test.transport}),
				api.WithRetry(api.RetryPolicy{MaxAttempts: 3, MaxDelay: time.Nanosecond}))
			if err != nil {
				t.Fatal(err)
			}
			failure, ok := errors.AsType[*api.Error](client.RevokeAll(t.Context(), appID))
			if !ok || failure.Attempts != test.attempts {
				t.Errorf("%v, want %d attempts: %+v", failure, test.attempts, failure)
			}
		})
	}
}

func failing(err error) http.RoundTripper {
	return roundTripper(func(*http.Request) (*http.Response, error) { return nil, err })
}

// The error of a 429 names the wait that is true, however long, so that nobody comes back too early.
func TestTheErrorOfA429NamesItsWait(t *testing.T) {
	t.Parallel()
	for reset, says := range map[time.Duration]string{100 * time.Second: "sent in 1m4", 4000 * time.Second: "sent in 1h6m4"} {
		synctest.Test(t, func(t *testing.T) {
			org, client := newOrg(t, 1)
			org.Inject(oktatest.Throttle(reset))
			checkError(t, client.RevokeAll(t.Context(), appID), api.ErrRateLimited, says)
		})
	}
}

// Many clients that meet the same outage do not come back at once, nor do those that wait for the same window.
func TestClientsSpreadTheirWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		waits, holds := map[int][]time.Duration{}, []time.Duration{}
		for range 100 {
			org := oktatest.New(oktatest.WithApp(appID, 1))
			org.Inject(oktatest.Status(502).Times(4))
			client := newClient(t, org.Transport(), api.WithObserver(func(_ context.Context, a api.Attempt) {
				if a.Again {
					waits[a.Number] = append(waits[a.Number], a.Wait)
				}
			}))
			if err := client.RevokeAll(t.Context(), appID); err != nil {
				t.Fatal(err)
			}
			org = oktatest.New(oktatest.WithApp(appID, 1), oktatest.WithRateLimit(1, time.Minute))
			client = newClient(t, org.Transport(), api.WithHoldObserver(func(_ context.Context, h api.Hold) {
				holds = append(holds, time.Until(h.Until))
			}))
			for range 2 {
				if err := client.RevokeAll(t.Context(), appID); err != nil {
					t.Fatal(err)
				}
			}
		}
		ceiling := 250 * time.Millisecond
		for number := 1; number <= 4; number++ {
			least, most := slices.Min(waits[number]), slices.Max(waits[number])
			if least > ceiling/5 || most < ceiling*4/5 || most > ceiling {
				t.Errorf("wait %d takes from %v to %v, want all values up to %v", number, least, most, ceiling)
			}
			ceiling *= 2
		}
		if least, most := slices.Min(holds), slices.Max(holds); most-least < 300*time.Millisecond {
			t.Errorf("the wait for the next window takes from %v to %v, want a hundredth of it as a spread", least, most)
		}
	})
}
