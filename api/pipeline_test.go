package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// A hook that panics does so where the loop can recover, whatever page it is.
func TestAPanicOfAHookReachesTheLoop(t *testing.T) {
	t.Parallel()
	for requests := range 4 {
		t.Run(fmt.Sprintf("at request %d", requests+1), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := 0
				var mu sync.Mutex
				_, client := newOrg(t, 10, api.WithRequestEditor(func(context.Context, *http.Request) error {
					mu.Lock()
					defer mu.Unlock()
					if n++; n > requests {
						panic("hook")
					}
					return nil
				}))
				defer func() {
					// A panic of another goroutine brings the stack that it had there.
					if got := fmt.Sprint(recover()); got != "hook" && !(strings.HasPrefix(got, "hook\n\ngoroutine ") && strings.Contains(got, "TestAPanicOfAHookReachesTheLoop")) {
						t.Errorf("recovered %v, want the hook's panic", got)
					}
				}()
				for _, err := range client.List(t.Context(), appID, api.PageSize(2)) {
					if err != nil {
						t.Error(err)
					}
				}
				t.Error("the listing ended")
			})
		})
	}
}

// What exits the goroutine of a request does not end the listing as if it were complete.
func TestAGoroutineThatExitsIsAnError(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp(appID, 10))
	client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		if len(org.Requests()) == 3 {
			runtime.Goexit()
		}
		return org.Transport().RoundTrip(req)
	}))
	ids, err := list(t.Context(), client, api.PageSize(2))
	if err == nil || len(ids) != 6 {
		t.Errorf("listed %d tokens, error %v; want 6 and an error", len(ids), err)
	}
}

// In a synctest bubble, a goroutine that is left behind fails the test.
func TestBreakingOutLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	for _, tokens := range []int{1, 199, 200, 201, 400, 401, 600, 999} {
		t.Run(fmt.Sprintf("after %d tokens", tokens), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := oktatest.New(oktatest.WithApp(appID, 5*api.MaxPageSize))
				org.Inject(oktatest.SlowFirstByte(time.Second).Forever())
				var running atomic.Int32
				client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
					running.Add(1)
					defer running.Add(-1)
					return org.Transport().RoundTrip(req)
				}))
				n := 0
				var ended time.Time
				for _, err := range client.List(context.WithoutCancel(t.Context()), appID) {
					if err != nil {
						t.Fatal(err)
					}
					if n++; n == tokens {
						time.Sleep(100 * time.Millisecond) // in which the request for the page ahead is sent
						ended = time.Now()
						break
					}
				}
				if waited := time.Since(ended); running.Load() != 0 || waited != 0 {
					t.Errorf("%d requests run on after the loop, which waited %v for others", running.Load(), waited)
				}
			})
		})
	}
}

func TestAPanicInTheLoopLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, client := newOrg(t, 5*api.MaxPageSize)
		org.Inject(oktatest.SlowFirstByte(time.Second).Forever())
		defer func() {
			if got := recover(); got != "in the loop" {
				t.Errorf("recovered %v, want the loop's own panic", got)
			}
		}()
		n := 0
		for range client.List(context.WithoutCancel(t.Context()), appID) {
			if n++; n == tokenCount {
				panic("in the loop")
			}
		}
	})
}

// From the second page on, the listing is one page ahead of the loop, and no more.
func TestPagesAreFetchedAhead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, client := newOrg(t, 5*api.MaxPageSize)
		org.Inject(oktatest.SlowFirstByte(time.Second).Forever())
		requestsWhilePage := []int{1, 3, 4, 5, 5}
		start, page := time.Now(), 0
		for _, err := range client.Pages(t.Context(), appID) {
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			time.Sleep(2 * time.Second) // what the loop does with a page
			if got, want := len(org.Requests()), requestsWhilePage[page]; got != want {
				t.Errorf("%d requests while the loop has page %d, want %d", got, page+1, want)
			}
			page++
		}
		// Page 1 and 2 take a second each; the others come while the loop sleeps.
		if took, want := time.Since(start), 12*time.Second; took != want {
			t.Errorf("took %v, want %v", took, want)
		}
	})
}

// The next page is requested while the body of a response is still being read, if that takes long.
func TestTheNextPageDoesNotWaitForASlowBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // which fails if the second page waits for ever
		org := oktatest.New(oktatest.WithApp(appID, 10))
		third := make(chan struct{})
		var mu sync.Mutex
		requests := 0
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			requests++
			n := requests
			mu.Unlock()
			resp, err := org.Transport().RoundTrip(req)
			switch n {
			case 2: // its body waits for the third request
				resp.Body = struct {
					io.Reader
					io.Closer
				}{io.MultiReader(waitFor{third}, resp.Body), resp.Body}
			case 3:
				close(third)
			}
			return resp, err
		}))
		ids, err := list(t.Context(), client, api.PageSize(3))
		if err != nil || len(ids) != 10 {
			t.Errorf("listed %d tokens, %v", len(ids), err)
		}
	})
}

// A body that comes at once is read first: until then its connection is busy, and the next request would open another.
func TestABodyThatComesAtOnceIsReadFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 10))
		var busy atomic.Int32
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			if busy.Add(1) > 1 {
				t.Error("the response before has not been read")
			}
			resp, err := org.Transport().RoundTrip(req)
			resp.Body = &atEnd{ReadCloser: resp.Body, call: func() { busy.Add(-1) }}
			return resp, err
		}))
		if ids, err := list(t.Context(), client, api.PageSize(1)); err != nil || len(ids) != 10 {
			t.Errorf("listed %d tokens, %v", len(ids), err)
		}
	})
}

