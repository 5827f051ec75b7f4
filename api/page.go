package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/header"
	"example.com/apptokens/gen"
)

// follow returns the URL of a page, nil for the first one. It checks a link before anything is sent to it: the link
// must lead to the listing that it came from, and not have been followed before. It is followed, not parsed, except
// that an expand that Okta dropped is put back (OKTA-1230325).
func (l *listing) follow(link string) (*url.URL, error) {
	if link == "" {
		return nil, nil
	}
	target, err := url.Parse(link)
	if err != nil {
		return nil, check.Invalid("link to a page", link, "it is not a URL")
	}
	home := *l.client.org
	home.Path += strings.Replace(gen.ListTokensPath, "{appId}", l.call.appID, 1)
	if target.Scheme == "" && target.Host == "" {
		return nil, check.Invalid("link to a page", link, "it is not a Page.Next value")
	}
	switch strays := check.Strays(target, &home, l.client.mapLinks); {
	case strays != "" && link == l.call.start:
		return nil, check.Also(fmt.Errorf("%w: link to a page: the page %s", ErrInvalidArgument, strays), ErrForeignLink)
	case strays != "":
		return nil, fmt.Errorf("%w: the next page %s", ErrForeignLink, strays)
	case l.client.mapLinks:
		target.Scheme, target.Host = home.Scheme, home.Host
	}
	if _, found := parameter(target.RawQuery, "expand"); l.call.expand != nil && !found {
		target.RawQuery = strings.TrimPrefix(target.RawQuery+"&expand="+expandScope, "&")
	}
	if l.followed[target.RawQuery] {
		return nil, fmt.Errorf("%w: a next link was repeated after page %d", ErrPaginationLoop, len(l.followed)-1)
	}
	l.followed[target.RawQuery] = true
	return target, nil
}

// fetch requests the page that link leads to, or the first one if link is nil. It announces the link to the page after
// it if the body of the response takes long. linkError is for the listing to fail with if that link is refused.
func (l *listing) fetch(ctx context.Context, link *url.URL, announce func(string)) (page Page, linkError *Error, err error) {
	call := l.call
	call.link = link
	params := gen.ListTokensParams{Limit: new(cmp.Or(call.pageSize, MaxPageSize)), Expand: call.expand}
	call.send = func(ctx context.Context, editors ...RequestEditor) (*http.Response, error) {
		return l.client.raw.ListTokens(ctx, call.appID, &params, editors...)
	}
	call.read = func(resp *http.Response) (warning string, err error) {
		if link == nil {
			l.followed[resp.Request.URL.RawQuery] = true // a link back to the first page is a loop, too
		}
		page, warning, err = l.read(resp, announce)
		return warning, err
	}
	err = l.client.do(ctx, &call)
	linkError = &Error{StatusCode: call.success, RequestID: page.RequestID, RateLimit: page.RateLimit}
	return page, call.complete(linkError), err
}

// bodyPatience is how long the next request waits for the body of the response before it. Most bodies come at once, and
// then their connection is free again; a request that does not wait opens another one.
const bodyPatience = 5 * time.Millisecond

func (l *listing) read(resp *http.Response, announce func(next string)) (page Page, warning string, err error) {
	links, err := header.ParseLinks(resp.Header.Values("Link"))
	if err != nil {
		return Page{}, "", unexpected("the Link header is malformed: %w", err)
	}
	repeated := func(secret string) bool { return secret != "" && strings.Contains(links.Next, secret) }
	if slices.ContainsFunc(header.Credentials(resp.Request), repeated) {
		return Page{}, "", unexpected("the next link contains the credential") // which an error or a log would quote
	}
	page = Page{RequestID: requestID(resp), RateLimit: parseRateLimit(resp.Header)}
	if links.Next != "" {
		target, err := resp.Request.URL.Parse(links.Next)
		if err == nil {
			page.Next = target.String()
			_, err = url.Parse(page.Next) // a reference such as //:: resolves, but not to a URL
		}
		if err != nil {
			return Page{}, "", unexpected("the next link is not a URL")
		}
		early := time.AfterFunc(bodyPatience, func() { announce(target.String()) })
		defer early.Stop()
	}
	page.Tokens = make([]Token, 0, MaxPageSize)
	body, warning, err := decode(resp, &page.Tokens, l.call.keepRaw)
	if err != nil {
		return Page{}, "", err
	}
	if page.Tokens == nil {
		return Page{}, "", unexpected("the response is not an array of tokens")
	}
	if i := slices.IndexFunc(page.Tokens, func(t Token) bool { return t.ID == "" }); i >= 0 {
		return Page{}, "", unexpected("token %d of the page has no ID", i+1)
	}
	if body != nil {
		_ = json.Unmarshal(body, &page.Raw, lenient) // which decode could read
	}
	if page.Next == "" && !links.Self && len(page.Tokens) >= pageSize(resp.Request.URL) {
		// Okta sends a self link even with an empty page. A full page without one has lost its links on the way, and may not
		// be the last (OKTA-796989 was such a bug of Okta's own).
		return Page{}, "", unexpected("a full page came with neither a self nor a next link, so there may be more tokens")
	}
	return page, warning, nil
}

// pageSize returns the number of tokens that a request asks for: a link has its own.
func pageSize(request *url.URL) int {
	value, _ := parameter(request.RawQuery, "limit")
	if n, err := strconv.Atoi(value); err == nil {
		return n
	}
	return gen.ListTokensLimitDefault
}

// parameter finds a parameter of a query without decoding it, because url.ParseQuery fails on what cursors may contain.
func parameter(query, name string) (value string, found bool) {
	for parameter := range strings.SplitSeq(query, "&") {
		if key, value, _ := strings.Cut(parameter, "="); key == name {
			return value, true
		}
	}
	return "", false
}
