package oauth_test

import (
	"context"
	"errors"
	"fmt"
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
	const some, backoff = time.Nanosecond, 250 * time.Millisecond // the bounds of the first wait, which is random
	const timeout = 30 * time.Second
	tests := map[string]struct {
		fault       oktatest.Fault
		least, most time.Duration
	}{
		"429: until its window ends":   {oktatest.UsedUp(50 * time.Second), 51 * time.Second, 52 * time.Second},
		"429: as long as a proxy asks": {oktatest.Throttle(7 * time.Second), 7 * time.Second, 7 * time.Second},
		"429: concurrent limit":        {oktatest.ConcurrentLimit(), some, backoff},
		"500, thrice":                  {oktatest.Status(500).Times(3), some, (1 + 2 + 4) * backoff},
		"503 with HTML":                {oktatest.HTML(503), some, backoff},
		"dropped":                      {oktatest.DropBefore(), some, backoff},
		"dropped after":                {oktatest.DropAfter(), some, backoff},
		"body cut":                     {oktatest.CutBody().After(1), some, backoff},
		"slow":                         {oktatest.SlowFirstByte(time.Minute), timeout + some, timeout + backoff},
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
				granted := time.Now()
				for _, age := range []time.Duration{59*time.Minute + 10*time.Second, 59*time.Minute + 54*time.Second} {
					time.Sleep(time.Until(granted.Add(age)))
					start := time.Now()
					if n, err := list(t.Context(), client); n != 3 || err != nil {
						t.Errorf("listed %d of 3: %v", n, err)
					}
					if took := time.Since(start); took > time.Second {
						t.Errorf("took %v", took)
					}
				}
				for _, age := range []time.Duration{59*time.Minute + 56*time.Second, time.Hour + 10*time.Second} {
					time.Sleep(time.Until(granted.Add(age)))
					ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
					defer cancel()
					if _, err := list(ctx, client); err == nil {
						t.Errorf("a token is used after %v", age)
					}
				}
			})
		})
	}
}

// Nor is it lost with a renewal that everybody has left.
func TestARenewalThatEverybodyLeavesCostsNoToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		app := newServiceApp(t, org.Transport(), key())
		if err := authorize(t.Context(), app); err != nil {
			t.Fatal(err)
		}
		org.Inject(oktatest.SlowFirstByte(time.Hour).On(http.MethodPost), oktatest.Status(503).On(http.MethodPost).Forever())
		time.Sleep(59*time.Minute + 10*time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		checkError(t, authorize(ctx, app), context.DeadlineExceeded, "")
		synctest.Wait()
		if err := authorize(t.Context(), app); err != nil {
			t.Error(err)
		}
	})
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

// A refusal is repeated twice for another nonce and once for another clock, however often the server sends another.
// Nothing else is repeated without a wait.
func TestOnlyRefusalsAreRepeatedAtOnce(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ status, nonces, requests int }{
		{401, 0, 2}, {401, 1, 3}, {401, 9, 4}, {400, 9, 4}, {200, 9, 1}, {403, 9, 1}, {429, 9, 1}, {503, 9, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			requests := 0
			app := newServiceApp(t, roundTripper(func(*http.Request) (*http.Response, error) {
				requests++
				date := time.Now().Add(time.Duration(min(requests, 9)) * time.Hour).UTC().Format(http.TimeFormat)
				header := http.Header{"Date": {date}}
				if test.nonces > 0 {
					header.Set("DPoP-Nonce", fmt.Sprint("n", min(requests, test.nonces)))
				}
				return &http.Response{StatusCode: test.status, Header: header, Body: http.NoBody}, nil
			}), key(), oauth.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
			var failure *oauth.Error
			if err := authorize(t.Context(), app); !errors.As(err, &failure) || failure.StatusCode != test.status {
				t.Errorf("error %v, want one with status %d", err, test.status)
			}
			if requests != test.requests {
				t.Errorf("%d with %d nonces: %d token requests, want %d", test.status, test.nonces, requests, test.requests)
			}
		})
	}
}
