package api_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

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

// With the default port written out, or a slash after the org URL, a link is not foreign.
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

// A link of another scheme is foreign, and not a loop because its query is empty like the first page's.
func TestALinkOfAnotherSchemeIsForeign(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"javascript:alert(1)", "data:text/html,x", "ftp://acme.okta.com/api/v1/apps/0oa1/tokens", "//evil.example/api/v1/apps/0oa1/tokens",
		"file:///api/v1/apps/0oa1/tokens?after=1", "https:/api/v1/apps/0oa1/tokens?after=1"} {
		org, client := newOrg(t, 45)
		org.Inject(oktatest.ForeignNext(link))
		ids, err := list(t.Context(), client, api.PageSize(20))
		checkError(t, err, api.ErrForeignLink, "the next page would be at")
		if errors.Is(err, api.ErrPaginationLoop) || !errors.Is(err, api.ErrUnexpectedResponse) || len(ids) != 20 || len(org.Requests()) != 1 {
			t.Errorf("%s: %v, %d tokens, %d requests", link, err, len(ids), len(org.Requests()))
		}
	}
}

// The error of a link names the response that had it, for a support case.
func TestALinkThatIsNotFollowedHasItsResponse(t *testing.T) {
	t.Parallel()
	foreign := oktatest.ForeignNext("https://evil.example/")
	for name, test := range map[string]struct {
		faults   []oktatest.Fault
		want     error
		requests int
		attempts int
	}{
		"a foreign link on the first page": {[]oktatest.Fault{foreign}, api.ErrForeignLink, 1, 1},
		"on a later page":                  {[]oktatest.Fault{foreign.After(2)}, api.ErrForeignLink, 3, 1},
		"on a page that was retried":       {[]oktatest.Fault{oktatest.Status(503), foreign}, api.ErrForeignLink, 2, 2},
		"a loop":                           {[]oktatest.Fault{oktatest.LoopingNext().After(1)}, api.ErrPaginationLoop, 2, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org, client := newOrg(t, 10)
				org.Inject(test.faults...)
				_, err := list(t.Context(), client, api.PageSize(2))
				checkError(t, err, test.want, "200 OK: unexpected response: ")
				failure, ok := errors.AsType[*api.Error](err)
				requests := org.Requests()
				if !ok || len(requests) != test.requests || failure.RequestID != requests[test.requests-1].ID ||
					failure.StatusCode != 200 || failure.Attempts != test.attempts || failure.RateLimit.Limit == 0 {
					t.Errorf("%+v after %d requests; want the last of %d, after %d attempts", *failure, len(requests), test.requests, test.attempts)
				}
			})
		})
	}
}

// Links that a proxy left with its own name are followed to the org if somebody says that this is fine, and only by path.
func TestRewrittenLinksAreTakenToTheOrg(t *testing.T) {
	t.Parallel()
	rewrite := func(origin string) http.RoundTripper {
		org := oktatest.New(oktatest.WithApp(appID, 45))
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := org.Transport().RoundTrip(req)
			for i, link := range resp.Header["Link"] {
				resp.Header["Link"][i] = strings.Replace(link, orgURL, origin, 1)
			}
			return resp, err
		})
	}
	for _, origin := range []string{"http://acme.okta.com", "https://internal.example:8443"} {
		if _, err := list(t.Context(), newClient(t, rewrite(origin)), api.PageSize(20)); !errors.Is(err, api.ErrForeignLink) {
			t.Errorf("%s: without the option: %v", origin, err)
		}
		if ids, err := list(t.Context(), newClient(t, rewrite(origin), api.WithLinksRewritten()), api.PageSize(20)); err != nil || len(ids) != 45 {
			t.Errorf("%s: %v, %d tokens", origin, err, len(ids))
		}
	}
	for _, origin := range []string{"https://internal.example/other", "https://user@internal.example"} {
		if _, err := list(t.Context(), newClient(t, rewrite(origin), api.WithLinksRewritten()), api.PageSize(20)); !errors.Is(err, api.ErrForeignLink) {
			t.Errorf("%s: %v", origin, err)
		}
	}
}
