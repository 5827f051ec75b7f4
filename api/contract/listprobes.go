package contract

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/apptokens/api/internal/origin"
	"example.com/apptokens/gen"
)

// Where rules are written, or were seen.
const (
	inContract   = "openapi.yaml, after Okta's management API 2026.06.3"
	inPagination = "https://developer.okta.com/docs/reference/core-okta-api/#pagination"
	inErrors     = "https://developer.okta.com/docs/reference/error-codes/"
	inRateLimits = "https://developer.okta.com/docs/reference/rl-best-practices/"
	inTraffic    = "recorded traffic of Okta orgs (the cassettes of okta-sdk-python and terraform-provider-okta)"
	notKnown     = "what Okta does here is not established"
	inReleases   = "https://developer.okta.com/docs/release-notes/, OKTA-1230325"
)

var listProbes = []probe{
	{name: "list", rule: "lists tokens as a JSON array, each with an id",
		source: inContract, app: true, run: list},
	{name: "own tokens", rule: "the tokens of a listing are the app's, as their self links say",
		source: inContract, app: true, needs: []string{"list"}, run: ownTokens},
	{name: "default page", rule: "a page holds no more than the default limit if none is asked for",
		source: inContract, app: true, needs: []string{"list"}, run: defaultPage},
	{name: "self link", rule: "a page has a link to itself",
		source: inTraffic, app: true, needs: []string{"list"}, run: selfLink},
	{name: "largest pages", rule: "next links lead through all tokens, each once",
		source: inPagination, app: true, needs: []string{"list"}, run: largestPages},
	{name: "default pages", rule: "smaller pages lead through the same tokens",
		source: inPagination, app: true, needs: []string{"largest pages"}, run: pagesOf(gen.ListTokensLimitDefault)},
	{name: "smallest pages", rule: "the smallest pages lead through the same tokens",
		source: inPagination, app: true, needs: []string{"default pages"}, run: pagesOf(gen.ListTokensLimitMinimum)},
	{name: "expand", rule: "expand=scope embeds the details of each scope",
		source: inContract, app: true, needs: []string{"list"}, run: expandScopes},
	{name: "expand on", rule: "next links keep expand",
		source: inReleases, app: true, needs: []string{"expand", "smallest pages"}, run: expandOn},
}

// tokensPath is the path of the app's tokens.
func (s *suite) tokensPath() string { return tokensPath(s.target.AppID) }

func tokensPath(appID string) string { return strings.Replace(gen.ListTokensPath, "{appId}", appID, 1) }

// page reads one page: a path, or the target of a link.
func (s *suite) page(ctx context.Context, path string) (*exchange, []string, error) {
	x, err := s.send(ctx, http.MethodGet, path)
	if err != nil {
		return nil, nil, err
	}
	if err := x.wants(gen.ListTokensSuccess); err != nil {
		return nil, nil, err
	}
	tokens, err := x.tokens()
	var ids []string
	for _, token := range tokens {
		ids = append(ids, token.ID)
	}
	return x, ids, err
}

func list(ctx context.Context, s *suite) (string, error) {
	x, _, err := s.page(ctx, s.tokensPath())
	s.first = x
	return "", err
}

// ownTokens keeps revocations from tokens of another app.
func ownTokens(_ context.Context, s *suite) (string, error) {
	tokens, err := s.first.tokens()
	for _, token := range tokens {
		if href := token.Links.Self.Href; href != "" && !strings.HasSuffix(href, s.tokensPath()+"/"+token.ID) {
			return "", s.first.fail("token %s has the self link %q", token.ID, href)
		}
	}
	return "", err
}

func defaultPage(_ context.Context, s *suite) (string, error) {
	tokens, err := s.first.tokens()
	if len(tokens) > gen.ListTokensLimitDefault {
		err = s.first.fail("the page holds %d tokens", len(tokens))
	}
	return "", err
}

// selfLink leaves open what the link says besides.
func selfLink(_ context.Context, s *suite) (string, error) {
	if err := s.first.first("response header Link"); err != nil {
		return "", err
	}
	links, err := s.first.links()
	if err == nil && !links.Self {
		err = s.first.fail("no link has the relation self")
	}
	return "", err
}

// walk follows a listing, and returns the IDs that it saw and whether there is more. Each page must hold limit tokens
// at most, each token and each link come once, and a full page have links.
func (s *suite) walk(ctx context.Context, limit int) (ids []string, more bool, err error) {
	path := s.tokensPath() + "?limit=" + strconv.Itoa(limit)
	seen, followed := map[string]bool{}, map[string]bool{}
	for range s.target.MaxPages {
		x, page, err := s.page(ctx, path)
		if err != nil {
			return nil, false, err
		}
		if len(page) > limit {
			return nil, false, x.fail("the page holds %d tokens, more than the limit", len(page))
		}
		for _, id := range page {
			if seen[id] {
				return nil, false, x.fail("token %s comes twice", id)
			}
			seen[id] = true
		}
		ids = append(ids, page...)
		if path, err = s.next(x, len(page) == limit); err != nil || path == "" {
			return ids, false, err
		}
		if followed[path] {
			return nil, false, x.fail("the next link comes again")
		}
		followed[path] = true
	}
	if len(ids) == 0 {
		return nil, false, errors.New("the pages are empty, and do not end")
	}
	return ids, true, nil
}

