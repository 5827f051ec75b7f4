package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"example.com/apptokens/gen"
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
		r.Header.Del("Accept-Encoding") // so that the body is easy to change
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

// The requests to change.

func method(method string, suffix string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == method && strings.HasSuffix(r.URL.RequestURI(), suffix) }
}

func isList(r *http.Request) bool {
	return r.Method == "GET" && strings.HasSuffix(r.URL.Path, "/0oa1/tokens")
}

func isPage(limit any) func(*http.Request) bool {
	return func(r *http.Request) bool { return isList(r) && r.URL.Query().Get("limit") == fmt.Sprint(limit) }
}

func isExpandedPage(r *http.Request) bool {
	return isPage(1)(r) && r.URL.Query().Get("expand") == "scope"
}

func isToken(verb string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		return r.Method == verb && strings.Contains(r.URL.Path, "/0oa1/tokens/oar") && !strings.Contains(r.URL.Path, "NoSuch")
	}
}

// isRevoked is a read of the token that was revoked first.
func isRevoked() func(*http.Request) bool {
	path := ""
	return func(r *http.Request) bool {
		if path == "" && isToken("DELETE")(r) {
			path = r.URL.Path
		}
		return r.Method == "GET" && r.URL.Path == path
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

// How their responses change.

type response = func(*http.Request, *httptest.ResponseRecorder)

// ok applies only to successes.
func ok(change response) response {
	return func(r *http.Request, w *httptest.ResponseRecorder) {
		if w.Code == http.StatusOK {
			change(r, w)
		}
	}
}

// rewrite replaces the body.
func rewrite(f func(string) string) response {
	return ok(func(_ *http.Request, w *httptest.ResponseRecorder) {
		w.Body = bytes.NewBufferString(f(w.Body.String()))
	})
}

// links replaces the Link headers.
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
		if len(tokens) == 0 { // all are revoked
			return
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

// next rewrites the next link, and removes it if it is then empty.
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

// repeatFirst puts the first token of a page in the place of the second one.
func repeatFirst(page string) string {
	var tokens []json.RawMessage
	if err := json.Unmarshal([]byte(page), &tokens); err != nil {
		panic(err)
	}
	if len(tokens) > 1 { // not all are revoked
		tokens[1] = tokens[0]
	}
	encoded, err := json.Marshal(tokens)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// circle is an empty page of two that lead to each other.
func circle(r *http.Request, w *httptest.ResponseRecorder) {
	endless(r, w)
	other := map[string]string{"x": "y"}[r.URL.Query().Get("after")]
	if other == "" {
		other = "x"
	}
	w.Header()["Link"][1] = `<` + r.URL.Path + `?limit=200&after=` + other + `>; rel="next"`
}

// differAndBreak takes a token out of the default pages, and then breaks the largest ones.
func differAndBreak() response {
	differs := false
	return func(r *http.Request, w *httptest.ResponseRecorder) {
		switch {
		case isPage(gen.ListTokensLimitDefault)(r):
			differs = true
			rewrite(withoutFirst)(r, w)
		case differs && isPage(gen.ListTokensLimitMaximum)(r):
			field("id", 7)(r, w)
		}
	}
}

// resurrect answers an empty page with a token that was listed before.
func resurrect() response {
	token := "[]"
	return rewrite(func(page string) string {
		if page == "[]" {
			return token
		}
		var tokens []json.RawMessage
		if err := json.Unmarshal([]byte(page), &tokens); err != nil {
			panic(err)
		}
		token = "[" + string(tokens[0]) + "]"
		return page
	})
}
