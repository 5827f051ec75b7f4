package contract

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/gen"
)

// Where rules are documented or were observed.
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
	{name: "own tokens", rule: "a listing holds only tokens of its app, according to their self links",
		source: inContract, app: true, needs: []string{"list"}, run: ownTokens},
	{name: "default page", rule: "without a limit, a page holds no more tokens than the default limit",
		source: inContract, app: true, needs: []string{"list"}, run: defaultPage},
	{name: "self link", rule: "a page has a link to itself",
		source: inTraffic, app: true, needs: []string{"list"}, run: selfLink},
	{name: "largest pages", rule: "following the next links yields every token once",
		source: inPagination, app: true, needs: []string{"list"}, run: largestPages},
	{name: "default pages", rule: "smaller pages yield the same tokens",
		source: inPagination, app: true, needs: []string{"largest pages"}, run: pagesOf(gen.ListTokensLimitDefault)},
	{name: "smallest pages", rule: "the smallest pages yield the same tokens",
		source: inPagination, app: true, needs: []string{"default pages"}, run: pagesOf(gen.ListTokensLimitMinimum)},
	{name: "expand", rule: "expand=scope embeds the details of each scope",
		source: inContract, app: true, needs: []string{"list"}, run: expandScopes},
	{name: "expand on", rule: "next links keep expand",
		source: inReleases, app: true, needs: []string{"expand", "smallest pages"}, run: expandOn},
}

// tokensPath returns the path of an app's tokens.
func tokensPath(appID string) string { return strings.Replace(gen.ListTokensPath, "{appId}", appID, 1) }

func (s *suite) tokensPath() string { return tokensPath(s.target.AppID) }

// page reads the page at a path or at the target of a link.
func (s *suite) page(ctx context.Context, path string) (*exchange, []gen.Token, error) {
	exchange, err := s.send(ctx, http.MethodGet, path)
	if err != nil {
		return nil, nil, err
	}
	if err := exchange.want(gen.ListTokensSuccess); err != nil {
		return exchange, nil, err
	}
	tokens, err := exchange.tokens()
	return exchange, tokens, err
}

func list(ctx context.Context, s *suite) (err error) {
	s.firstPage, s.firstTokens, err = s.page(ctx, s.tokensPath())
	if err != nil && s.firstPage != nil && s.firstPage.errorCode() == "E0000007" {
		return fmt.Errorf("%w; is %s an app of %s?", err, s.target.AppID, s.org)
	}
	return err
}

// ownTokens keeps the revocations of this check away from another app's tokens.
func ownTokens(_ context.Context, s *suite) error {
	for _, token := range s.firstTokens {
		if href := token.Links.Self.Href; href != "" && !strings.HasSuffix(href, s.tokensPath()+"/"+token.ID) {
			return s.firstPage.fail("token %s has the self link %q", token.ID, href)
		}
	}
	return nil
}

func defaultPage(_ context.Context, s *suite) error {
	if tokens := len(s.firstTokens); tokens > gen.ListTokensLimitDefault {
		return s.firstPage.fail("the page holds %d tokens", tokens)
	}
	return nil
}

func selfLink(_ context.Context, s *suite) error {
	return s.firstPage.violationAt("response header Link")
}

// walk follows a listing. It returns the IDs of the tokens, and whether there are more pages than it may read. Each
// page must hold at most limit tokens, no token and no link may come twice, and a full page must have links.
func (s *suite) walk(ctx context.Context, limit int) (ids []string, more bool, err error) {
	path := s.tokensPath() + "?limit=" + strconv.Itoa(limit)
	seen, followed := map[string]bool{}, map[string]bool{}
	for range s.target.MaxPages {
		exchange, tokens, err := s.page(ctx, path)
		if err != nil {
			return nil, false, err
		}
		if len(tokens) > limit {
			return nil, false, exchange.fail("the page holds %d tokens, more than the limit", len(tokens))
		}
		for _, token := range tokens {
			if seen[token.ID] {
				return nil, false, exchange.fail("token %s comes twice", token.ID)
			}
			seen[token.ID] = true
			ids = append(ids, token.ID)
		}
		if path, err = s.next(exchange, len(tokens) == limit); err != nil || path == "" {
			return ids, false, err
		}
		if followed[path] {
			return nil, false, exchange.fail("the next link comes again")
		}
		followed[path] = true
	}
	if len(ids) == 0 {
		return nil, false, errors.New("the pages are empty, and do not end")
	}
	return ids, true, nil
}

