package api_test

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// usage is what an org saw of its rate limit.
type usage struct {
	answered, limited int
	windows           []int // slots taken, window by window
	least             int   // that a client took, if it was counted
}

// use runs n revocations on each of some clients at once, each with a number of workers, and returns what the org saw.
// A response takes 50 milliseconds and more.
func use(t *testing.T, org *oktatest.Org, clients []*api.Client, workers, n int) usage {
	t.Helper()
	var wg sync.WaitGroup
	for _, client := range clients {
		jobs := make(chan struct{}, n)
		for range n {
			jobs <- struct{}{}
		}
		close(jobs)
		for range workers {
			wg.Go(func() {
				for range jobs {
					if err := client.RevokeAll(t.Context(), appID); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	return see(org, time.Minute)
}

func see(org *oktatest.Org, window time.Duration) usage {
	var u usage
	var begin time.Time
	for _, request := range org.Requests() {
		if len(u.windows) == 0 || !request.Time.Before(begin.Add(window)) {
			begin = request.Time
			u.windows = append(u.windows, 0)
		}
		u.answered++
		if request.Status == http.StatusTooManyRequests {
			u.limited++
			continue
		}
		u.windows[len(u.windows)-1]++
	}
	return u
}

// limitedOrg returns an org that allows 100 requests a minute and takes its time.
func limitedOrg(opts ...oktatest.Option) *oktatest.Org {
	org := oktatest.New(append([]oktatest.Option{oktatest.WithApp(appID, 0), oktatest.WithRateLimit(100, time.Minute)}, opts...)...)
	org.Inject(oktatest.SlowFirstByte(50 * time.Millisecond).Forever())
	return org
}

func TestOneClientUsesTheWholeLimitAndDrawsNo429(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 4, 64} {
		for _, skew := range []time.Duration{0, -10 * time.Minute, 10 * time.Minute} {
			t.Run(fmt.Sprintf("%d workers, clocks %v apart", workers, skew), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					time.Sleep(300 * time.Millisecond) // windows do not begin with a second
					org := limitedOrg(oktatest.WithClock(func() time.Time { return time.Now().Add(skew) }))
					start := time.Now()
					got := use(t, org, []*api.Client{newClient(t, org.Transport())}, workers, 1000)
					if got.limited != 0 || got.answered != 1000 || len(got.windows) != 10 {
						t.Errorf("%+v; want 1000 requests in 10 windows, none of them answered 429", got)
					}
					if took, most := time.Since(start), 9*time.Minute*105/100; took > most {
						t.Errorf("took %v, want %v at most", took, most)
					}
				})
			})
		}
	}
}

// One attempt finds out what a window allows. If it hangs, the others do not wait for it for ever.
func TestAnAttemptThatHangsDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 0), oktatest.WithRateLimit(100, time.Minute))
		org.Inject(oktatest.SlowFirstByte(20 * time.Second))
		client := newClient(t, org.Transport())
		start := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := client.RevokeAll(t.Context(), appID); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		for range 10 {
			if err := client.RevokeAll(t.Context(), appID); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(start); took < time.Second || took > 2*time.Second {
			t.Errorf("ten calls took %v beside one that hangs, want the second for which they wait for it", took)
		}
		wg.Wait()
	})
}

func TestCancellingEndsAPacedWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 0), oktatest.WithRateLimit(1, time.Minute))
		client := newClient(t, org.Transport())
		if err := client.RevokeAll(t.Context(), appID); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		start := time.Now()
		checkError(t, client.RevokeAll(ctx, appID), context.Canceled, "")
		if took := time.Since(start); took != 10*time.Second || len(org.Requests()) != 1 {
			t.Errorf("returned after %v with %d requests, want 10s and 1", took, len(org.Requests()))
		}
	})
}

// What others took in a short while does not show what they take in a long one.
func TestACallAfterAPauseGoesOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := limitedOrg()
		client, other := newClient(t, org.Transport()), newClient(t, org.Transport())
		for _, c := range []*api.Client{client, other, client} {
			if err := c.RevokeAll(t.Context(), appID); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(5 * time.Second)
		start := time.Now()
		if err := client.RevokeAll(t.Context(), appID); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 100*time.Millisecond {
			t.Errorf("held back for %v with 97 of 100 requests left", took)
		}
	})
}

// A client that has the limit to itself goes on as fast late in a window as early in it.
func TestALoneClientIsNotSlowedLateInAWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 0), oktatest.WithRateLimit(100, time.Minute))
		org.Inject(oktatest.SlowFirstByte(300 * time.Millisecond).Forever())
		client := newClient(t, org.Transport())
		if err := client.RevokeAll(t.Context(), appID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		start := time.Now()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 5 {
					if err := client.RevokeAll(t.Context(), appID); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("40 calls by 8 workers took %v, want about 2s", took)
		}
	})
}

// What never left the process has taken nothing from the limit, nor from a share of it.
func TestAttemptsThatWereNotSentTakeNothing(t *testing.T) {
	t.Parallel()
	for _, share := range []float64{1, 0.05} {
		synctest.Test(t, func(t *testing.T) {
			org := limitedOrg()
			broken := false
			client := newClient(t, org.Transport(), api.WithRateShare(share), api.WithRequestEditor(func(context.Context, *http.Request) error {
				if broken {
					return context.DeadlineExceeded
				}
				return nil
			}))
			start := time.Now()
			for i := range 200 {
				broken = i > 0 && i < 199
				if err := client.RevokeAll(t.Context(), appID); (err != nil) != broken {
					t.Fatalf("call %d: %v", i, err)
				}
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("took %v with a share of %v, want no wait", took, share)
			}
		})
	}
}

// A limit that is absurdly large, or smaller than what is left of it, does not slow a client down.
func TestOddLimitsDoNotMeanOneRequestAWindow(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]struct {
		limit     string
		remaining int
	}{"the largest integer": {"9223372036854775807", math.MaxInt}, "a hundred left of none": {"0", 101}} {
		synctest.Test(t, func(t *testing.T) {
			org := oktatest.New(oktatest.WithApp(appID, 5))
			client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
				resp, err := org.Transport().RoundTrip(req)
				header.remaining--
				resp.Header.Set("X-Rate-Limit-Limit", header.limit)
				resp.Header.Set("X-Rate-Limit-Remaining", strconv.Itoa(header.remaining))
				return resp, err
			}), api.WithRateShare(0.5))
			start := time.Now()
			for _, id := range allIDs(org) {
				if err := client.Revoke(t.Context(), appID, id); err != nil {
					t.Fatal(err)
				}
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("%s: five calls took %v", name, took)
			}
		})
	}
}
