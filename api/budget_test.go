package api_test

import (
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
		org, client := newOrg(t, 0)
		org.Inject(oktatest.Status(http.StatusBadGateway).Forever())
		const calls = 1000
		start := time.Now()
		for range calls {
			if err := client.RevokeAll(t.Context(), appID); err == nil {
				t.Fatal("no error")
			}
		}
		if got, most := len(org.Requests()), calls+50+calls/10+int(time.Since(start)/(10*time.Second)); got > most {
			t.Errorf("%d requests for %d calls, want %d at most", got, calls, most)
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
