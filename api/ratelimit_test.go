package api_test

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// Whatever the headers hold, calls go through, and at the same time.
func TestAbsurdRateLimitsDoNotStopAClient(t *testing.T) {
	t.Parallel()
	unix := func(d time.Duration) string {
		return strconv.FormatInt(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d).Unix(), 10)
	}
	for name, header := range map[string][3]string{
		"none":                      {},
		"a negative limit":          {"-1", "0", unix(time.Minute)},
		"negative remaining":        {"100", "-1", unix(time.Minute)},
		"an overflow":               {"100", "0", "99999999999999999999"},
		"text":                      {"many", "0", "soon"},
		"reset in the past":         {"100", "0", unix(-time.Hour)},
		"reset in milliseconds":     {"100", "0", unix(0) + "000"},
		"reset in an hour":          {"100", "0", unix(time.Hour)},
		"more remaining than limit": {"1", "100", unix(time.Minute)},
		"a limit of 0":              {"0", "0", unix(time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, roundTripper(func(*http.Request) (*http.Response, error) {
					time.Sleep(200 * time.Millisecond)
					h := http.Header{}
					for i, name := range []string{"X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"} {
						if header[i] != "" {
							h.Set(name, header[i])
						}
					}
					return &http.Response{StatusCode: http.StatusNoContent, Header: h, Body: http.NoBody}, nil
				}))
				var wg sync.WaitGroup
				start := time.Now()
				for range 64 {
					wg.Go(func() {
						if err := client.RevokeAll(t.Context(), appID); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				if took := time.Since(start); took > time.Second {
					t.Errorf("took %v, want the time of two calls, 400ms", took)
				}
			})
		})
	}
}

// A lower limit in the middle of a window is one that holds from then on.
func TestALimitMayBeLoweredMidWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reset := time.Now().Add(time.Minute)
		requests := 0
		client := newClient(t, roundTripper(func(*http.Request) (*http.Response, error) {
			requests++
			limit := 100
			if requests > 10 {
				limit = 20
			}
			if now := time.Now(); !now.Before(reset) {
				requests, reset = 1, now.Add(time.Minute)
			}
			return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Header: http.Header{
				"X-Rate-Limit-Limit":     {strconv.Itoa(limit)},
				"X-Rate-Limit-Remaining": {strconv.Itoa(limit - requests)},
				"X-Rate-Limit-Reset":     {strconv.FormatInt(reset.Unix(), 10)},
			}}, nil
		}))
		start := time.Now()
		for range 20 {
			if err := client.RevokeAll(t.Context(), appID); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("20 of 20 requests took %v, want half a second, in which others may come", took)
		}
		if err := client.RevokeAll(t.Context(), appID); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < time.Minute || took > 65*time.Second {
			t.Errorf("request 21 of 20 was held back for %v, want a minute", took)
		}
	})
}

// Before a server has shown what it allows, one attempt goes at a time; a proxy's error shows nothing.
func TestAnErrorDoesNotOpenTheGates(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]oktatest.Fault{
		"a proxy's 502":    oktatest.Body(http.StatusBadGateway, "text/html", ""),
		"concurrent limit": oktatest.ConcurrentLimit(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := oktatest.New(oktatest.WithApp(appID, 0), oktatest.WithRateLimit(20, time.Minute))
				org.Inject(fault)
				got := use(t, org, []*api.Client{newClient(t, org.Transport(), api.WithRateShare(0.5))}, 64, 64)
				for i, n := range got.windows {
					if n > 10 {
						t.Errorf("window %d: %d requests, want 10 at most, its share", i, n)
					}
				}
			})
		})
	}
}

// A server that stops to speak of limits is served at full speed again.
func TestHeadersMayVanish(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int32
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			time.Sleep(200 * time.Millisecond)
			resp := &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody}
			if n.Add(1) == 1 {
				resp.Header.Set("X-Rate-Limit-Limit", "100")
				resp.Header.Set("X-Rate-Limit-Remaining", "99")
				resp.Header.Set("X-Rate-Limit-Reset", strconv.FormatInt(time.Now().Add(time.Minute).Unix(), 10))
			}
			return resp, nil
		}))
		if err := client.RevokeAll(t.Context(), appID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		start := time.Now()
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if err := client.RevokeAll(t.Context(), appID); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if took := time.Since(start); took > time.Second {
			t.Errorf("100 calls at once took %v, want two round trips", took)
		}
	})
}

// A share holds even if the server's Reset is not the same in every response.
func TestAShareHoldsWhileResetsFlap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		client := newClient(t, roundTripper(func(*http.Request) (*http.Response, error) {
			requests++
			return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Header: http.Header{
				"X-Rate-Limit-Limit":     {"100"},
				"X-Rate-Limit-Remaining": {strconv.Itoa(100 - requests)},
				"X-Rate-Limit-Reset":     {strconv.FormatInt(time.Now().Add(time.Minute).Unix()+int64(requests%2), 10)},
			}}, nil
		}), api.WithRateShare(0.25))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
		defer cancel()
		for client.RevokeAll(ctx, appID) == nil {
		}
		if requests != 25 {
			t.Errorf("%d requests, want 25", requests)
		}
	})
}
