package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/api/oktatest"
)

// appID returns the n-th ID of newApps.
func appID(n int) string { return fmt.Sprintf("0oa%03d", n) }

// newApps returns an org with some apps of some tokens each, and their IDs.
func newApps(apps, tokens int, opts ...oktatest.Option) (*oktatest.Org, []string) {
	var ids []string
	for i := range apps {
		ids = append(ids, appID(i))
		opts = append(opts, oktatest.WithApp(appID(i), tokens))
	}
	return oktatest.New(opts...), ids
}

// slow delays every response, and those of some apps for longer.
func slow(org *oktatest.Org, delay time.Duration, slower map[string]time.Duration) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		time.Sleep(delay + slower[strings.Split(req.URL.Path, "/")[4]])
		return org.Transport().RoundTrip(req)
	})
}

// A list of apps that was put together from others may repeat some. Each of their tokens comes once.
func TestPagesListsEachAppOnce(t *testing.T) {
	t.Parallel()
	org, ids := newApps(3, 1)
	var listed []string
	for page, err := range bulk.Pages(t.Context(), newClient(t, org.Transport()), append(ids, ids[1], ids[0]), 0) {
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, page.AppID)
	}
	if !slices.Equal(listed, ids) {
		t.Errorf("listed %v, want %v", listed, ids)
	}
}

func TestPagesListsSeveralAppsAtOnce(t *testing.T) {
	t.Parallel()
	const response = 50 * time.Millisecond
	tests := map[string]struct {
		apps, pages, concurrency int
		want                     time.Duration // the first response shows the rate limit
	}{
		"one page each":       {100, 1, 0, 14 * response},
		"ten pages each":      {20, 10, 0, 31 * response},
		"two apps":            {2, 8, 2, 9 * response},
		"one after the other": {20, 1, 1, 20 * response},
		"sixty-four at once":  {100, 1, 64, 3 * response},
		"more than apps":      {5, 1, 64, 2 * response},
		"no token":            {100, 0, 8, 14 * response},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org, ids := newApps(test.apps, 2*test.pages, oktatest.WithRateLimit(1000, time.Minute))
				client, start := newClient(t, slow(org, response, nil)), time.Now()
				var listed []string
				for page, err := range bulk.Pages(t.Context(), client, ids, test.concurrency, api.PageSize(2)) {
					if err != nil {
						t.Fatal(err)
					}
					if page.Next == "" {
						listed = append(listed, page.AppID)
					}
				}
				if took := time.Since(start); took != test.want {
					t.Errorf("took %v, want %v", took, test.want)
				}
				if !slices.Equal(listed, ids) || len(org.Requests()) != test.apps*max(1, test.pages) {
					t.Errorf("listed %d apps with %d requests", len(listed), len(org.Requests()))
				}
			})
		})
	}
}

func TestPagesComeInTheOrderOfTheApps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, ids := newApps(5, 7)
		client := newClient(t, slow(org, time.Second, map[string]time.Duration{appID(0): 20 * time.Second, appID(3): time.Second}))
		var got, want []string
		for _, id := range ids {
			for _, token := range org.Tokens(id) {
				want = append(want, id+token.ID)
			}
		}
		for page, err := range bulk.Pages(t.Context(), client, ids, 0, api.PageSize(2)) {
			if err != nil {
				t.Fatal(err)
			}
			for _, token := range page.Tokens {
				got = append(got, page.AppID+token.ID)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d tokens in another order, want %d", len(got), len(want))
		}
	})
}

// Memory is bounded: listings wait for their turn after a few pages.
func TestPagesRunsAheadByAFewPages(t *testing.T) {
	t.Parallel()
	// The page that the loop has and, for each app, those that wait, the one after them and the one fetched ahead.
	for concurrency, want := range map[int]int{1: 1 + 2, 2: 1 + 2*(8+2), 8: 1 + 8*(8+2), 32: 1 + 32*(2+2)} {
		synctest.Test(t, func(t *testing.T) {
			org, ids := newApps(40, 100)
			n := 0
			for range bulk.Pages(t.Context(), newClient(t, org.Transport()), ids, concurrency, api.PageSize(1)) {
				synctest.Wait()
				n = len(org.Requests())
				break
			}
			if n != want {
				t.Errorf("%d at once: %d requests while the loop was at the first page, want %d", concurrency, n, want)
			}
			if after := len(org.Requests()); after != n {
				t.Errorf("%d at once: %d requests after the loop had ended", concurrency, after-n)
			}
		})
	}
}

