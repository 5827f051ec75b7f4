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

func TestListYieldsEveryTokenOnce(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tokens, pageSize, requests int
	}{
		{0, 200, 1}, {1, 200, 1}, {199, 200, 1}, {200, 200, 1}, {201, 200, 2}, {1234, 200, 7}, {5, 1, 5}, {10, 3, 4},
	} {
		t.Run(fmt.Sprintf("%d tokens, %d a page", test.tokens, test.pageSize), func(t *testing.T) {
			t.Parallel()
			org, client := newOrg(t, test.tokens)
			ids, err := list(t.Context(), client, api.PageSize(test.pageSize))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(ids, allIDs(org)) {
				t.Errorf("listed %d tokens, want %d in their order", len(ids), test.tokens)
			}
			if got := len(org.Requests()); got != test.requests {
				t.Errorf("%d requests, want %d", got, test.requests)
			}
		})
	}
}

func TestListOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		option api.ListOption
		want   error
		says   string
	}{
		"page size 0":                    {api.PageSize(0), api.ErrInvalidArgument, `page size "0"`},
		"page size 201":                  {api.PageSize(201), api.ErrInvalidArgument, `page size "201"`},
		"an empty start":                 {api.StartAt(""), api.ErrInvalidArgument, "had ended"},
		"a start of this app, elsewhere": {api.StartAt("https://evil.example/api/v1/apps/0oa1/tokens?after=x"), api.ErrForeignLink, "evil.example"},
		"a start of another app":         {api.StartAt(orgURL + "/api/v1/apps/0oa2/tokens?after=x"), api.ErrForeignLink, "/api/v1/apps/0oa1/tokens"},
		"a start that is a cursor":       {api.StartAt("a1b2"), api.ErrInvalidArgument, "a1b2"},
		"a start that is no URL":         {api.StartAt(":\x00"), api.ErrInvalidArgument, "not a URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org, client := newOrg(t, 3)
			_, err := list(t.Context(), client, test.option)
			checkError(t, err, test.want, test.says)
			if len(org.Requests()) != 0 {
				t.Errorf("%d requests were sent", len(org.Requests()))
			}
		})
	}
}

func TestPagesCarryWhatItTakesToResume(t *testing.T) {
	t.Parallel()
	org, client := newOrg(t, 5)
	var next string
	var seen []string
	for page, err := range client.Pages(t.Context(), appID, api.PageSize(2)) {
		if err != nil {
			t.Fatal(err)
		}
		if len(page.RequestID) != 32 || page.RateLimit.Limit == 0 || page.RateLimit.Reset.IsZero() {
			t.Errorf("page without request id or rate limit: %+v", page)
		}
		for _, token := range page.Tokens {
			seen = append(seen, token.ID)
		}
		next = page.Next
		break
	}
	rest, err := list(t.Context(), client, api.StartAt(next))
	if err != nil {
		t.Fatal(err)
	}
	if got := append(seen, rest...); !slices.Equal(got, allIDs(org)) {
		t.Errorf("first page %v and the rest %v; want %v", seen, rest, allIDs(org))
	}
	for page, err := range client.Pages(t.Context(), appID) {
		if err != nil || page.Next != "" {
			t.Errorf("the only page: Next %q, %v; want none", page.Next, err)
		}
	}
}

func TestExpandScopes(t *testing.T) {
	t.Parallel()
	org, client := newOrg(t, 5)
	for _, fault := range []oktatest.Fault{oktatest.NextWithoutExpand(), oktatest.SlowFirstByte(0)} {
		org.Heal()
		org.Inject(fault.Forever())
		for token, err := range client.List(t.Context(), appID, api.ExpandScopes(), api.PageSize(2)) {
			if err != nil {
				t.Fatal(err)
			}
			if len(token.Embedded.Scopes) != len(token.Scopes) {
				t.Errorf("token %s has %d scopes expanded, want %d", token.ID, len(token.Embedded.Scopes), len(token.Scopes))
			}
		}
	}
	for i, request := range org.Requests() {
		if strings.Count(request.Query, "expand=scope") != 1 {
			t.Errorf("request %d has the query %q; want expand=scope once", i, request.Query)
		}
	}
	id := allIDs(org)[0]
	for _, opts := range [][]api.GetOption{nil, {api.ExpandScopes()}} {
		token, err := client.Get(t.Context(), appID, id, opts...)
		if err != nil || (len(token.Embedded.Scopes) > 0) != (opts != nil) {
			t.Errorf("Get with %d options: %d scopes expanded, %v", len(opts), len(token.Embedded.Scopes), err)
		}
	}
}

