package oauth_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oauth"
	"example.com/apptokens/api/oktatest"
)

func TestTokenRequestsAreRetried(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault       oktatest.Fault
		least, most time.Duration
	}{
		"429: until its window ends":   {oktatest.UsedUp(50 * time.Second), 51 * time.Second, 52 * time.Second},
		"429: as long as a proxy asks": {oktatest.Throttle(7 * time.Second), 7 * time.Second, 7 * time.Second},
		"429: concurrent limit":        {oktatest.ConcurrentLimit(), 0, time.Second},
		"500, thrice":                  {oktatest.Status(500).Times(3), 0, 4 * time.Second},
		"503 with HTML":                {oktatest.HTML(503), 0, time.Second},
		"dropped":                      {oktatest.DropBefore(), 0, time.Second},
		"dropped after":                {oktatest.DropAfter(), 0, time.Second},
		"body cut":                     {oktatest.CutBody().After(1), 0, time.Second},
		"slow":                         {oktatest.SlowFirstByte(time.Minute), 30 * time.Second, 31 * time.Second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := newOrg(3)
				org.Inject(test.fault.On(http.MethodPost))
				start := time.Now()
				if n, err := list(t.Context(), newClient(t, org.Transport())); n != 3 || err != nil {
					t.Errorf("listed %d of 3: %v", n, err)
				}
				if took := time.Since(start); took < test.least || took > test.most {
					t.Errorf("took %v, want %v to %v", took, test.least, test.most)
				}
				checkProofs(t, org)
			})
		})
	}
}

// A wait that a caller's deadline does not allow is not begun: it gets what the server said, at once. Others wait.
func TestAWaitBeyondTheDeadlineIsNotBegun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		org.Inject(oktatest.UsedUp(50 * time.Second).On(http.MethodPost))
		app := newServiceApp(t, org.Transport(), key())
		var wait sync.WaitGroup
		start := time.Now()
		for range 2 { // who is there when the wait begins, and who comes later
			wait.Go(func() {
				if err := authorize(t.Context(), app); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
			wait.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				before := time.Now()
				err := authorize(ctx, app)
				checkError(t, err, api.ErrRateLimited, "E0000047")
				if took := time.Since(before); took != 0 || errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("returned %v after %v, want what the server said, at once", err, took)
				}
			})
			time.Sleep(time.Second)
		}
		wait.Wait()
		if took := time.Since(start); took < 51*time.Second || took > 53*time.Second {
			t.Errorf("took %v, want some 51 s", took)
		}
	})
}

// With many callers, a broken token endpoint gets the attempts of one.
func TestFailuresAreShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		org.Inject(oktatest.Status(503).On(http.MethodPost).Forever())
		app := newServiceApp(t, org.Transport(), key())
		var wait sync.WaitGroup
		for range 100 {
			wait.Go(func() {
				checkError(t, authorize(t.Context(), app), nil, "503 Service Unavailable: E0000010")
			})
		}
		wait.Wait()
		if got := tokenRequests(org); len(got) != 5 {
			t.Errorf("%d token requests, want 5", len(got))
		}
	})
}

// One call after the other, it gets little more than one attempt for each.
func TestABrokenTokenEndpointGetsLittleMoreLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		org.Inject(oktatest.Status(503).On(http.MethodPost).Forever())
		client := newClient(t, org.Transport(), oauth.WithRetry(api.RetryPolicy{BaseDelay: 1, MaxDelay: 1})) // so fast that time pays nothing in
		const calls = 500
		for range calls {
			checkError(t, client.RevokeAll(t.Context(), appID), nil, "503 Service Unavailable")
		}
		if got, want := len(tokenRequests(org)), calls+50+calls/10; got > want || got < want-1 {
			t.Errorf("%d token requests for %d calls, want %d: 50 retries, and one more for every ten calls", got, calls, want)
		}
		checkError(t, client.RevokeAll(t.Context(), appID), nil, "not retried: the retry budget is exhausted")
	})
}

func TestASpentBudgetDoesNotHideTheFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refused := errors.New("connection refused")
		client := newClient(t, roundTripper(func(*http.Request) (*http.Response, error) { return nil, refused }))
		var err error
		for range 20 {
			err = client.RevokeAll(t.Context(), appID)
		}
		checkError(t, err, refused, "not retried: the retry budget is exhausted")
	})
}

// A program that runs for days retries on the last of them as on the first.
func TestTheBudgetOfTokenRequestsRecovers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		client := newClient(t, org.Transport())
		for hour := range 100 {
			org.Inject(oktatest.Status(503).On(http.MethodPost))
			if err := client.RevokeAll(t.Context(), appID); err != nil {
				t.Fatalf("hour %d: %v", hour, err)
			}
			time.Sleep(time.Hour)
		}
	})
}

