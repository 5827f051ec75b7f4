package api_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// While an org is down, all calls of a client together send little more than their first attempts.
func TestABrokenServerGetsLittleMoreLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, client := newOrg(t, 0, api.WithRetry(api.RetryPolicy{BaseDelay: 1, MaxDelay: 1})) // so fast that time pays nothing in
		org.Inject(oktatest.Status(http.StatusBadGateway).Forever())
		const calls = 1000
		for range calls {
			if err := client.RevokeAll(t.Context(), appID); err == nil {
				t.Fatal("no error")
			}
		}
		if got, want := len(org.Requests()), calls+50+calls/10; got > want || got < want-1 {
			t.Errorf("%d requests for %d calls, want %d: 50 retries, and one more for every ten calls", got, calls, want)
		}
		err := client.RevokeAll(t.Context(), appID)
		checkError(t, err, &api.Error{}, "502 Bad Gateway: not retried: the retry budget is exhausted")
		org.Heal()
		if err := client.RevokeAll(t.Context(), appID); err != nil {
			t.Error(err)
		}
	})
}

func TestTheRetryBudgetRecovers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, client := newOrg(t, 0)
		org.Inject(oktatest.Status(http.StatusBadGateway).Forever())
		for range 20 {
			if err := client.RevokeAll(t.Context(), appID); err == nil {
				t.Fatal("no error")
			}
		}
		time.Sleep(time.Hour)
		org.Heal()
		org.Inject(oktatest.Status(http.StatusBadGateway).Times(4))
		if err := client.RevokeAll(t.Context(), appID); err != nil {
			t.Error(err)
		}
	})
}

// Whatever the calls of a client are, they and the time pay for the retries of rare failures.
func TestEveryCallPaysIntoTheBudget(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *api.Client, *oktatest.Org) error{
		"list": listAll, "get": getFirst, "revoke all": revokeAll,
	} {
		synctest.Test(t, func(t *testing.T) {
			org, client := newOrg(t, 1)
			for hour := range 100 {
				time.Sleep(time.Hour)
				org.Inject(oktatest.Status(http.StatusServiceUnavailable))
				if err := call(t.Context(), client, org); err != nil {
					t.Fatalf("%s, in hour %d: %v", name, hour, err)
				}
			}
		})
	}
}

// A failure that is final, a rate limit that is waited out, and what an Auth asks for leave the retries to those who
// need them.
func TestOnlyRetriesDrawOnTheBudget(t *testing.T) {
	t.Parallel()
	unauthorized := func(resp *http.Response) bool { return resp.StatusCode == http.StatusUnauthorized }
	for name, test := range map[string]struct {
		status int
		auth   api.Auth
	}{
		"a 403":                       {http.StatusForbidden, api.APIToken(oktatest.DefaultAPIToken)},
		"a 429":                       {http.StatusTooManyRequests, api.APIToken(oktatest.DefaultAPIToken)},
		"a 401 and an Auth that asks": {http.StatusUnauthorized, &rotating{again: unauthorized}},
	} {
		synctest.Test(t, func(t *testing.T) {
			org := oktatest.New(oktatest.WithApp(appID, 0))
			client, err := api.New(orgURL, test.auth, api.WithHTTPClient(&http.Client{Transport: org.Transport()}),
				api.WithRetry(api.RetryPolicy{BaseDelay: 1, MaxDelay: 1}))
			if err != nil {
				t.Fatal(err)
			}
			org.Inject(oktatest.Status(test.status).Forever())
			for range 100 {
				_ = client.RevokeAll(t.Context(), appID)
			}
			org.Heal()
			org.Inject(oktatest.Status(http.StatusBadGateway).Forever())
			failure, _ := errors.AsType[*api.Error](client.RevokeAll(t.Context(), appID))
			if failure == nil || failure.Attempts != 5 {
				t.Errorf("after 100 times %s: %+v; want 5 attempts", name, failure)
			}
		})
	}
}