// atEnd makes a call when its reader ends, as net/http then puts the connection back.
type atEnd struct {
	io.ReadCloser
	call func()
}

func (r *atEnd) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err == io.EOF {
		r.call()
	}
	return n, err
}

// waitFor is an empty reader that ends when its channel is closed.
type waitFor struct{ until <-chan struct{} }

func (w waitFor) Read([]byte) (int, error) { <-w.until; return 0, io.EOF }

// Nothing is requested ahead of a page that has failed.
func TestARetriedPageComesBeforeTheNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, client := newOrg(t, 9, api.WithRetry(api.RetryPolicy{BaseDelay: 10 * time.Second}))
		org.Inject(oktatest.CutBody().After(1))
		if ids, err := list(t.Context(), client, api.PageSize(3)); err != nil || len(ids) != 9 {
			t.Errorf("listed %d tokens, %v", len(ids), err)
		}
		requests := org.Requests()
		if len(requests) != 4 || requests[1].Query != requests[2].Query {
			t.Errorf("requests %+v; want the second one twice, and then the third", requests)
		}
	})
}

// A page that is read again may bring another link; the page that was fetched ahead is then the wrong one.
func TestARetriedPageMayBringAnotherLink(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 10))
		// The first response with the second page links to that page once more, and is cut short.
		broken, abandoned := 0, 0
		var givenUp time.Time
		org.Inject(oktatest.SlowFirstByte(10 * time.Second).After(3))
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.RawQuery, "&x=1") { // never answers
				abandoned++
				<-req.Context().Done()
				givenUp = time.Now()
				return nil, req.Context().Err()
			}
			resp, err := org.Transport().RoundTrip(req)
			if len(org.Requests()) == 2 {
				broken++
				resp.Header.Set("Link", fmt.Sprintf("<%s&x=1>; rel=next", req.URL))
				late := make(chan struct{})
				time.AfterFunc(time.Second, func() { close(late) })
				resp.Body = io.NopCloser(io.MultiReader(waitFor{late}, strings.NewReader("[")))
			}
			return resp, err
		}))
		ids, err := list(t.Context(), client, api.PageSize(3))
		if err != nil || !slices.Equal(ids, allIDs(org)) {
			t.Errorf("listed %v, %v; want %v", ids, err, allIDs(org))
		}
		if broken != 1 || abandoned != 1 {
			t.Errorf("%d answers were broken, the page ahead was requested %d times; want 1 and 1", broken, abandoned)
		}
		if ago := time.Since(givenUp); ago != 10*time.Second {
			t.Errorf("the page ahead was given up %v before the end, want 10s", ago)
		}
	})
}

// A link that leads astray is forgotten if the page that brought it is read again, and brings a good one.
func TestAForeignLinkOfABrokenPageIsForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 10))
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := org.Transport().RoundTrip(req)
			if len(org.Requests()) == 2 {
				late := make(chan struct{})
				time.AfterFunc(time.Second, func() { close(late) })
				resp.Header.Set("Link", "<https://evil.example/>; rel=next")
				resp.Body = io.NopCloser(io.MultiReader(waitFor{late}, strings.NewReader("[")))
			}
			return resp, err
		}))
		if ids, err := list(t.Context(), client, api.PageSize(3)); err != nil || !slices.Equal(ids, allIDs(org)) {
			t.Errorf("listed %v, %v; want %v", ids, err, allIDs(org))
		}
	})
}

// The link of a broken response is forgotten, and may come again where it belongs.
func TestAnAbandonedLinkMayComeAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 10))
		var links []string
		for page, err := range newClient(t, org.Transport()).Pages(t.Context(), appID, api.PageSize(3)) {
			if err != nil {
				t.Fatal(err)
			}
			links = append(links, page.Next)
		}
		requests := 0
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := org.Transport().RoundTrip(req)
			if requests++; requests == 2 { // the second page, with the link that belongs to the third
				late := make(chan struct{})
				time.AfterFunc(time.Second, func() { close(late) })
				resp.Header.Set("Link", "<"+links[2]+">; rel=next")
				resp.Body = io.NopCloser(io.MultiReader(waitFor{late}, strings.NewReader("[")))
			}
			return resp, err
		}))
		if ids, err := list(t.Context(), client, api.PageSize(3)); err != nil || !slices.Equal(ids, allIDs(org)) {
			t.Errorf("listed %v, %v; want %v", ids, err, allIDs(org))
		}
	})
}

func TestListUnderConcurrency(t *testing.T) {
	t.Parallel()
	// In virtual time, an attempt does not time out because the machine is busy.
	synctest.Test(t, func(t *testing.T) {
		org, client := newOrg(t, 70)
		want := allIDs(org)
		var wg sync.WaitGroup
		for worker := range 64 {
			wg.Go(func() {
				ids, err := list(t.Context(), client, api.PageSize(25))
				if err != nil || !slices.Equal(ids, want) {
					t.Errorf("worker %d listed %d tokens, %v", worker, len(ids), err)
				}
				if _, err := client.Get(t.Context(), appID, want[worker]); err != nil {
					t.Errorf("worker %d: %v", worker, err)
				}
			})
		}
		wg.Wait()
	})
}