// What a full page is depends on the link that led to it, not on PageSize.
func TestAFullPageIsOneOfTheLinksLimit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		limit int // of the link
		want  error
	}{
		"a full page":   {2, api.ErrUnexpectedResponse},
		"the last page": {8, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org, client := newOrg(t, 7)
			var next string
			for page, err := range client.Pages(t.Context(), appID, api.PageSize(2)) {
				if err != nil {
					t.Fatal(err)
				}
				next = strings.Replace(page.Next, "limit=2", fmt.Sprintf("limit=%d", test.limit), 1)
				break
			}
			org.Inject(oktatest.NoLinks())
			_, err := list(t.Context(), client, api.StartAt(next), api.PageSize(1))
			checkError(t, err, test.want, "")
		})
	}
}

func TestAListingThatStartsInALoopEnds(t *testing.T) {
	t.Parallel()
	org, client := newOrg(t, 6)
	org.Inject(oktatest.LoopingNext().After(1))
	var next string
	for page := range client.Pages(t.Context(), appID, api.PageSize(2)) {
		next = page.Next
		break
	}
	ids, err := list(t.Context(), client, api.StartAt(next))
	checkError(t, err, api.ErrPaginationLoop, "")
	if len(ids) != 2 || len(org.Requests()) != 2 {
		t.Errorf("listed %d tokens with %d requests, want 2 and 2", len(ids), len(org.Requests()))
	}
}

// With the default port written out, or a slash after the org URL, a link is no foreign one.
func TestOriginsMayBeSpeltDifferently(t *testing.T) {
	t.Parallel()
	for _, orgURL := range []string{"https://acme.okta.com:443", "https://acme.okta.com/", "http://localhost", "http://LOCALHOST:80", "https://[::1]"} {
		t.Run(orgURL, func(t *testing.T) {
			t.Parallel()
			org := oktatest.New(oktatest.WithApp(appID, 5))
			client, err := api.New(orgURL, api.APIToken(org.APIToken()), api.WithHTTPClient(&http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
				resp, err := org.Transport().RoundTrip(req)
				for i, link := range resp.Header["Link"] {
					link = strings.NewReplacer("acme.okta.com:443", "ACME.okta.com", "LOCALHOST:80", "localhost").Replace(link)
					resp.Header["Link"][i] = strings.Replace(link, "://localhost/", "://localhost:80/", 1)
				}
				return resp, err
			})}))
			if err != nil {
				t.Fatal(err)
			}
			if ids, err := list(t.Context(), client, api.PageSize(2)); err != nil || !slices.Equal(ids, allIDs(org)) {
				t.Errorf("listed %v, %v", ids, err)
			}
		})
	}
}

