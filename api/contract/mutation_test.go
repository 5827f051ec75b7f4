package contract_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oktatest"
)

// change is what a mutation does to a request before it is served, and to a response before it is sent.
type change struct {
	only     func(*http.Request) bool
	request  func(*http.Request)
	response func(*http.Request, *httptest.ResponseRecorder)
}

func (c change) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		original := r.Clone(r.Context())
		applies := c.only(original)
		if applies && c.request != nil {
			c.request(r)
		}
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		if applies && c.response != nil {
			c.response(original, recorder)
		}
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.Header().Del("Content-Length")
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
	})
}

// Which requests.

func method(method string, suffix string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == method && strings.HasSuffix(r.URL.RequestURI(), suffix) }
}

func isList(r *http.Request) bool {
	return r.Method == "GET" && strings.HasSuffix(r.URL.Path, "/0oa1/tokens")
}

func isPage(limit string) func(*http.Request) bool {
	return func(r *http.Request) bool { return isList(r) && r.URL.Query().Get("limit") == limit }
}

func isToken(verb string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		return r.Method == verb && strings.Contains(r.URL.Path, "/0oa1/tokens/oar") && !strings.Contains(r.URL.Path, "NoSuch")
	}
}

// after lets the first n requests of a kind pass.
func after(n int, only func(*http.Request) bool) func(*http.Request) bool {
	return func(r *http.Request) bool {
		if only(r) {
			n--
		}
		return only(r) && n < 0
	}
}

// What becomes of their responses.

type response = func(*http.Request, *httptest.ResponseRecorder)

// ok applies to successes alone.
func ok(change response) response {
	return func(r *http.Request, w *httptest.ResponseRecorder) {
		if w.Code == http.StatusOK {
			change(r, w)
		}
	}
}

// rewrite makes another body of one.
func rewrite(f func(string) string) response {
	return ok(func(_ *http.Request, w *httptest.ResponseRecorder) {
		w.Body = bytes.NewBufferString(f(w.Body.String()))
	})
}

// links makes other Link headers of some.
func links(f func([]string) []string) response {
	return ok(func(_ *http.Request, w *httptest.ResponseRecorder) { w.Header()["Link"] = f(w.Header()["Link"]) })
}

func body(old, new string) response {
	return func(_ *http.Request, w *httptest.ResponseRecorder) {
		w.Body = bytes.NewBuffer(bytes.Replace(w.Body.Bytes(), []byte(old), []byte(new), 1))
	}
}

// field sets a property of the last token of a page, or of the token.
func field(name string, value any) response {
	return ok(func(_ *http.Request, w *httptest.ResponseRecorder) {
		var tokens []map[string]any
		one := w.Body.Bytes()[0] == '{'
		if one {
			w.Body = bytes.NewBufferString("[" + w.Body.String() + "]")
		}
		if err := json.Unmarshal(w.Body.Bytes(), &tokens); err != nil {
			panic(err)
		}
		last := tokens[len(tokens)-1]
		if last[name] = value; value == nil {
			delete(last, name)
		}
		encoded, err := json.Marshal(tokens)
		if err != nil {
			panic(err)
		}
		if one {
			encoded = encoded[1 : len(encoded)-1]
		}
		w.Body = bytes.NewBuffer(encoded)
	})
}

func whole(status int, contentType, body string) response {
	return func(_ *http.Request, w *httptest.ResponseRecorder) {
		w.Code, w.Body = status, bytes.NewBufferString(body)
		w.Header().Set("Content-Type", contentType)
	}
}

func status(code int) response {
	return func(_ *http.Request, w *httptest.ResponseRecorder) { w.Code = code }
}

func header(name, value string) response {
	return func(_ *http.Request, w *httptest.ResponseRecorder) {
		if w.Header().Del(name); value != "" {
			w.Header().Set(name, value)
		}
	}
}

// next rewrites the next link, which becomes none if it is empty.
func next(rewrite func(r *http.Request, target string) string) response {
	return ok(func(r *http.Request, w *httptest.ResponseRecorder) {
		lines := w.Header().Values("Link")
		self, target := lines[0], ""
		if len(lines) > 1 {
			target = strings.TrimSuffix(strings.TrimPrefix(lines[1], "<"), `>; rel="next"`)
		}
		w.Header().Set("Link", self)
		if target = rewrite(r, target); target != "" {
			w.Header().Add("Link", "<"+target+`>; rel="next"`)
		}
	})
}

