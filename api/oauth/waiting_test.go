package oauth_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oauth"
	"example.com/apptokens/api/oktatest"
)

// The next caller after a failure starts again, even while one who waited for it is yet to notice.
func TestAFailureIsNotKeptForOneWhoIsSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		org.Inject(oktatest.Status(400).On(http.MethodPost))
		app := newServiceApp(t, org.Transport(), key())
		ctx := slow{t.Context(), make(chan struct{})}
		var wait sync.WaitGroup
		wait.Go(func() { _ = authorize(ctx, app) })
		synctest.Wait()
		if err := authorize(t.Context(), app); err != nil {
			t.Error(err)
		}
		close(ctx.waits)
		wait.Wait()
	})
}

// slow is the context of a caller who is held up when it begins to wait.
type slow struct {
	context.Context
	waits chan struct{}
}

func (s slow) Done() <-chan struct{} {
	<-s.waits
	return s.Context.Done()
}

func TestCallersLeaveUnderTheirOwnContexts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		org.Inject(oktatest.SlowFirstByte(10 * time.Second).On(http.MethodPost))
		client := newClient(t, org.Transport())
		start := time.Now()
		call := func(timeout time.Duration, want error, took time.Duration) func() {
			return func() {
				ctx, cancel := context.WithTimeout(t.Context(), timeout)
				defer cancel()
				if _, err := client.Get(ctx, appID, org.Tokens(appID)[0].ID); !errors.Is(err, want) {
					t.Errorf("with %v: error %v, want %v", timeout, err, want)
				}
				if got := time.Since(start); got != took {
					t.Errorf("with %v: returned after %v, want %v", timeout, got, took)
				}
			}
		}
		var wait sync.WaitGroup
		wait.Go(call(2*time.Second, context.DeadlineExceeded, 2*time.Second)) // the first to ask, and to leave
		synctest.Wait()
		wait.Go(call(5*time.Second, context.DeadlineExceeded, 5*time.Second))
		wait.Go(call(time.Minute, nil, 10*time.Second))
		wait.Wait()
		if got := tokenRequests(org); !slices.Equal(got, []int{400, 200}) {
			t.Errorf("token requests %v, want those of one minting", got)
		}
	})
}

// An ended context sends no request, and hands out no cached token.
func TestAnEndedContextAuthorizesNothing(t *testing.T) {
	t.Parallel()
	for _, cached := range []bool{false, true} {
		org := newOrg(3)
		app := newServiceApp(t, org.Transport(), key())
		if cached {
			if err := authorize(t.Context(), app); err != nil {
				t.Fatal(err)
			}
		}
		before := len(org.Requests())
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("closing time"))
		err := authorize(ctx, app)
		checkError(t, err, context.Canceled, "closing time")
		if got := len(org.Requests()) - before; got != 0 {
			t.Errorf("cached %v: %d token requests, want none", cached, got)
		}
	}
}

// A pause that nobody waits for ends without a token request.
func TestNobodyWaitsForAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		org.Inject(oktatest.UsedUp(50 * time.Second).On(http.MethodPost))
		requests := 0
		app := newServiceApp(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			requests++
			return org.Transport().RoundTrip(req)
		}), key())
		for range 2 { // the second call begins in the pause
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			checkError(t, authorize(ctx, app), api.ErrRateLimited, "E0000047")
			synctest.Wait()
		}
		if requests != 1 {
			t.Errorf("%d token requests, want the one that was refused", requests)
		}
	})
}

// Only a rate limit is everybody's: the back-off after another failure ends with those who waited for it.
func TestABackOffIsNotKeptForTheNextCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		org.Inject(oktatest.Status(503).On(http.MethodPost))
		app := newServiceApp(t, org.Transport(), key(),
			oauth.WithRetry(api.RetryPolicy{MaxWait: time.Hour, BaseDelay: time.Hour, MaxDelay: time.Hour}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		checkError(t, authorize(ctx, app), nil, "503")
		start := time.Now()
		if err := authorize(t.Context(), app); err != nil || time.Since(start) != 0 {
			t.Errorf("%v after %v, want a token at once", err, time.Since(start))
		}
	})
}

// When all have left, the token request is cut off; the next caller starts again.
func TestNobodyWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		org.Inject(oktatest.SlowFirstByte(time.Hour).On(http.MethodPost))
		client := newClient(t, org.Transport())
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errors.New("closing time")) })
		_, err := list(ctx, client)
		checkError(t, err, context.Canceled, "closing time")
		synctest.Wait() // the request is gone
		if n, err := list(t.Context(), client); n != 3 || err != nil {
			t.Errorf("listed %d of 3: %v", n, err)
		}
	})
}

// A token request that takes a while to be cut off does not cost those who came later theirs.
func TestALateEndLeavesTheNextTokenRequestAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		var requests atomic.Int64
		app := newServiceApp(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			requests.Add(1)
			time.Sleep(10 * time.Second) // whatever the context says
			return org.Transport().RoundTrip(req)
		}), key())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		checkError(t, authorize(ctx, app), context.DeadlineExceeded, "")
		var wait sync.WaitGroup
		for range 2 { // one before the first request ends, and one after
			wait.Go(func() {
				if err := authorize(t.Context(), app); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(15 * time.Second)
		}
		wait.Wait()
		if got := requests.Load(); got != 3 {
			t.Errorf("%d token requests, want the one that was left, one for the nonce and one for the token", got)
		}
	})
}