// A loop that ends early does not wait for the requests in flight, and leaves none behind.
func TestPagesCancelsRequestsInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, ids := newApps(4, 100)
		var inFlight atomic.Int64
		transport := roundTripper(func(req *http.Request) (*http.Response, error) {
			inFlight.Add(1)
			defer inFlight.Add(-1)
			if req.URL.Query().Has("after") {
				<-req.Context().Done()
				return nil, req.Context().Err()
			}
			return org.Transport().RoundTrip(req)
		})
		start := time.Now()
		for range bulk.Pages(t.Context(), newClient(t, transport), ids, 0, api.PageSize(10)) {
			synctest.Wait()
			if n := inFlight.Load(); n != 4 {
				t.Errorf("%d requests in flight, want one for each app", n)
			}
			break
		}
		if took, left := time.Since(start), inFlight.Load(); took > time.Second || left > 0 {
			t.Errorf("took %v, and %d requests are left", took, left)
		}
	})
}

// A failure ends the listing of its app. Whoever asks about the others learns of them.
func TestPagesGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, ids := newApps(4, 1)
		ids[1] = "0oaUnknown"
		failed := map[string]error{}
		var listed []string
		for page, err := range bulk.Pages(t.Context(), newClient(t, org.Transport()), ids, 2) {
			if err != nil {
				failed[page.AppID] = err
				continue
			}
			listed = append(listed, page.AppID)
		}
		if len(failed) != 1 || !errors.Is(failed["0oaUnknown"], api.ErrNotFound) || !slices.Equal(listed, []string{appID(0), appID(2), appID(3)}) {
			t.Errorf("failed %v, listed %v", failed, listed)
		}
	})
}

// An interrupted listing is never taken for a complete one. In a bubble, a goroutine that stays behind fails the test.
func TestPagesOfAContextThatEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, ids := newApps(20, 30)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ended := map[string]bool{}
		for page, err := range bulk.Pages(ctx, newClient(t, slow(org, time.Second, nil)), ids, 4, api.PageSize(10)) {
			if page.AppID == appID(2) {
				cancel()
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			ended[page.AppID] = ended[page.AppID] || err != nil || page.Next == ""
		}
		for _, id := range ids {
			if !ended[id] {
				t.Errorf("%s had neither a last page nor an error", id)
			}
		}
	})
}

// What panics in a request, for example an editor, panics where the loop can recover from it.
func TestPagesPanicsInTheLoop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer func() {
			if said := fmt.Sprint(recover()); !strings.Contains(said, "broken") || strings.Count(said, "[running") != 1 {
				t.Errorf("recovered %s; want the panic with the stack that it had", said)
			}
		}()
		org, ids := newApps(20, 1)
		editor := api.EditRequest(func(context.Context, *http.Request) error { panic("broken") })
		for range bulk.Pages(t.Context(), newClient(t, org.Transport()), ids, 4, editor) {
			t.Error("a page came")
		}
	})
}

// The link of one app is none of another's.
func TestStartAtWorksWithOneAppOnly(t *testing.T) {
	t.Parallel()
	org := newOrg()
	client := newClient(t, org.Transport())
	var next string
	for page, err := range client.Pages(t.Context(), "0oa1") {
		if err != nil {
			t.Fatal(err)
		}
		next = page.Next
		break
	}
	failed := map[string]error{}
	for page, err := range bulk.Pages(t.Context(), client, []string{"0oa1", "0oa2"}, 0, api.StartAt(next)) {
		if err != nil {
			failed[page.AppID] = err
		}
	}
	if len(failed) != 1 || !errors.Is(failed["0oa2"], api.ErrForeignLink) {
		t.Errorf("failed %v, want the app that the link does not belong to", failed)
	}
}