func query(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		q := r.URL.Query()
		if q.Set(name, value); value == "" {
			q.Del(name)
		}
		r.URL.RawQuery = q.Encode()
	}
}

func authorize(value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", value) }
}

const errorObject = `{"errorCode":"E0000009","errorSummary":"x","errorLink":"x","errorId":"x","errorCauses":[]}`

// Each mutation of a good server is caught by the probe that should catch it, and by no other.
func TestMutationsAreCaught(t *testing.T) {
	t.Parallel()
	unauthorized := func(r *http.Request) bool { return r.Header.Get("Authorization") == "" }
	wrong := func(r *http.Request) bool { return strings.Contains(r.Header.Get("Authorization"), "NoSuch") }
	denied := func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer denied" }
	noApp := func(r *http.Request) bool { return strings.Contains(r.URL.Path, "NoSuchApp") }
	noToken := func(r *http.Request) bool { return strings.Contains(r.URL.Path, "NoSuchToken") }
	good := "SSWS " + oktatest.DefaultAPIToken
	tests := map[string]struct {
		change
		probe string
	}{
		"an ID that is a number":        {change{only: isList, response: field("id", 7)}, "list"},
		"a token without an ID":         {change{only: isList, response: field("id", nil)}, "list"},
		"an ID of ..":                   {change{only: isList, response: field("id", "..")}, "list"},
		"an ID in capitals":             {change{only: isList, response: rewrite(func(s string) string { return strings.ReplaceAll(s, `"id":"oar`, `"ID":"oar`) })}, "list"},
		"tokens of another app":         {change{only: isList, response: rewrite(func(s string) string { return strings.ReplaceAll(s, "/0oa1/tokens/", "/0oaOther/tokens/") })}, "own tokens"},
		"scopes of another kind":        {change{only: isList, response: rewrite(func(s string) string { return strings.ReplaceAll(s, `"name":"openid"`, `"name":"email"`) })}, "expand"},
		"no links where pages are full": {change{only: isPage("20"), response: ok(header("Link", ""))}, "pages of 20"},
		"empty pages without end":       {change{only: isPage("200"), response: endless}, "pages of 200"},
		"tokens that are made up":       {change{only: isPage("1"), response: rewrite(func(s string) string { return strings.Replace(s, `"id":"oar`, `"id":"oax`, 1) })}, "pages of 1"},
		"a revocation of all":           {change{only: isToken("DELETE"), request: func(r *http.Request) { r.URL.Path = "/api/v1/apps/0oa1/tokens" }}, "revoke one"},
		"a status that is not known":    {change{only: isList, response: field("status", "ASLEEP")}, "list"},
		"a date without a time":         {change{only: isList, response: field("created", "2026-11-24")}, "list"},
		"a date that is a number":       {change{only: isList, response: field("expiresAt", 1795521600)}, "list"},
		"scopes in one string":          {change{only: isList, response: field("scopes", "openid offline_access")}, "list"},
		"null for a user":               {change{only: isList, response: ok(body(`"userId":"`, `"userId":null,"x":"`))}, "list"},
		"a self link without a target":  {change{only: isList, response: field("_links", map[string]any{"self": map[string]any{}})}, "list"},
		"a list in an object":           {change{only: isList, response: rewrite(func(s string) string { return `{"tokens":` + s + "}" })}, "list"},
		"half a list":                   {change{only: isList, response: rewrite(func(s string) string { return s[:len(s)/2] })}, "list"},
		"a login page":                  {change{only: isList, response: ok(whole(200, "text/html", "<html>"))}, "list"},
		"JSON that is called text":      {change{only: isList, response: ok(header("Content-Type", "text/plain"))}, "list"},
		"another success":               {change{only: isList, response: ok(status(203))}, "list"},
		"a redirect":                    {change{only: isList, response: ok(whole(302, "text/html", ""))}, "list"},
		"a default page that is large":  {change{only: isPage(""), request: query("limit", "200")}, "default page"},
		"no Link":                       {change{only: isPage(""), response: ok(header("Link", ""))}, "self link"},
		"no self link":                  {change{only: isPage(""), response: links(func(l []string) []string { return l[1:] })}, "self link"},
		"a next link on the last page":  {change{only: isPage("200"), response: next(func(r *http.Request, _ string) string { return r.URL.RequestURI() })}, "pages of 200"},
		"a body that is bad on page 2":  {change{only: after(1, isPage("20")), response: field("id", 7)}, "pages of 20"},
		"no next link":                  {change{only: isPage("20"), response: next(func(*http.Request, string) string { return "" })}, "pages of 20"},
		"a next link to another host": {change{only: isPage("20"), response: next(func(_ *http.Request, target string) string {
			return strings.Replace(target, "127.0.0.1", "evil.example", 1)
		})}, "pages of 20"},
		"a next link to another path":   {change{only: isPage("20"), response: next(func(_ *http.Request, target string) string { return strings.Replace(target, "/tokens", "/users", 1) })}, "pages of 20"},
		"two next links":                {change{only: isPage("20"), response: links(func(l []string) []string { return append(l, `</other>; rel="next"`) })}, "pages of 20"},
		"a cursor that is ignored":      {change{only: isPage("20"), request: query("after", "")}, "pages of 20"},
		"a token that is left out":      {change{only: isPage("20"), response: rewrite(withoutFirst)}, "pages of 20"},
		"a limit that is ignored":       {change{only: isPage("1"), request: query("limit", "2")}, "pages of 1"},
		"expand that is ignored":        {change{only: isList, request: query("expand", "")}, "expand"},
		"expand that is forgotten":      {change{only: isList, response: next(func(_ *http.Request, target string) string { return strings.Replace(target, "&expand=scope", "", 1) })}, "expand on"},
		"another token":                 {change{only: isToken("GET"), response: field("id", "oarOther")}, "get"},
		"a token with a bad field":      {change{only: isToken("GET"), response: field("clientId", false)}, "get"},
		"a token in a list":             {change{only: isToken("GET"), response: rewrite(func(s string) string { return "[" + s + "]" })}, "get"},
		"a token that does not expand":  {change{only: isToken("GET"), request: query("expand", "")}, "get, expand"},
		"no credential is good":         {change{only: unauthorized, request: authorize(good)}, "no credential"},
		"any credential is good":        {change{only: wrong, request: authorize(good)}, "wrong credential"},
		"a wrong credential is 403":     {change{only: wrong, response: status(403)}, "wrong credential"},
		"no rights are good":            {change{only: denied, request: authorize(good)}, "denied"},
		"an unknown app is empty":       {change{only: noApp, response: whole(200, "application/json", "[]")}, "unknown app"},
		"an unknown app is a bad path":  {change{only: noApp, response: body("E0000007", "E0000008")}, "unknown app"},
		"an unknown token is forbidden": {change{only: method("GET", "/oarNoSuchTokenHere00"), response: status(403)}, "unknown token"},
		"a limit of 0 is not found":     {change{only: isPage("0"), response: status(404)}, "limit of 0"},
		"a limit of 201 is forbidden":   {change{only: isPage("201"), response: status(403)}, "limit of 201"},
		"a limit of text is good":       {change{only: isPage("many"), request: query("limit", "")}, "limit of text"},
		"any cursor is good":            {change{only: method("GET", "noSuchCursor"), request: query("after", "")}, "bad cursor"},
		"any method is good":            {change{only: method("POST", ""), request: func(r *http.Request) { r.Method = "GET" }}, "other method"},
		"another method is not found":   {change{only: method("POST", ""), response: status(404)}, "other method"},
		"an error in HTML":              {change{only: noApp, response: whole(404, "text/html", "<html>")}, "error objects"},
		"an error code that is 7":       {change{only: noApp, response: body(`"E0000007"`, "7")}, "error objects"},
		"an error without an id":        {change{only: noApp, response: body("errorId", "errorID")}, "error objects"},
		"causes in an object":           {change{only: noApp, response: body("[]", "{}")}, "error objects"},
		"an error without a body":       {change{only: noApp, response: whole(404, "application/json", "")}, "error objects"},
		"no rate limit":                 {change{only: isToken("GET"), response: header("X-Rate-Limit-Limit", "")}, "rate limit"},
		"a negative rest":               {change{only: isToken("GET"), response: header("X-Rate-Limit-Remaining", "-1")}, "rate limit"},
		"more left than there was":      {change{only: isToken("GET"), response: header("X-Rate-Limit-Remaining", "99999999")}, "rate limit"},
		"a reset in milliseconds":       {change{only: isToken("GET"), response: header("X-Rate-Limit-Reset", "1795521600000")}, "rate limit"},
		"a reset that is a wait":        {change{only: isToken("GET"), response: header("X-Rate-Limit-Reset", "59")}, "rate limit"},
		"no request id":                 {change{only: isToken("GET"), response: header("X-Okta-Request-Id", "")}, "request id"},
		"one request id for all":        {change{only: isToken("GET"), response: header("X-Okta-Request-Id", "1")}, "request id"},
		"200 for a revocation":          {change{only: isToken("DELETE"), response: whole(200, "application/json", "{}")}, "revoke"},
		"202 for a revocation":          {change{only: isToken("DELETE"), response: status(202)}, "revoke"},
		"a revocation that is not one":  {change{only: isToken("DELETE"), request: func(r *http.Request) { r.URL.Path = "/api/v1/apps/0oaOther/tokens" }}, "get revoked"},
		"400 for another revocation":    {change{only: after(1, isToken("DELETE")), response: whole(400, "application/json", errorObject)}, "revoke again"},
		"403 for an unknown token":      {change{only: func(r *http.Request) bool { return noToken(r) && r.Method == "DELETE" }, response: status(403)}, "revoke unknown"},
		"200 for revoking all":          {change{only: method("DELETE", "/tokens"), response: whole(200, "application/json", "{}")}, "revoke all"},
		"404 for revoking none":         {change{only: after(1, method("DELETE", "/tokens")), response: whole(404, "application/json", errorObject)}, "revoke all again"},
		"null for no tokens":            {change{only: isList, response: ok(body("[]", "null"))}, "list none"},
		"a next link of nothing":        {change{only: isList, response: ok(nextOfNone)}, "list none"},
	}
	if len(tests) < 25 {
		t.Fatalf("%d mutations", len(tests))
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := oktatest.New(oktatest.WithApp("0oa1", 25), oktatest.WithApp("0oaOther", 0), oktatest.WithBearerToken("denied", "okta.users.read"))
			server := httptest.NewServer(test.handler(org))
			defer server.Close()
			report, err := contract.Check(t.Context(), target(server.URL))
			if err != nil {
				t.Fatal(err)
			}
			var failed []string
			for _, result := range report.Results {
				if result.Outcome == contract.Failed {
					failed = append(failed, result.Probe)
					t.Logf("%s: %s", result.Probe, result.Detail)
				}
			}
			if !slices.Equal(failed, []string{test.probe}) {
				t.Errorf("caught by %q, want %q", failed, test.probe)
			}
		})
	}
}

// endless is an empty page that leads to another one.
func endless(r *http.Request, w *httptest.ResponseRecorder) {
	w.Code, w.Body = http.StatusOK, bytes.NewBufferString("[]")
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Link", `<`+r.URL.Path+`?limit=200>; rel="self"`)
	w.Header().Add("Link", `<`+r.URL.Path+`?limit=200&after=x`+r.URL.Query().Get("after")+`>; rel="next"`)
}

// withoutFirst takes the first token out of a page.
func withoutFirst(page string) string {
	var tokens []json.RawMessage
	if err := json.Unmarshal([]byte(page), &tokens); err != nil {
		panic(err)
	}
	encoded, err := json.Marshal(tokens[1:])
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// nextOfNone adds a next link to an empty page.
func nextOfNone(_ *http.Request, w *httptest.ResponseRecorder) {
	if w.Body.String() == "[]" {
		w.Header().Add("Link", `</api/v1/apps/0oa1/tokens?after=x>; rel="next"`)
	}
}