// next returns the target of the next link, which must belong to the same listing, or "" on the last page.
func (s *suite) next(exchange *exchange, full bool) (string, error) {
	links, err := exchange.links()
	switch {
	case err != nil:
		return "", err
	case links.Next == "" && full && !links.Self:
		return "", exchange.fail("the page is full but has no links; there may be more tokens that cannot be reached")
	case links.Next == "":
		return "", nil
	}
	page := exchange.req.URL
	next, err := page.Parse(links.Next)
	switch {
	case err != nil:
		return "", exchange.fail("the next link is not a URL")
	case !check.SameOrigin(next, page) || next.EscapedPath() != page.EscapedPath():
		next.RawQuery, next.User = "", nil
		return "", exchange.fail("the next link leads to %s", next.String())
	case next.RawQuery == page.RawQuery:
		return "", exchange.fail("the next link leads to the page itself")
	}
	return next.String(), nil
}

func largestPages(ctx context.Context, s *suite) (err error) {
	s.listed, s.partial, err = s.walk(ctx, gen.ListTokensLimitMaximum)
	s.detail = s.extent(len(s.listed), s.partial)
	return err
}

// extent describes how much of a listing was read.
func (s *suite) extent(tokens int, more bool) string {
	if more {
		return fmt.Sprintf("%d tokens, not all: no more than %d of its pages may be read", tokens, s.target.MaxPages)
	}
	return fmt.Sprintf("%d tokens", tokens)
}

// pagesOf compares a listing in pages of another size with that of the largest pages, as far as both were read. Because
// tokens may be issued and revoked meanwhile, it lists the largest pages again before it reports a difference.
func pagesOf(limit int) runFunc {
	return func(ctx context.Context, s *suite) error {
		if len(s.listed) <= limit {
			return skip("there are too few tokens to compare")
		}
		ids, more, err := s.walk(ctx, limit)
		if err != nil {
			return err
		}
		s.detail = s.extent(len(ids), more)
		lost, added := missing(s.listed, ids), missing(ids, s.listed)
		if more {
			lost = nil
		}
		if s.partial {
			added = nil
		}
		if len(lost)+len(added) == 0 {
			return nil
		}
		after, _, err := s.walk(ctx, gen.ListTokensLimitMaximum)
		if err != nil {
			return err
		}
		last := s.exchanges[len(s.exchanges)-1]
		if lost = missing(lost, missing(lost, after)); len(lost) > 0 {
			return last.fail("pages of %d lack token %s, which the largest pages have", limit, lost[0])
		}
		if added = missing(added, after); len(added) > 0 {
			return last.fail("pages of %d have token %s, which the largest pages lack", limit, added[0])
		}
		return nil
	}
}

// missing returns the IDs that are not among others.
func missing(ids, others []string) []string {
	known := map[string]bool{}
	for _, id := range others {
		known[id] = true
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return known[id] })
}

func expandScopes(ctx context.Context, s *suite) error {
	exchange, tokens, err := s.page(ctx, s.tokensPath()+"?expand=scope")
	if err != nil {
		return err
	}
	return exchange.wantExpanded(tokens...)
}

// expandOn checks the second page of a listing with expand.
func expandOn(ctx context.Context, s *suite) error {
	exchange, _, err := s.page(ctx, s.tokensPath()+"?expand=scope&limit=1")
	if err != nil {
		return err
	}
	path, err := s.next(exchange, false)
	if err != nil {
		return err
	}
	if path == "" {
		return skip("there is no second page")
	}
	exchange, tokens, err := s.page(ctx, path)
	if err != nil {
		return err
	}
	return exchange.wantExpanded(tokens...)
}