func TestAFragmentMakesNoOtherLink(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp(appID, 6))
	n := 0
	client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := org.Transport().RoundTrip(req)
		n++
		resp.Header.Set("Link", fmt.Sprintf("<%s/api/v1/apps/0oa1/tokens?after=x#%d>; rel=next", orgURL, n))
		resp.Body = io.NopCloser(strings.NewReader(`[{"id":"oar1"}]`))
		resp.StatusCode = http.StatusOK
		return resp, err
	}))
	_, err := list(t.Context(), client)
	checkError(t, err, api.ErrPaginationLoop, "after page 2")
	if n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

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
					if got := recover(); got != "hook" {
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

// The tokens before an error are good, come once, and nothing comes after it.
func TestListEndsWithItsError(t *testing.T) {
	t.Parallel()
	org, client := newOrg(t, 450)
	org.Inject(oktatest.Status(http.StatusForbidden).After(2))
	ids, err := list(t.Context(), client)
	checkError(t, err, api.ErrForbidden, "")
	if !slices.Equal(ids, allIDs(org)[:400]) {
		t.Errorf("%d tokens before the error, want the 400 of two pages", len(ids))
	}
	errorsSeen := 0
	for _, err := range client.List(t.Context(), "0oaUnknown") {
		errorsSeen++
		checkError(t, err, api.ErrNotFound, "")
	}
	if errorsSeen != 1 {
		t.Errorf("%d errors, want 1", errorsSeen)
	}
}

func TestEveryRangeListsAnew(t *testing.T) {
	t.Parallel()
	org, client := newOrg(t, 3)
	tokens := client.List(t.Context(), appID)
	for range 2 {
		n := 0
		for _, err := range tokens {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != 3 {
			t.Errorf("a range yields %d tokens, want 3", n)
		}
	}
	if len(org.Requests()) != 2 {
		t.Errorf("%d requests, want 2", len(org.Requests()))
	}
}

// In a synctest bubble, a goroutine that is left behind fails the test.
func TestBreakingOutLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	for _, tokens := range []int{1, 199, 200, 201, 400, 401, 600, 999} {
		t.Run(fmt.Sprintf("after %d tokens", tokens), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := oktatest.New(oktatest.WithApp(appID, 1000))
				org.Inject(oktatest.SlowFirstByte(time.Second).Forever())
				var running atomic.Int32
				client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
					running.Add(1)
					defer running.Add(-1)
					return org.Transport().RoundTrip(req)
				}))
				n := 0
				for _, err := range client.List(context.WithoutCancel(t.Context()), appID) {
					if err != nil {
						t.Fatal(err)
					}
					if n++; n == tokens {
						break
					}
				}
				if running.Load() != 0 {
					t.Errorf("%d requests run on after the loop", running.Load())
				}
			})
		})
	}
}

func TestAPanicInTheLoopLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, client := newOrg(t, 1000)
		org.Inject(oktatest.SlowFirstByte(time.Second).Forever())
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		n := 0
		for range client.List(context.WithoutCancel(t.Context()), appID) {
			if n++; n == 450 {
				panic("in the loop")
			}
		}
	})
}

// From the second page on, the listing is one page ahead of the loop, and no more.
func TestPagesAreFetchedAhead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, client := newOrg(t, 1000)
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

// The next page is requested when the head of a response is there, before its body.
func TestTheNextPageIsRequestedBeforeTheBody(t *testing.T) {
	t.Parallel()
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
}

// waitFor is an empty reader that ends when its channel is closed.
type waitFor struct{ until <-chan struct{} }

func (w waitFor) Read([]byte) (int, error) { <-w.until; return 0, io.EOF }

// A page that is read again may bring another link; the page that was fetched ahead is then the wrong one.
func TestARetriedPageMayBringAnotherLink(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp(appID, 10))
		// The first response with the second page links to that page once more, and breaks off.
		broken, abandoned := 0, 0
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.RawQuery, "&x=1") { // never answers
				abandoned++
				<-req.Context().Done()
				return nil, req.Context().Err()
			}
			resp, err := org.Transport().RoundTrip(req)
			if len(org.Requests()) == 2 {
				broken++
				resp.Header.Set("Link", fmt.Sprintf("<%s&x=1>; rel=next", req.URL))
				resp.Body = io.NopCloser(strings.NewReader("["))
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
	})
}

func TestListUnderConcurrency(t *testing.T) {
	t.Parallel()
	server := oktatest.NewServer(oktatest.WithApp(appID, 450))
	defer server.Close()
	client, err := api.New(server.URL, api.APIToken(server.APIToken()))
	if err != nil {
		t.Fatal(err)
	}
	want := allIDs(server.Org)
	var wg sync.WaitGroup
	for worker := range 64 {
		wg.Go(func() {
			ids, err := list(t.Context(), client)
			if err != nil || !slices.Equal(ids, want) {
				t.Errorf("worker %d listed %d tokens, %v", worker, len(ids), err)
			}
			if _, err := client.Get(t.Context(), appID, want[worker]); err != nil {
				t.Errorf("worker %d: %v", worker, err)
			}
		})
	}
	wg.Wait()
}
