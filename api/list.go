package api

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"example.com/apptokens/api/internal/argument"
	"example.com/apptokens/api/internal/header"
	"example.com/apptokens/api/internal/origin"
	"example.com/apptokens/api/internal/text"
	"example.com/apptokens/gen"
)

// MaxPageSize is the largest number of tokens that Okta sends on one page, and the default of [PageSize].
const MaxPageSize = gen.ListTokensLimitMaximum

// Page is one page of a listing.
type Page struct {
	Tokens []Token // in Okta's order
	// Next leads to the next page, see StartAt. It is opaque, and empty on the last page.
	Next      string
	RequestID string    // X-Okta-Request-Id of the response
	RateLimit RateLimit // of the response
}

// List returns all refresh tokens of an app, page by page as the loop goes on. A listing that fails yields an error,
// and ends: the tokens before it are valid but incomplete. Every range over the result lists anew.
//
// A loop that ends early stops what is under way and leaves nothing behind.
func (c *Client) List(ctx context.Context, appID string, opts ...ListOption) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		for page, err := range c.Pages(ctx, appID, opts...) {
			if err != nil {
				yield(Token{}, err)
				return
			}
			for _, token := range page.Tokens {
				if !yield(token, nil) {
					return
				}
			}
		}
	}
}

// Pages returns the pages of the listing that [Client.List] makes, with what it takes to resume it. A page comes whole
// or not at all.
//
// The second page is requested when the loop asks for it. From then on the listing is one page ahead: a page is
// requested as soon as the head of the response before it has come, while that response is still being read, and the
// loop busy with its tokens. Memory holds three pages at most, and the links that were followed.
func (c *Client) Pages(ctx context.Context, appID string, opts ...ListOption) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		l := &listing{client: c, appID: appID, pageSize: MaxPageSize, followed: map[string]bool{}}
		if err := CheckID("app ID", appID); err != nil {
			yield(Page{}, &Error{Op: "list", Err: err})
			return
		}
		for _, option := range opts {
			if option == nil {
				yield(Page{}, l.failed(argument.Invalid("option", "nil", "leave it out")))
				return
			}
			if err := option.applyToList(l); err != nil {
				yield(Page{}, l.failed(err))
				return
			}
		}
		ctx, cancel := context.WithCancel(ctx)
		p := pipeline{ctx: ctx, listing: l}
		defer p.running.Wait()
		defer cancel()
		p.run(yield)
	}
}

// listing is one range over the pages of an app.
type listing struct {
	client   *Client
	appID    string
	pageSize int
	expand   bool
	start    string // link to the first page; empty for the beginning

	followed map[string]bool // queries of the links; origin and path are the same for all
}

// failed is the error of a page that was not requested.
func (l *listing) failed(err error) error { return &Error{Op: "list", AppID: l.appID, Err: err} }

// fetch requests the page that link leads to, or the first one. It announces the link to the page after it as soon as
// the head of the response has come.
func (l *listing) fetch(ctx context.Context, link string, announce func(next string)) (Page, error) {
	target, err := l.follow(link)
	if err != nil {
		return Page{}, l.failed(err)
	}
	params := gen.ListTokensParams{Limit: &l.pageSize}
	if l.expand {
		params.Expand = new(expandScope)
	}
	var page Page
	err = l.client.do(ctx, &call{
		op: "list", appID: l.appID,
		send: func(ctx context.Context, editors ...gen.RequestEditorFn) (*http.Response, error) {
			return l.client.raw.ListTokens(ctx, l.appID, &params, editors...)
		},
		link:    target,
		success: gen.ListTokensSuccess,
		read: func(resp *http.Response) (err error) {
			if target == nil {
				l.followed[resp.Request.URL.RawQuery] = true // a link back to the first page is a loop, too
			}
			page, err = l.read(resp, announce)
			return err
		},
	})
	return page, err
}

func (l *listing) read(resp *http.Response, announce func(next string)) (Page, error) {
	links, err := header.ParseLinks(resp.Header.Values("Link"))
	if err != nil {
		return Page{}, unexpected("the Link header is malformed: %w", err)
	}
	page := Page{RequestID: requestID(resp), RateLimit: parseRateLimit(resp.Header)}
	if links.Next != "" {
		target, err := resp.Request.URL.Parse(links.Next)
		if err != nil {
			return Page{}, unexpected("the next link is not a URL")
		}
		target.Fragment, target.RawFragment = "", ""
		page.Next = target.String()
		announce(page.Next)
	}
	if err := decode(resp, (*tokens)(&page.Tokens)); err != nil {
		return Page{}, err
	}
	if page.Next == "" && !links.Self && len(page.Tokens) >= limit(resp.Request.URL) {
		// Okta sends a self link even with an empty page. A full page without one has lost its links on the way, and
		// nobody can tell whether it is the last (OKTA-796989 was such a bug of Okta's own).
		return Page{}, unexpected("a full page came without a self link and a next one, so there may be more that cannot be reached")
	}
	return page, nil
}

// follow checks a link before anything is sent to it: it must lead to the listing it came from. The link is followed,
// not parsed, except that an expand that Okta dropped is put back (OKTA-1230325).
func (l *listing) follow(link string) (*url.URL, error) {
	if link == "" {
		return nil, nil
	}
	target, err := url.Parse(link)
	if err != nil {
		return nil, argument.Invalid("link to a page", link, "it is not a URL")
	}
	if target.Host == "" {
		return nil, argument.Invalid("link to a page", link, "it is no Page.Next")
	}
	home := *l.client.org
	home.Path += strings.Replace(gen.ListTokensPath, "{appId}", l.appID, 1)
	if !origin.Same(target, &home) || target.User != nil || target.Opaque != "" {
		return nil, fmt.Errorf("%w: the next page would be at %s://%s, the listing is at %s", ErrForeignLink, target.Scheme, text.Truncate(target.Host, 100), l.client.org)
	}
	if target.EscapedPath() != home.Path {
		return nil, fmt.Errorf("%w: the next page would have another path than %s", ErrForeignLink, home.Path)
	}
	if _, found := parameter(target.RawQuery, "expand"); l.expand && !found {
		target.RawQuery = strings.TrimPrefix(target.RawQuery+"&expand="+expandScope, "&")
	}
	return target, nil
}

// loops tells whether a link was followed before: the listing would never end.
func (l *listing) loops(link string) bool { return l.followed[query(link)] }

// query returns what tells the links of a listing apart.
func query(link string) string {
	_, query, _ := strings.Cut(link, "?")
	return query
}

// limit is the size of the page that a request asks for, which for a link is the link's.
func limit(request *url.URL) int {
	text, _ := parameter(request.RawQuery, "limit")
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return gen.ListTokensLimitDefault
}

// parameter looks into a query without decoding it, since url.ParseQuery fails on what cursors may hold.
func parameter(query, name string) (value string, found bool) {
	for parameter := range strings.SplitSeq(query, "&") {
		if key, value, _ := strings.Cut(parameter, "="); key == name {
			return value, true
		}
	}
	return "", false
}
