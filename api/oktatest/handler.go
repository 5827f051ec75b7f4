package oktatest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/gen"
)

// ServeHTTP answers as the org.
func (o *Org) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, delay := o.answer(r, readForm(r))
	if delay > 0 && retry.Sleep(r.Context(), delay, nil) != nil {
		panic(http.ErrAbortHandler)
	}
	if acceptsGzip(r) {
		answer.compress()
	}
	answer.write(w)
}

// maxForm bounds what is read of a token request, in bytes. An assertion has about a thousand.
const maxForm = 1 << 16

// readForm reads the parameters of a token request before the org is locked. Okta takes them from the query as well as
// from the body.
func readForm(r *http.Request) url.Values {
	if r.URL.Path != tokenPath {
		return nil
	}
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(io.LimitReader(r.Body, maxForm)) // what breaks off lacks parameters, which is an error
	}
	form, _ := url.ParseQuery(r.URL.RawQuery + "&" + string(body))
	return form
}

// answer does what the request asks for, unless a fault prevents it, and records both.
func (o *Org) answer(r *http.Request, form url.Values) (a *response, delay time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.clock()
	a = &response{header: http.Header{}}
	a.header.Set("Date", now.UTC().Format(http.TimeFormat))

	fault := o.meet(r)
	switch {
	case fault.instead != nil:
		fault.instead(o, a, r)
	default:
		o.serve(a, r, form, now)
	}
	a.finish(o.requestID(), o.requestID())
	id := a.header.Get("X-Okta-Request-Id")
	if fault.spoil != nil {
		fault.spoil(a, r)
	}
	if o.forgetful {
		return a, fault.delay
	}
	request := Request{
		Time: now, Method: r.Method, Host: r.Host, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery,
		Header: r.Header.Clone(), Fault: fault.name, Status: a.status, ID: id,
	}
	if a.dropped {
		request.Status = 0
	}
	o.requests = append(o.requests, request)
	return a, fault.delay
}

func (o *Org) serve(a *response, r *http.Request, form url.Values, now time.Time) {
	if r.URL.Path == tokenPath && r.Method == http.MethodPost {
		o.serveTokenRequest(a, r, form, now)
		return
	}
	if !o.authenticate(a, r, now) {
		return
	}
	if !o.limiter.take(now, a.header) {
		o.fail(a, http.StatusTooManyRequests, "E0000047", tooManyRequests)
		return
	}
	// Dot segments are resolved and a trailing slash makes no difference, as in many servers: the worst that a request
	// with a token ID of ".." or "" can meet.
	below, found := strings.CutPrefix(path.Clean(r.URL.Path), "/api/v1/apps/")
	segments := strings.Split(below, "/")
	if !found || len(segments) > 3 || len(segments) > 1 && segments[1] != "tokens" {
		o.fail(a, http.StatusNotFound, "E0000008", "The requested path was not found")
		return
	}
	app := o.apps[segments[0]]
	if app == nil {
		o.notFound(a, segments[0], "AppInstance")
		return
	}
	switch len(segments) {
	case 1:
		o.serveApp(a, r, app)
	case 2:
		o.serveTokens(a, r, app)
	case 3:
		o.serveToken(a, r, app, segments[2])
	}
}

func (o *Org) serveApp(a *response, r *http.Request, app *app) {
	if r.Method != http.MethodDelete {
		o.methodNotAllowed(a)
		return
	}
	delete(o.apps, app.id)
	a.status = http.StatusNoContent
}

func (o *Org) serveTokens(a *response, r *http.Request, app *app) {
	switch r.Method {
	case http.MethodGet:
		o.list(a, r, app)
	case http.MethodDelete:
		app.revokeAll()
		a.status = gen.RevokeAllTokensSuccess
	default:
		o.methodNotAllowed(a)
	}
}

func (o *Org) serveToken(a *response, r *http.Request, app *app, tokenID string) {
	record := app.find(tokenID)
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodDelete:
		o.methodNotAllowed(a)
	case record == nil:
		o.notFound(a, tokenID, "OAuth2RefreshTokenTx")
	case r.Method == http.MethodGet:
		a.json(gen.GetTokenSuccess, o.render(app, *record, baseURL(r), query(r, "expand") == "scope"))
	default:
		app.revoke(record)
		a.status = gen.RevokeTokenSuccess
	}
}

func (o *Org) list(a *response, r *http.Request, app *app) {
	limit, from := gen.ListTokensLimitDefault, 0
	if text := query(r, "limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			o.fail(a, http.StatusBadRequest, "E0000037", "Type mismatch exception.")
			return
		}
		if n < gen.ListTokensLimitMinimum || n > gen.ListTokensLimitMaximum {
			o.fail(a, http.StatusBadRequest, "E0000001", "Api validation failed: limit",
				fmt.Sprintf("limit: must be between %d and %d", gen.ListTokensLimitMinimum, gen.ListTokensLimitMaximum))
			return
		}
		limit = n
	}
	if cursor := query(r, "after"); cursor != "" {
		position, ok := app.position(cursor)
		if !ok {
			o.fail(a, http.StatusBadRequest, "E0000029", "Invalid paging request.")
			return
		}
		from = position
	}
	expand := query(r, "expand")
	records, next := app.page(from, limit)
	tokens := make([]gen.Token, len(records))
	for i, record := range records {
		tokens[i] = o.render(app, record, baseURL(r), expand == "scope")
	}
	a.json(gen.ListTokensSuccess, tokens)
	here := pageURL(r, query(r, "after"), limit, expand)
	a.self = here
	if next > 0 {
		a.next = pageURL(r, app.cursor(next), limit, expand)
	}
}

// pageURL spells the default limit out, as Okta does.
func pageURL(r *http.Request, after string, limit int, expand string) string {
	page := baseURL(r) + r.URL.EscapedPath() + "?"
	if after != "" {
		page += "after=" + url.QueryEscape(after) + "&"
	}
	page += "limit=" + strconv.Itoa(limit)
	if expand != "" {
		page += "&expand=" + url.QueryEscape(expand)
	}
	return page
}

// baseURL is the URL at which the client sees the org. A proxy that ends TLS reports the client's scheme.
func baseURL(r *http.Request) string {
	scheme, host := "http", r.Host
	switch {
	case r.URL.IsAbs():
		scheme, host = r.URL.Scheme, r.URL.Host
	case r.TLS != nil:
		scheme = "https"
	}
	forwarded, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	if forwarded = strings.ToLower(strings.TrimSpace(forwarded)); forwarded == "http" || forwarded == "https" {
		scheme = forwarded
	}
	return scheme + "://" + host
}

// query reads a parameter of a query that url.ParseQuery may not like: cursors can hold semicolons.
func query(r *http.Request, name string) string {
	for parameter := range strings.SplitSeq(r.URL.RawQuery, "&") {
		if key, value, _ := strings.Cut(parameter, "="); key == name {
			if unescaped, err := url.QueryUnescape(value); err == nil {
				return unescaped
			}
			return value
		}
	}
	return ""
}

func (o *Org) notFound(a *response, id, kind string) {
	o.fail(a, http.StatusNotFound, "E0000007", "Not found: Resource not found: "+id+" ("+kind+")")
}

func (o *Org) methodNotAllowed(a *response) {
	o.fail(a, http.StatusMethodNotAllowed, "E0000022", methodNotAllowed)
}
