package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

func TestClientsThatShareALimitUseItAndDrawFew429s(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{20, 50, 60, 100} {
		for _, n := range []int{2, 4, 8} {
			t.Run(fmt.Sprintf("%d clients share a limit of %d", n, limit), func(t *testing.T) {
				t.Parallel()
				total := usage{}
				total.least = math.MaxInt
				starts := 0
				for _, workers := range []int{1, 4, 16} {
					starts += n
					synctest.Test(t, func(t *testing.T) {
						got := share(t, limit, n, workers)
						total.answered += got.answered
						total.limited += got.limited
						total.least = min(total.least, got.least)
						total.windows = append(total.windows, got.windows[:len(got.windows)-1]...) // the last is not full
					})
				}
				used := 0
				for _, n := range total.windows {
					used += n
				}
				if 100*used < 95*limit*len(total.windows) {
					t.Errorf("windows %v: %d%% of the limit used, want 95%%", total.windows, 100*used/limit/len(total.windows))
				}
				if fair := limit * 10 / n; total.least < fair/10 {
					t.Errorf("one client got %d slots of ten windows, and its part would be %d", total.least, fair)
				}
				// A client that starts in a window that is used up cannot know it.
				if 100*(total.limited-starts) > 2*total.answered {
					t.Errorf("%d of %d answered 429, want 2%% and %d at the start", total.limited, total.answered, starts)
				}
			})
		}
	}
}

// share has n clients share a limit for ten windows, in which all have work.
func share(t *testing.T, limit, n, workers int) usage {
	org := limitedOrg(oktatest.WithRateLimit(limit, time.Minute))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute+30*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	taken := make([]atomic.Int64, n)
	for i := range n {
		delay := time.Duration(i) * 3 * time.Millisecond // no two processes are alike
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			time.Sleep(delay)
			return org.Transport().RoundTrip(req)
		}))
		for range workers {
			wg.Go(func() {
				err := client.RevokeAll(ctx, appID)
				for ; err == nil; err = client.RevokeAll(ctx, appID) {
					taken[i].Add(1)
				}
				if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, api.ErrRateLimited) { // a window ends after ctx
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	got := see(org, time.Minute)
	got.least = int(taken[0].Load())
	for i := range taken {
		got.least = min(got.least, int(taken[i].Load()))
	}
	return got
}

// A client that learns a second late of a window still finds slots in it, although another one has work for all of them.
func TestAPartOfAWindowIsLeftToThoseWhoComeLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := limitedOrg(oktatest.WithRateLimit(20, time.Minute))
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second) // two windows
		defer cancel()
		busy := newClient(t, org.Transport())
		var wg sync.WaitGroup
		wg.Go(func() {
			for busy.RevokeAll(ctx, appID) == nil {
			}
		})
		time.Sleep(62*time.Second + 500*time.Millisecond) // the second window began a second ago, or more
		late := newClient(t, org.Transport())
		if err := late.RevokeAll(t.Context(), appID); err != nil {
			t.Error(err)
		}
		cancel()
		wg.Wait()
		if got := see(org, time.Minute); len(got.windows) != 2 || got.windows[0] != 20 || got.limited != 0 {
			t.Errorf("%+v; want two windows, the first one used up, and no 429", got)
		}
	})
}

