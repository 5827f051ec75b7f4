package oauth_test

import (
	"crypto"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oauth"
	"example.com/apptokens/api/oktatest"
)

func TestWrongClocks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		offset   time.Duration
		requests int // one for the nonce, one for a clock that is too far off, and one for the token
	}{
		"a little behind":  {8 * time.Second, 2},
		"seconds ahead":    {-8 * time.Second, 2},
		"just tolerated":   {-14500 * time.Millisecond, 2},
		"just too much":    {-16 * time.Second, 3},
		"minutes behind":   {20 * time.Minute, 3},
		"days behind":      {72 * time.Hour, 3},
		"a little ahead":   {-4 * time.Second, 2},
		"minutes ahead":    {-20 * time.Minute, 3},
		"years ahead":      {-3 * 365 * 24 * time.Hour, 3},
		"right":            {0, 2},
		"half an hour off": {30 * time.Minute, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := newOrg(3, oktatest.WithClock(func() time.Time { return time.Now().Add(test.offset) }),
					oktatest.WithResourceNonce())
				if n, err := list(t.Context(), newClient(t, org.Transport())); n != 3 || err != nil {
					t.Errorf("listed %d of 3: %v", n, err)
				}
				if got := tokenRequests(org); len(got) != test.requests {
					t.Errorf("token requests %v, want %d", got, test.requests)
				}
			})
		})
	}
}

// A refusal is repeated for a clock that was wrong, not for one that is known already.
func TestAKnownClockIsNotAReasonToRepeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		app := registered()
		app.Keys = map[string]crypto.PublicKey{"": keys()["P-384"].Public()}
		org := oktatest.New(oktatest.WithServiceApp(app),
			oktatest.WithClock(func() time.Time { return time.Now().Add(20 * time.Minute) }))
		mine := newServiceApp(t, org.Transport(), key())
		for range 2 {
			checkError(t, authorize(t.Context(), mine), api.ErrUnauthorized, "invalid_client")
		}
		if got := tokenRequests(org); !slices.Equal(got, []int{401, 401, 401}) {
			t.Errorf("token requests %v, want two with the first call, and one with the next", got)
		}
	})
}

// A clock that is set while a token is alive is noticed by the API's answers: the proofs are right again, and so is the
// next assertion.
func TestTheClockIsLearntFromTheAPI(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var offset time.Duration
		org := newOrg(3, oktatest.WithClock(func() time.Time { return time.Now().Add(offset) }))
		client := newClient(t, org.Transport())
		for _, offset = range []time.Duration{0, 20 * time.Minute, -20 * time.Minute} {
			if n, err := list(t.Context(), client); n != 3 || err != nil {
				t.Errorf("with a clock that is %v off, listed %d of 3: %v", offset, n, err)
			}
		}
		before := len(tokenRequests(org))
		time.Sleep(2 * time.Hour)
		if n, err := list(t.Context(), client); n != 3 || err != nil || len(tokenRequests(org)) != before+1 {
			t.Errorf("listed %d of 3: %v; token requests %v, want one that is granted", n, err, tokenRequests(org)[before:])
		}
	})
}

// What was learnt of the server's clock stays, until another response says otherwise.
func TestAResponseWithoutDateLeavesTheClockAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3, oktatest.WithClock(func() time.Time { return time.Now().Add(20 * time.Minute) }))
		dated := true
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := org.Transport().RoundTrip(req)
			if err == nil && !dated {
				resp.Header.Del("Date")
			}
			return resp, err
		}))
		for _, dated = range []bool{true, false, false} {
			before := len(tokenRequests(org))
			if n, err := list(t.Context(), client); n != 3 || err != nil {
				t.Errorf("listed %d of 3: %v", n, err)
			}
			if got := tokenRequests(org)[before:]; !dated && len(got) != 1 {
				t.Errorf("token requests %v, want one that is granted", got)
			}
			time.Sleep(2 * time.Hour)
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