func TestTheRetryPolicyCanBeReplaced(t *testing.T) {
	t.Parallel()
	org := newOrg(3)
	org.Inject(oktatest.Status(503).On(http.MethodPost))
	_, err := list(t.Context(), newClient(t, org.Transport(), oauth.WithRetry(api.RetryPolicy{MaxAttempts: 1})))
	checkError(t, err, nil, "E0000010")
	if got := tokenRequests(org); len(got) != 1 {
		t.Errorf("%d token requests, want 1", len(got))
	}
}

// Near its end a token is renewed, but while it lives nothing fails for lack of a new one.
func TestAnOutageOfTheTokenEndpointDoesNotMatterYet(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]oktatest.Fault{"an outage": oktatest.Status(503),
		"a rate limit": oktatest.UsedUp(50 * time.Second), "a refusal": oktatest.Status(400)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := newOrg(3)
				client := newClient(t, org.Transport())
				if _, err := list(t.Context(), client); err != nil {
					t.Fatal(err)
				}
				org.Inject(fault.On(http.MethodPost).Forever())
				time.Sleep(59*time.Minute + 10*time.Second)
				start := time.Now()
				if n, err := list(t.Context(), client); n != 3 || err != nil {
					t.Errorf("listed %d of 3: %v", n, err)
				}
				if took := time.Since(start); took > time.Second {
					t.Errorf("took %v", took)
				}
				time.Sleep(time.Minute)
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				if _, err := list(ctx, client); err == nil {
					t.Error("an expired token is used")
				}
			})
		})
	}
}

// A rate limit that is known is not asked for again.
func TestCallersWithDeadlinesDoNotHammer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		org.Inject(oktatest.UsedUp(50 * time.Second).On(http.MethodPost))
		app := newServiceApp(t, org.Transport(), key())
		for range 40 {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			checkError(t, authorize(ctx, app), api.ErrRateLimited, "E0000047")
			cancel()
			time.Sleep(time.Second)
		}
		if got := tokenRequests(org); len(got) != 1 {
			t.Errorf("%d token requests, want 1", len(got))
		}
		start := time.Now()
		if err := authorize(t.Context(), app); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took < 10*time.Second || took > 13*time.Second {
			t.Errorf("waited %v, want until the window ends", took)
		}
	})
}

// Callers who give up cost the others nothing of their retries.
func TestCallersWhoLeaveDrawOnNoBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		org.Inject(oktatest.SlowFirstByte(time.Second).On(http.MethodPost).Times(100))
		app := newServiceApp(t, org.Transport(), key())
		for range 100 {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			checkError(t, authorize(ctx, app), context.DeadlineExceeded, "")
			cancel()
		}
		org.Inject(oktatest.Status(503).On(http.MethodPost))
		if err := authorize(t.Context(), app); err != nil {
			t.Error(err)
		}
	})
}

// Nor does a rate limit that is waited out.
func TestRateLimitsDrawOnNoBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		org.Inject(oktatest.Status(http.StatusTooManyRequests).On(http.MethodPost).Forever())
		app := newServiceApp(t, org.Transport(), key(), oauth.WithRetry(api.RetryPolicy{BaseDelay: 1, MaxDelay: 1}))
		for range 100 {
			checkError(t, authorize(t.Context(), app), api.ErrRateLimited, "E0000047")
		}
		org.Heal()
		org.Inject(oktatest.Status(503).On(http.MethodPost).Times(4))
		if err := authorize(t.Context(), app); err != nil {
			t.Error(err)
		}
	})
}

// The attempts of one call may wait for authorization as long as the retry policy says. More is not begun.
func TestAWaitBeyondTheTimeForAuthorizationIsNotBegun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		org.Inject(oktatest.UsedUp(50 * time.Second).On(http.MethodPost))
		client, err := api.New(orgURL, newServiceApp(t, org.Transport(), key()), api.WithHTTPClient(newHTTPClient(org)),
			api.WithRetry(api.RetryPolicy{MaxWait: 5 * time.Second}))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		checkError(t, client.RevokeAll(t.Context(), appID), api.ErrRateLimited, "E0000047")
		if took := time.Since(start); took > time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// A clock that another response corrects meanwhile is still a reason to try again.
func TestTheClockIsLearntMeanwhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3, oktatest.WithClock(func() time.Time { return time.Now().Add(20 * time.Minute) }))
		var app *oauth.ServiceApp
		transport := roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := org.Transport().RoundTrip(req)
			app.Observe(resp)
			return resp, err
		})
		app = newServiceApp(t, transport, key())
		if err := authorize(t.Context(), app); err != nil {
			t.Error(err)
		}
	})
}
