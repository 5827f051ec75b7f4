package contract

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Where rules are written, or were seen.
const (
	inContract   = "openapi.yaml, after Okta's management API 2026.06.3"
	inPagination = "https://developer.okta.com/docs/reference/core-okta-api/#pagination"
	inErrors     = "https://developer.okta.com/docs/reference/error-codes/"
	inRateLimits = "https://developer.okta.com/docs/reference/rl-best-practices/"
	inTraffic    = "recorded traffic of Okta orgs"
	inReleases   = "https://developer.okta.com/docs/release-notes/, OKTA-1230325"
)

var listProbes = []probe{
	{name: "list", rule: "lists tokens as a JSON array, each with an id", source: inContract, app: true, run: list},
	{name: "default page", rule: "a page holds 20 tokens at most if no limit is asked for", source: inContract, app: true, needs: []string{"list"}, run: defaultPage},
	{name: "self link", rule: "a page has a link to itself", source: inTraffic, app: true, needs: []string{"list"}, run: selfLink},
	{name: "pages of 200", rule: "next links lead through all tokens, each once", source: inPagination, app: true, needs: []string{"list"}, run: pagesOf200},
	{name: "pages of 20", rule: "smaller pages lead through the same tokens", source: inPagination, app: true, needs: []string{"pages of 200"}, run: pagesOf(20)},
	{name: "pages of 1", rule: "the smallest pages lead through the same tokens", source: inPagination, app: true, needs: []string{"pages of 20"}, run: pagesOf(1)},
	{name: "expand", rule: "expand=scope embeds the details of each scope", source: inContract, app: true, needs: []string{"list"}, run: expandScopes},
	{name: "expand on", rule: "next links keep expand", source: inReleases, app: true, needs: []string{"expand", "pages of 1"}, run: expandOn},
}

// tokensPath is the path of the app's tokens.
func (s *suite) tokensPath() string { return "/api/v1/apps/" + s.target.AppID + "/tokens" }

// page reads one page: a path, or the target of a link.
func (s *suite) page(ctx context.Context, path string) (*exchange, []string, error) {
	x, err := s.send(ctx, http.MethodGet, path)
	if err != nil {
		return nil, nil, err
	}
	if err := x.wants(http.StatusOK); err != nil {
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
	_, _, err := s.page(ctx, s.tokensPath())
	return "", err
}

func defaultPage(_ context.Context, s *suite) (string, error) {
	x := s.exchanges[len(s.exchanges)-1] // of the probe before
	if tokens, err := x.tokens(); err != nil || len(tokens) > 20 {
		return "", errors.Join(err, x.fail("the page holds %d tokens", len(tokens)))
	}
	return "", nil
}

// selfLink leaves open what the link says besides.
func selfLink(_ context.Context, s *suite) (string, error) {
	x := s.exchanges[len(s.exchanges)-1]
	if err := x.first("response header Link"); err != nil {
		return "", err
	}
	if _, err := x.link("self"); errors.Is(err, errNoLink) {
		return "", x.fail("no link has rel=%q", "self")
	} else {
		return "", err
	}
}

// walk follows a listing, and returns the IDs that it saw and whether there is more. Each page must hold limit tokens at
// most, and each token come once.
func (s *suite) walk(ctx context.Context, limit int) (ids []string, more bool, err error) {
	path := s.tokensPath() + "?limit=" + strconv.Itoa(limit)
	seen := map[string]bool{}
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
		if path, err = s.next(x); err != nil || path == "" {
			return ids, false, err
		}
	}
	return ids, true, nil
}

// next returns the target of the next link, which must be of the same listing, or "" on the last page.
func (s *suite) next(x *exchange) (string, error) {
	target, err := x.link("next")
	if errors.Is(err, errNoLink) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	next, err := x.req.URL.Parse(target)
	switch {
	case err != nil:
		return "", x.fail("the next link is no URL")
	case next.Scheme != x.req.URL.Scheme || !strings.EqualFold(next.Host, x.req.URL.Host) || next.EscapedPath() != x.req.URL.EscapedPath():
		return "", x.fail("the next link leads to %s", (&url.URL{Scheme: next.Scheme, Host: next.Host, Path: next.Path}).Redacted())
	case next.RawQuery == x.req.URL.RawQuery:
		return "", x.fail("the next link leads to the page itself")
	}
	return next.String(), nil
}

func pagesOf200(ctx context.Context, s *suite) (detail string, err error) {
	s.listed, s.partial, err = s.walk(ctx, 200)
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

// pagesOf compares a listing with the one of the largest pages. Tokens may come and go meanwhile: one is missing if it
// is there before and after.
func pagesOf(limit int) func(context.Context, *suite) (string, error) {
	return func(ctx context.Context, s *suite) (string, error) {
		ids, more, err := s.walk(ctx, limit)
		if err != nil || more || s.partial {
			return s.extent(len(ids), more), err
		}
		lacks := func(id string) bool { return !slices.Contains(ids, id) }
		if !slices.ContainsFunc(s.listed, lacks) {
			return s.extent(len(ids), more), nil
		}
		after, _, err := s.walk(ctx, 200)
		if err != nil {
			return "", err
		}
		for _, id := range s.listed {
			if lacks(id) && slices.Contains(after, id) {
				return "", s.exchanges[len(s.exchanges)-1].fail("pages of %d end without token %s: they hold %d tokens, pages of 200 hold %d", limit, id, len(ids), len(after))
			}
		}
		return s.extent(len(ids), more), nil
	}
}

func expandScopes(ctx context.Context, s *suite) (string, error) {
	x, _, err := s.page(ctx, s.tokensPath()+"?expand=scope")
	if err != nil {
		return "", err
	}
	return "", x.expanded()
}

// expanded checks that the tokens of a page come with the details of their scopes.
func (x *exchange) expanded() error {
	tokens, err := x.tokens()
	for _, token := range tokens {
		if len(token.Scopes) > 0 && len(token.Embedded.Scopes) == 0 {
			return x.fail("token %s has no _embedded.scopes", token.ID)
		}
	}
	return err
}

func expandOn(ctx context.Context, s *suite) (string, error) {
	x, _, err := s.page(ctx, s.tokensPath()+"?expand=scope&limit=1")
	if err != nil {
		return "", err
	}
	path, err := s.next(x)
	if path == "" {
		return "there is no second page", errors.Join(errSkip, err)
	}
	if x, _, err = s.page(ctx, path); err != nil {
		return "", err
	}
	return "", x.expanded()
}