// next returns the target of the next link, which must be of the same listing, or "" on the last page.
func (s *suite) next(x *exchange, full bool) (string, error) {
	links, err := x.links()
	switch {
	case err != nil:
		return "", err
	case links.Next == "" && full && !links.Self:
		return "", x.fail("the page is full and has no links, so there may be more that cannot be reached")
	case links.Next == "":
		return "", nil
	}
	next, err := x.req.URL.Parse(links.Next)
	switch {
	case err != nil:
		return "", x.fail("the next link is not a URL")
	case !origin.Same(next, x.req.URL) || next.EscapedPath() != x.req.URL.EscapedPath():
		next.RawQuery, next.User = "", nil
		return "", x.fail("the next link leads to %s", next.String())
	case next.RawQuery == x.req.URL.RawQuery:
		return "", x.fail("the next link leads to the page itself")
	}
	return next.String(), nil
}

func largestPages(ctx context.Context, s *suite) (detail string, err error) {
	s.listed, s.partial, err = s.walk(ctx, gen.ListTokensLimitMaximum)
	return s.extent(len(s.listed), s.partial), err
}

// extent says how much a listing saw.
func (s *suite) extent(tokens int, more bool) string {
	detail := strconv.Itoa(tokens) + " tokens"
	if more {
		detail += ", not all: no more than " + strconv.Itoa(s.target.MaxPages) + " pages are read"
	}
	return detail
}

// pagesOf compares a listing with the one of the largest pages, as far as both were read. Tokens may come and go
// meanwhile, so what one of them lacks is looked for again.
func pagesOf(limit int) func(context.Context, *suite) (string, error) {
	return func(ctx context.Context, s *suite) (string, error) {
		if len(s.listed) <= limit {
			return "there are too few tokens to compare", errSkip
		}
		ids, more, err := s.walk(ctx, limit)
		if err != nil {
			return "", err
		}
		lost, made := missing(s.listed, ids), missing(ids, s.listed)
		if more {
			lost = nil
		}
		if s.partial {
			made = nil
		}
		if len(lost)+len(made) == 0 {
			return s.extent(len(ids), more), nil
		}
		after, _, err := s.walk(ctx, gen.ListTokensLimitMaximum)
		if err != nil {
			return "", err
		}
		x := s.exchanges[len(s.exchanges)-1]
		if lost = missing(lost, missing(lost, after)); len(lost) > 0 {
			return "", x.fail("pages of %d lack token %s, which the largest pages have", limit, lost[0])
		}
		if made = missing(made, after); len(made) > 0 {
			return "", x.fail("pages of %d have token %s, which the largest pages lack", limit, made[0])
		}
		return s.extent(len(ids), more), nil
	}
}

// missing returns what of some IDs is not among others.
func missing(ids, among []string) (lacking []string) {
	set := map[string]bool{}
	for _, id := range among {
		set[id] = true
	}
	for _, id := range ids {
		if !set[id] {
			lacking = append(lacking, id)
		}
	}
	return lacking
}

func expandScopes(ctx context.Context, s *suite) (string, error) {
	x, _, err := s.page(ctx, s.tokensPath()+"?expand=scope")
	if err != nil {
		return "", err
	}
	return x.expanded()
}

// expanded checks that the tokens of a page come with the details of their scopes.
func (x *exchange) expanded() (string, error) {
	tokens, err := x.tokens()
	if err != nil {
		return "", err
	}
	scopes := 0
	for _, token := range tokens {
		scopes += len(token.Scopes)
		if err := x.embeds(token); err != nil {
			return "", err
		}
	}
	if scopes == 0 {
		return "no token has a scope", errSkip
	}
	return "", nil
}

func (x *exchange) embeds(token gen.Token) error {
	for _, scope := range token.Scopes {
		if !slices.ContainsFunc(token.Embedded.Scopes, func(s gen.Scope) bool { return s.Name == scope }) {
			return x.fail("token %s has no _embedded.scopes for %q", token.ID, scope)
		}
	}
	return nil
}

func expandOn(ctx context.Context, s *suite) (string, error) {
	x, _, err := s.page(ctx, s.tokensPath()+"?expand=scope&limit=1")
	if err != nil {
		return "", err
	}
	path, err := s.next(x, false)
	if err != nil {
		return "", err
	}
	if path == "" {
		return "there is no second page", errSkip
	}
	if x, _, err = s.page(ctx, path); err != nil {
		return "", err
	}
	return x.expanded()
}
