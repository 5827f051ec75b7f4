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

// ServeHTTP answers a request as Okta does, or as a fault demands.
func (o *Org) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, err := o.respond(r)
	if err != nil || answer.dropped {
		panic(http.ErrAbortHandler)
	}
	answer.write(r.Context(), w)
}

// respond returns the complete response to a request. It fails if the request's context ends during a delay.
func (o *Org) respond(r *http.Request) (*response, error) {
	answer, delay := o.answer(r, readForm(r))
	if delay > 0 {
		if err := retry.Sleep(r.Context(), delay); err != nil {
			return nil, err
		}
	}
	if acceptsGzip(r) {
		answer.compress()
	}
	answer.complete()
	return answer, nil
}

// maxForm is how many bytes of a token request are read. An assertion has about a thousand.
const maxForm = 1 << 16

// readForm reads the parameters of a token request, before the org is locked. Okta accepts them in the query as well as
// in the body.
func readForm(r *http.Request) url.Values {
	if r.URL.Path != tokenPath {
		return nil
	}
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(io.LimitReader(r.Body, maxForm)) // a truncated form lacks parameters, which is an error
	}
	form, _ := url.ParseQuery(r.URL.RawQuery + "&" + string(body))
	return form
}

// answer carries out a request, unless a fault prevents it, and records it.
func (o *Org) answer(r *http.Request, form url.Values) (answer *response, delay time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.clock()
	answer = &response{header: http.Header{}}
	answer.header.Set("Date", now.UTC().Format(http.TimeFormat))

	fault := o.dueFault(r)
	if fault.instead != nil {
		fault.instead(o, answer, r)
	} else {
		o.serve(answer, r, form, now)
	}
	answer.finish(o.requestID(), o.requestID())
	id := answer.header.Get("X-Okta-Request-Id")
	if fault.spoil != nil {
		fault.spoil(answer, r)
	}
	if o.forgetful {
		return answer, fault.delay
	}
	request := Request{
		Time: now, Method: r.Method, Host: r.Host, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery,
		Header: r.Header.Clone(), Fault: fault.name, Status: answer.status, ID: id,
	}
	if answer.dropped {
		request.Status = 0
	}
	o.requests = append(o.requests, request)
	return answer, fault.delay
}

func (o *Org) serve(answer *response, r *http.Request, form url.Values, now time.Time) {
	if r.URL.Path == tokenPath && r.Method == http.MethodPost {
		o.serveTokenRequest(answer, r, form, now)
		return
	}
	if !o.authenticate(answer, r, now) {
		return
	}
	if !o.limiter.take(now, answer.header) {
		o.fail(answer, http.StatusTooManyRequests, "E0000047", tooManyRequests)
		return
	}
	// Like many servers, the org resolves dot segments and ignores a trailing slash. That is the worst that a token ID
	// of ".." or "" can lead to.
	below, found := strings.CutPrefix(path.Clean(r.URL.Path), "/api/v1/apps/")
	segments := strings.Split(below, "/")
	if !found || len(segments) > 3 || len(segments) > 1 && segments[1] != "tokens" {
		o.fail(answer, http.StatusNotFound, "E0000008", "The requested path was not found")
		return
	}
	app := o.apps[segments[0]]
	reads, deletes := r.Method == http.MethodGet, r.Method == http.MethodDelete
	switch {
	case app == nil:
		o.notFound(answer, segments[0], "AppInstance")
	case len(segments) == 3 && (reads || deletes):
		o.serveToken(answer, r, app, segments[2])
	case len(segments) == 2 && reads:
		o.list(answer, r, app)
	case len(segments) == 2 && deletes:
		app.revokeAll()
		answer.status = gen.RevokeAllTokensSuccess
	case len(segments) == 1 && deletes:
		delete(o.apps, app.id)
		answer.status = http.StatusNoContent
	default:
		o.fail(answer, http.StatusMethodNotAllowed, "E0000022", methodNotAllowed)
	}
}

// serveToken reads or revokes a token.
func (o *Org) serveToken(answer *response, r *http.Request, app *app, tokenID string) {
	switch record := app.find(tokenID); {
	case record == nil:
		o.notFound(answer, tokenID, "OAuth2RefreshTokenTx")
	case r.Method == http.MethodGet:
		answer.json(gen.GetTokenSuccess, o.render(app, *record, baseURL(r), query(r, "expand") == "scope"))
	default:
		app.revoke(record)
		answer.status = gen.RevokeTokenSuccess
	}
}

func (o *Org) list(answer *response, r *http.Request, app *app) {
	limit, from := gen.ListTokensLimitDefault, 0
	if text := query(r, "limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			o.fail(answer, http.StatusBadRequest, "E0000037", "Type mismatch exception.")
			return
		}
		if n < gen.ListTokensLimitMinimum || n > gen.ListTokensLimitMaximum {
			o.fail(answer, http.StatusBadRequest, "E0000001", "Api validation failed: limit",
				fmt.Sprintf("limit: must be between %d and %d", gen.ListTokensLimitMinimum, gen.ListTokensLimitMaximum))
			return
		}
		limit = n
	}
	cursor, expand := query(r, "after"), query(r, "expand")
	if cursor != "" {
		position, ok := app.position(cursor)
		if !ok {
			o.fail(answer, http.StatusBadRequest, "E0000029", "Invalid paging request.")
			return
		}
		from = position
	}
	records, next := app.page(from, limit)
	tokens := make([]gen.Token, len(records))
	for i, record := range records {
		tokens[i] = o.render(app, record, baseURL(r), expand == "scope")
	}
	answer.json(gen.ListTokensSuccess, tokens)
	answer.self = pageURL(r, cursor, limit, expand)
	if next > 0 {
		answer.next = pageURL(r, app.cursor(next), limit, expand)
	}
}

// pageURL returns the URL of a page. Like Okta, it includes the limit even if that is the default.
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

// baseURL returns the org URL as the client sees it. A proxy that terminates TLS passes on the client's scheme in a
// header.
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

// query returns a parameter of the query. It accepts semicolons, which a cursor can contain and url.ParseQuery rejects.
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

func (o *Org) notFound(answer *response, id, kind string) {
	o.fail(answer, http.StatusNotFound, "E0000007", "Not found: Resource not found: "+id+" ("+kind+")")
}
