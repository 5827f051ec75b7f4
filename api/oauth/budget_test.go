package oauth_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oauth"
	"example.com/apptokens/api/oktatest"
)

// Call after call, a broken token endpoint gets little more than one attempt for each.
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
