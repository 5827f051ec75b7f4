package api_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// An observer may keep the error of an attempt. What the call returns later is another one.
func TestTheErrorOfAnAttemptStaysAsItWas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var seen error
		org, client := newOrg(t, 3, api.WithObserver(func(_ context.Context, a api.Attempt) { seen = a.Err }))
		org.Inject(oktatest.Throttle(time.Minute))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		err := client.RevokeAll(ctx, appID)
		checkError(t, err, context.Canceled, "429 Too Many Requests")
		if errors.Is(seen, context.Canceled) {
			t.Errorf("the observed error has become %v", seen)
		}
	})
}

func TestTheObserverSeesEveryAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		var mu sync.Mutex
		var attempts []api.Attempt
		org, client := newOrg(t, 3, api.WithObserver(func(ctx context.Context, a api.Attempt) {
			mu.Lock()
			defer mu.Unlock()
			if ctx.Value(key{}) != "span" {
				t.Error("the observer got another context")
			}
			attempts = append(attempts, a)
		}))
		org.Inject(oktatest.Status(503), oktatest.DropBefore(), oktatest.SlowFirstByte(time.Second))
		id := allIDs(org)[0]
		if err := client.Revoke(context.WithValue(t.Context(), key{}, "span"), appID, id); err != nil {
			t.Fatal(err)
		}
		if len(attempts) != 3 {
			t.Fatalf("%d attempts were observed, want 3", len(attempts))
		}
		for i, a := range attempts {
			last := i == 2
			wantStatus := []int{503, 0, 204}[i]
			if a.Op != "revoke" || a.AppID != appID || a.TokenID != id || a.Number != i+1 || a.StatusCode != wantStatus {
				t.Errorf("attempt %d: %+v", i, a)
			}
			if a.Again == last || (a.Err == nil) != last || (a.RequestID == "") != (wantStatus == 0) {
				t.Errorf("attempt %d: %+v", i, a)
			}
		}
		last := attempts[2]
		if last.Duration != time.Second || !last.Start.Add(last.Duration).Equal(time.Now()) || last.RateLimit.Limit == 0 || last.ServerTime.Sub(last.Start).Abs() > time.Second {
			t.Errorf("the last attempt is %+v; want one of 1s that ends now, with the server's time", last)
		}
	})
}

// A hold is announced before the wait, with its reason and end; a call that finds room announces none. The last slots
// are left to others for half a second, in case they start together.
func TestTheHoldObserverHearsOfAWaitForTheRateLimit(t *testing.T) {
	t.Parallel()
	for reason, test := range map[api.HoldReason]struct {
		limit, byOthers int     // others make their requests after the first of the three
		share           float64 // of this client
		before          []api.HoldReason
	}{
		api.HoldLimit:  {limit: 2, share: 1, before: []api.HoldReason{api.HoldOthers}},
		api.HoldShare:  {limit: 4, share: 0.5, before: []api.HoldReason{api.HoldOthers}},
		api.HoldOthers: {limit: 10, share: 1, byOthers: 4}, // which takes them half a second
	} {
		synctest.Test(t, func(t *testing.T) {
			var holds []api.Hold
			var announced time.Time
			org := oktatest.New(oktatest.WithApp(appID, 3), oktatest.WithRateLimit(test.limit, time.Minute))
			other := newClient(t, org.Transport())
			client := newClient(t, org.Transport(), api.WithRateShare(test.share), api.WithHoldObserver(func(_ context.Context, h api.Hold) {
				holds, announced = append(holds, h), time.Now()
			}))
			start := time.Now()
			for i, id := range allIDs(org) {
				if err := client.Revoke(t.Context(), appID, id); err != nil {
					t.Fatal(err)
				}
				for range test.byOthers * max(0, 1-i) {
					if err := other.RevokeAll(t.Context(), "0oaOther"); !errors.Is(err, api.ErrNotFound) {
						t.Fatal(err)
					}
				}
			}
			gathered := start.Add(500 * time.Millisecond)
			if len(holds) != 1+len(test.before) || !announced.Equal(gathered) {
				t.Fatalf("%s: %d holds, the last %v after the start; want %d, half a second", reason, len(holds), announced.Sub(start), 1+len(test.before))
			}
			for i, reason := range test.before {
				if holds[i].Reason != reason || !holds[i].Until.Equal(gathered) {
					t.Errorf("%s: hold %d is %+v", reason, i, holds[i])
				}
			}
			h := holds[len(holds)-1]
			if h.Op != "revoke" || h.AppID != appID || h.TokenID == "" || h.Reason != reason || h.RateLimit.Limit != test.limit ||
				(h.RateLimit.Remaining == 0) != (reason == api.HoldLimit) || h.Until.After(time.Now()) || h.Until.Before(start.Add(time.Second)) {
				t.Errorf("%s: the hold is %+v", reason, h)
			}
		})
	}
}

