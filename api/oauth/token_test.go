package oauth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

func TestTokensAreRenewedBeforeTheyExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		client := newClient(t, org.Transport())
		for range 13 { // every ten minutes, for two hours
			if _, err := list(t.Context(), client); err != nil {
				t.Error(err)
			}
			time.Sleep(595 * time.Second) // the seventh call comes 30 seconds before the token expires
		}
		if got := tokenRequests(org); !slices.Equal(got, []int{400, 200, 200, 200}) {
			t.Errorf("token requests %v, want one for the nonce and one an hour", got)
		}
		for _, request := range org.Requests() {
			if request.Status == http.StatusUnauthorized {
				t.Error("an expired token was used")
			}
		}
	})
}

func TestRevokedTokensAreReplaced(t *testing.T) {
	t.Parallel()
	org := newOrg(3)
	client := newClient(t, org.Transport())
	for range 3 {
		if _, err := list(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		org.RevokeAccessTokens()
	}
	if got := tokenRequests(org); len(got) != 4 {
		t.Errorf("token requests %v, want one for the nonce and three for tokens", got)
	}
}

// Okta also answers 401 to what no token would change (E0000015: a feature is off).
func TestReplacementsAreNotReplaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		client := newClient(t, org.Transport())
		org.Inject(oktatest.Status(http.StatusUnauthorized).On(http.MethodGet).Forever())
		for range 10 {
			_, err := list(t.Context(), client)
			checkError(t, err, api.ErrUnauthorized, "E0000004")
		}
		if got := tokenRequests(org); len(got) != 3 {
			t.Errorf("token requests %v, want one for the nonce and two for tokens", got)
		}
		time.Sleep(time.Minute)
		org.Heal()
		org.RevokeAccessTokens()
		if n, err := list(t.Context(), client); n != 3 || err != nil {
			t.Errorf("listed %d of 3: %v", n, err)
		}
	})
}

// Once a resource has accepted a replacement, even if it refuses what was asked of it, the token was not the problem.
func TestAReplacementThatWasAcceptedIsReplaced(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{200: true, 204: true, 299: true, 403: true, 404: true, 300: false, 400: false, 429: false, 503: false} {
		app := newServiceApp(t, newOrg(3).Transport(), key())
		for i, status := range []int{401, status, 401} {
			req, err := authorized(t.Context(), app)
			if err != nil {
				t.Fatal(err)
			}
			again := app.Observe(&http.Response{StatusCode: status, Request: req})
			if want := []bool{true, false, want}[i]; again != want {
				t.Errorf("after %d: asks for another attempt at %d: %v, want %v", i, status, again, want)
			}
		}
	}
}

func TestFailuresAreNotKept(t *testing.T) {
	t.Parallel()
	org := newOrg(3)
	client := newClient(t, org.Transport())
	org.Inject(oktatest.Body(400, "application/json",
		`{"error":"access_denied","error_description":"Policy evaluation failed."}`).On(http.MethodPost))
	_, err := list(t.Context(), client)
	checkError(t, err, nil, "access_denied: Policy evaluation failed")
	if n, err := list(t.Context(), client); n != 3 || err != nil {
		t.Errorf("listed %d of 3: %v", n, err)
	}
}

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

// A resource that takes a while to refuse an old token does not cost the new one.
func TestALateRefusalLeavesTheNewTokenAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		client := newClient(t, org.Transport())
		if _, err := list(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		org.RevokeAccessTokens()
		org.Inject(oktatest.SlowFirstByte(10 * time.Second).On(http.MethodGet))
		var wait sync.WaitGroup
		for range 2 {
			wait.Go(func() {
				if _, err := list(t.Context(), client); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		wait.Wait()
		if got := tokenRequests(org); len(got) != 3 {
			t.Errorf("token requests %v, want one new token", got)
		}
	})
}

func TestLifetimes(t *testing.T) {
	t.Parallel()
	for expiresIn, renewed := range map[string]time.Duration{
		`3600`: 59 * time.Minute, `"1800"`: 29 * time.Minute, `100`: 90 * time.Second, `1e12`: 24*time.Hour - time.Minute,
		`1`: 900 * time.Millisecond, `null`: 59 * time.Minute, `"soon"`: 59 * time.Minute, `0`: 59 * time.Minute, `-1`: 59 * time.Minute,
	} {
		t.Run(expiresIn, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := newOrg(3)
				org.Inject(oktatest.Body(200, "application/json",
					`{"token_type":"DPoP","access_token":"a","expires_in":`+expiresIn+`}`).On(http.MethodPost).Forever())
				app := newServiceApp(t, org.Transport(), key())
				var requests []int
				for _, sleep := range []time.Duration{0, renewed - time.Millisecond, 2 * time.Millisecond} {
					time.Sleep(sleep)
					if err := authorize(t.Context(), app); err != nil {
						t.Fatal(err)
					}
					requests = append(requests, len(tokenRequests(org)))
				}
				if !slices.Equal(requests, []int{1, 1, 2}) {
					t.Errorf("token requests %v, want one more after %v", requests, renewed)
				}
			})
		})
	}
}

// A signer or a transport that panics does so where the caller can recover.
func TestPanicsReachTheCaller(t *testing.T) {
	t.Parallel()
	app := newServiceApp(t, roundTripper(func(*http.Request) (*http.Response, error) {
		panic("the transport is broken")
	}), key())
	defer func() {
		if said := fmt.Sprint(recover()); !strings.Contains(said, "the transport is broken") || !strings.Contains(said, "token_test.go") {
			t.Errorf("recovered %s; want the panic with its stack", said)
		}
	}()
	_ = authorize(t.Context(), app)
}

func TestAMintingWhoseGoroutineExits(t *testing.T) {
	t.Parallel()
	app := newServiceApp(t, roundTripper(func(*http.Request) (*http.Response, error) {
		runtime.Goexit()
		return nil, nil
	}), key())
	checkError(t, authorize(t.Context(), app), nil, "has exited")
}
