package api_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

func TestListYieldsEveryTokenOnce(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tokens, pageSize, requests int
	}{
		{0, 20, 1}, {1, 20, 1}, {19, 20, 1}, {20, 20, 1}, {21, 20, 2}, {123, 20, 7}, {5, 1, 5}, {10, 3, 4}, {tokenCount, api.MaxPageSize, 3},
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

// Even an empty listing has a page, which shows that it was read to its end.
func TestAnAppWithoutTokensHasOneEmptyPage(t *testing.T) {
	t.Parallel()
	_, client := newOrg(t, 0)
	var pages []api.Page
	for page, err := range client.Pages(t.Context(), appID) {
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page)
	}
	if len(pages) != 1 || len(pages[0].Tokens) > 0 || pages[0].Next != "" || pages[0].RequestID == "" {
		t.Errorf("pages %+v, want an empty one", pages)
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
		"a page size too large":          {api.PageSize(api.MaxPageSize + 1), api.ErrInvalidArgument, fmt.Sprintf("Okta accepts 1 to %d", api.MaxPageSize)},
		"an empty start":                 {api.StartAt(""), api.ErrInvalidArgument, "the listing had ended"},
		"a start of this app, elsewhere": {api.StartAt("https://evil.example/api/v1/apps/0oa1/tokens?after=x"), api.ErrForeignLink, "invalid argument: link to a page: the page would be at https://evil.example, but the listing is at " + orgURL},
		"a start of another app":         {api.StartAt(orgURL + "/api/v1/apps/0oa2/tokens?after=x"), api.ErrForeignLink, "/api/v1/apps/0oa1/tokens"},
		"a start that is a cursor":       {api.StartAt("a1b2"), api.ErrInvalidArgument, "a1b2"},
		"a start that is not a URL":      {api.StartAt(":\x00"), api.ErrInvalidArgument, "not a URL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org, client := newOrg(t, 3)
			_, err := list(t.Context(), client, test.option)
			checkError(t, err, test.want, test.says)
			checkError(t, err, api.ErrInvalidArgument, "")
			if len(org.Requests()) != 0 || errors.Is(err, api.ErrUnexpectedResponse) {
				t.Errorf("%v; %d requests were sent", err, len(org.Requests()))
			}
		})
	}
}

// A page of more tokens is refused.
func TestMaxPageSizeIsTheLargestThatIsAccepted(t *testing.T) {
	t.Parallel()
	_, raw := newRawOrg(t, 1)
	for limit, want := range map[int]int{api.MaxPageSize: http.StatusOK, api.MaxPageSize + 1: http.StatusBadRequest} {
		resp, err := raw.ListTokens(t.Context(), appID, &gen.ListTokensParams{Limit: &limit})
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%d tokens on a page: %d, want %d", limit, resp.StatusCode, want)
		}
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
	var nexts []string
	for page, err := range client.Pages(t.Context(), appID) {
		if err != nil {
			t.Fatal(err)
		}
		nexts = append(nexts, page.Next)
	}
	if !slices.Equal(nexts, []string{""}) {
		t.Errorf("the next pages of the only page: %q; want none", nexts)
	}
}

func TestExpandScopes(t *testing.T) {
	t.Parallel()
	org, client := newOrg(t, 5)
	for _, fault := range []oktatest.Fault{oktatest.NextWithoutExpand(), oktatest.SlowFirstByte(0)} {
		org.Heal()
		org.Inject(fault.Forever())
		n := 0
		for token, err := range client.List(t.Context(), appID, api.ExpandScopes(), api.PageSize(2)) {
			if err != nil {
				t.Fatal(err)
			}
			n++
			if len(token.Embedded.Scopes) != len(token.Scopes) {
				t.Errorf("token %s has %d scopes expanded, want %d", token.ID, len(token.Embedded.Scopes), len(token.Scopes))
			}
		}
		if n != 5 {
			t.Errorf("%d tokens, want 5", n)
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
		tokens int // in the app; the link leads to all but two
		limit  string
		want   error
	}{
		"a full page":                   {22, "limit=2", api.ErrUnexpectedResponse},
		"the last page":                 {22, "limit=21", nil},
		"a full page without a limit":   {gen.ListTokensLimitDefault + 2, "", api.ErrUnexpectedResponse},
		"the last page without a limit": {gen.ListTokensLimitDefault + 1, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org, client := newOrg(t, test.tokens)
			var next string
			for page, err := range client.Pages(t.Context(), appID, api.PageSize(2)) {
				if err != nil {
					t.Fatal(err)
				}
				next = strings.Replace(page.Next, "limit=2", test.limit, 1)
				break
			}
			org.Inject(oktatest.NoLinks())
			_, err := list(t.Context(), client, api.StartAt(next), api.PageSize(1))
			checkError(t, err, test.want, "")
		})
	}
}

// The tokens before an error are good, come once, and nothing comes after it.
func TestListEndsWithItsError(t *testing.T) {
	t.Parallel()
	org, client := newOrg(t, tokenCount)
	org.Inject(oktatest.Status(http.StatusForbidden).After(2))
	ids, err := list(t.Context(), client)
	checkError(t, err, api.ErrForbidden, "")
	if !slices.Equal(ids, allIDs(org)[:2*api.MaxPageSize]) {
		t.Errorf("%d tokens before the error, want those of two pages", len(ids))
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

// tokenRevoker is what a program of its own may ask for, to be tested with a mock. For most tests an oktatest.Org is less
// work and catches more.
type tokenRevoker interface {
	List(ctx context.Context, appID string, opts ...api.ListOption) iter.Seq2[api.Token, error]
	Get(ctx context.Context, appID, tokenID string, opts ...api.GetOption) (api.Token, error)
	Revoke(ctx context.Context, appID, tokenID string, opts ...api.CallOption) error
	RevokeAll(ctx context.Context, appID string, opts ...api.CallOption) error
}

var _ tokenRevoker = (*api.Client)(nil)