// A response that arrives during a hold changes nothing, and the hold is not announced again.
func TestAHoldIsAnnouncedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 4), oktatest.WithRateLimit(3, time.Minute))
		ids := allIDs(org)
		slow := roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := org.Transport().RoundTrip(req)
			if strings.HasSuffix(req.URL.Path, ids[1]) {
				time.Sleep(5 * time.Second)
			}
			return resp, err
		})
		holds := 0
		client := newClient(t, slow, api.WithHoldObserver(func(context.Context, api.Hold) { holds++ }))
		var wg sync.WaitGroup
		for _, id := range ids { // the limit is used up when the second one's response arrives
			wg.Go(func() {
				if err := client.Revoke(t.Context(), appID, id); err != nil {
					t.Error(err)
				}
			})
			time.Sleep(time.Second)
		}
		wg.Wait()
		if holds != 1 {
			t.Errorf("%d holds announced, want one", holds)
		}
	})
}

// The context that the start observer returns is the attempt's: transport, Auth and observer see it.
func TestTheStartObserverMayCarryASpan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		var seen []any
		org := oktatest.New(oktatest.WithApp(appID, 3))
		transport := roundTripper(func(req *http.Request) (*http.Response, error) {
			seen = append(seen, req.Context().Value(key{}))
			return org.Transport().RoundTrip(req)
		})
		auth := hedgingAuth(func(ctx context.Context, req *http.Request) error {
			seen = append(seen, ctx.Value(key{}))
			return api.APIToken(oktatest.DefaultAPIToken).Authorize(ctx, req)
		})
		client, err := api.New(orgURL, auth, api.WithHTTPClient(&http.Client{Transport: transport}),
			api.WithStartObserver(func(ctx context.Context, a api.Attempt) context.Context {
				if a.Op != "revoke" || a.AppID != appID || a.TokenID == "" || a.Start.IsZero() {
					t.Errorf("%+v", a)
				}
				return context.WithValue(ctx, key{}, a.Number)
			}),
			api.WithObserver(func(ctx context.Context, _ api.Attempt) { seen = append(seen, ctx.Value(key{})) }))
		if err != nil {
			t.Fatal(err)
		}
		org.Inject(oktatest.Status(503))
		if err := client.Revoke(t.Context(), appID, allIDs(org)[0]); err != nil {
			t.Fatal(err)
		}
		if want := []any{1, 1, 1, 2, 2, 2}; !slices.Equal(seen, want) {
			t.Errorf("the spans are %v, want %v", seen, want)
		}
	})
}

// A hook that panics takes no place in the rate limit: the next call need not wait for an attempt that has ended.
func TestAPanicOfAnObserverHoldsNobodyBack(t *testing.T) {
	t.Parallel()
	panics := func() { panic("observer") }
	for name, option := range map[string]func(call func()) api.Option{
		"at the start": func(call func()) api.Option {
			return api.WithStartObserver(func(ctx context.Context, _ api.Attempt) context.Context { call(); return ctx })
		},
		"at the end": func(call func()) api.Option {
			return api.WithObserver(func(context.Context, api.Attempt) { call() })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				call := panics
				_, client := newOrg(t, 3, option(func() { call() }))
				func() {
					defer func() {
						if got := recover(); got != "observer" {
							t.Errorf("recovered %v, want the observer's panic", got)
						}
					}()
					_ = client.RevokeAll(t.Context(), appID)
				}()
				call = func() {}
				start := time.Now()
				if err := client.RevokeAll(t.Context(), appID); err != nil || time.Since(start) != 0 {
					t.Errorf("the next call: %v, after %v; want success at once", err, time.Since(start))
				}
			})
		})
	}
}