// Calls that cannot wait for others take the slots that are left instead of failing, and no more than these.
func TestCallsThatCannotWaitForOthersTakeTheSlots(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := limitedOrg(oktatest.WithRateLimit(10, time.Minute))
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := org.Transport().RoundTrip(req)
			time.Sleep(100 * time.Millisecond)
			return resp, err
		}), api.WithCallTimeout(2*time.Second))
		if err := client.RevokeAll(t.Context(), appID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(62 * time.Second) // the next window follows
		var wg sync.WaitGroup
		var done, refused atomic.Int64
		for range 11 {
			wg.Go(func() {
				switch err := client.RevokeAll(t.Context(), appID); {
				case err == nil:
					done.Add(1)
				case errors.Is(err, api.ErrRateLimited):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if done.Load() != 10 || refused.Load() != 1 || see(org, time.Minute).limited != 0 {
			t.Errorf("of 11 calls %d were done and %d refused; want ten, one, and no 429", done.Load(), refused.Load())
		}
	})
}

func TestAShareIsNeverExceeded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := limitedOrg()
		taken := map[string][]int{}
		half := newClient(t, org.Transport(), api.WithRateShare(0.5), api.WithUserAgent("half"))
		greedy := newClient(t, org.Transport(), api.WithUserAgent("greedy"))
		var halves, greedies sync.WaitGroup
		ctx, stop := context.WithCancel(t.Context())
		for range 4 {
			halves.Go(func() {
				for range 100 {
					if err := half.RevokeAll(ctx, appID); err != nil {
						t.Error(err)
					}
				}
			})
			greedies.Go(func() {
				for greedy.RevokeAll(ctx, appID) == nil {
				}
			})
		}
		halves.Wait()
		stop()
		greedies.Wait()
		var begin time.Time
		windows := 0
		for _, request := range org.Requests() {
			if windows == 0 || !request.Time.Before(begin.Add(time.Minute)) {
				begin = request.Time
				windows++
				taken["half"], taken["greedy"] = append(taken["half"], 0), append(taken["greedy"], 0)
			}
			if request.Status != http.StatusTooManyRequests {
				taken[request.Header.Get("User-Agent")][windows-1]++
			}
		}
		for i, n := range taken["half"] {
			if n > 50 {
				t.Errorf("half took %d of window %d, want 50 at most", n, i)
			}
			if last := i == windows-1; !last && n+taken["greedy"][i] < 95 {
				t.Errorf("window %d: half took %d, greedy %d; want the whole limit used", i, n, taken["greedy"][i])
			}
		}
	})
}

// What was lost, or answered without the headers, may have taken a slot, so a share counts it.
func TestAShareCountsWhatMayHaveTakenASlot(t *testing.T) {
	t.Parallel()
	none := func(*http.Response) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }
	for name, test := range map[string]struct {
		answer func(*http.Response) (*http.Response, error)
		to     []int // these requests
	}{
		"no response":       {none, []int{2, 3}},
		"no first response": {none, []int{1, 2}},
		"no headers": {func(resp *http.Response) (*http.Response, error) {
			resp.Header.Del("X-Rate-Limit-Reset")
			return resp, nil
		}, []int{2, 3}},
		"a limit that makes no sense": {func(resp *http.Response) (*http.Response, error) {
			resp.Header.Set("X-Rate-Limit-Reset", "1")
			return resp, nil
		}, []int{2, 3}},
	} {
		synctest.Test(t, func(t *testing.T) {
			org := oktatest.New(oktatest.WithApp(appID, 0), oktatest.WithRateLimit(20, time.Minute))
			client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
				resp, err := org.Transport().RoundTrip(req)
				if err == nil && slices.Contains(test.to, len(org.Requests())) {
					return test.answer(resp)
				}
				return resp, err
			}), api.WithRateShare(0.5), api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
			for range 15 {
				_ = client.RevokeAll(t.Context(), appID)
			}
			if got := see(org, time.Minute).windows; len(got) != 2 || got[0] != 10 || got[1] != 5 {
				t.Errorf("%s: %v requests a window, want 10, the half of 20, and 5", name, got)
			}
		})
	}
}

// While the first response of a window is awaited, a request goes out every second; no more of them than the share.
func TestAShareIsKeptWhenResponsesAreSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 0), oktatest.WithRateLimit(20, time.Minute))
		org.Inject(oktatest.SlowFirstByte(2500 * time.Millisecond).Forever())
		client := newClient(t, org.Transport(), api.WithRateShare(0.1))
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 4 {
					if err := client.RevokeAll(t.Context(), appID); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if got := see(org, time.Minute).windows; slices.Max(got[1:]) > 2 { // the limit is not known in the first one
			t.Errorf("%v requests a window, want 2 at most, a tenth of 20", got)
		}
	})
}

// However small a share is, one request goes out in every window.
func TestTheSmallestShareIsOneRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := limitedOrg()
		got := use(t, org, []*api.Client{newClient(t, org.Transport(), api.WithRateShare(0.001))}, 1, 3)
		if got.limited != 0 || !slices.Equal(got.windows, []int{1, 1, 1}) {
			t.Errorf("%+v; want one request in each of three windows", got)
		}
	})
}
