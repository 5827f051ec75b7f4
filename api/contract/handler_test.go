package contract_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"

	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oktatest"
)

// serve sends one request to a handler over a connection.
func serve(t *testing.T, handler http.Handler, method, path string) (*http.Response, string, error) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	resp, err := server.Client().Do(newRequest(t, method, server.URL+path))
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp, string(body), err
}

// page answers with a page and all headers that the contract wants.
func page(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range map[string]string{
			"Content-Type": "application/json", "Link": "<x>; rel=self", "X-Okta-Request-Id": "1",
			"X-Rate-Limit-Limit": "1", "X-Rate-Limit-Remaining": "1", "X-Rate-Limit-Reset": "1",
		} {
			w.Header().Set(name, value)
		}
		_, _ = io.WriteString(w, body)
	})
}

func TestHandlerHoldsAServerToTheContract(t *testing.T) {
	t.Parallel()
	const tokens = "/api/v1/apps/0oa1/tokens"
	huge := "[" + strings.Repeat(" ", 17<<20) + "]"
	tests := map[string]struct {
		handler      http.Handler
		method, path string
		status       int
		says         string
	}{
		"a good page":            {page("[]"), "GET", tokens, 200, "[]"},
		"a bad page":             {page(`[{"id":7}]`), "GET", tokens, 501, "response body /0/id"},
		"a page with a bad link": {faulty(oktatest.MalformedLink()), "GET", tokens, 501, "response header Link: link"},
		"a page without headers": {http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), "GET", tokens, 501,
			"response header"},
		"another method, accepted": {page("[]"), "POST", tokens, 501, "unsupported method: response status"},
		"another method, accepted without a body": {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNoContent)
		}), "POST", tokens, 501, "unsupported method: response status"},
		"another method, refused":   {oktatest.New(oktatest.WithApp("0oa1", 1)), "PUT", tokens, 405, "E0000022"},
		"what the contract has not": {page("anything"), "GET", "/healthz", 200, "anything"},
		"a bad request, refused":    {oktatest.New(oktatest.WithApp("0oa1", 1)), "GET", tokens + "?limit=0", 400, "E0000001"},
		"a change of mind":          {late(page("[]")), "GET", tokens, 200, "[]"},
		"early hints":               {early(page("[]")), "GET", tokens, 200, "[]"},
		"compression":               {compressing(page("[]")), "GET", tokens, 200, "[]"},
		"a question of CORS":        {page(""), "OPTIONS", tokens, 200, ""},
		"a question without a body": {page(""), "HEAD", tokens, 200, ""},
		"a page too large to check": {inPieces("[", huge[1:]), "GET", tokens, 200, "]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, body, err := serve(t, contract.Handler(test.handler), test.method, test.path)
			if err != nil || resp.StatusCode != test.status || !strings.Contains(body, test.says) {
				t.Errorf("%v, %.300q, want %d and %q", err, body, test.status, test.says)
			}
			if test.status == http.StatusNotImplemented && resp.Header.Get("Content-Type") != "application/json" {
				t.Errorf("the violation is sent as %q", resp.Header.Get("Content-Type"))
			}
			if id := resp.Header.Get("X-Okta-Request-Id"); name == "a bad page" && id != "1" {
				t.Errorf("the violation is sent with the request id %q", id)
			}
			if name == "a page too large to check" && body != huge {
				t.Errorf("%d bytes of %d", len(body), len(huge))
			}
		})
	}
}

// inPieces answers with a page that it writes in several pieces.
func inPieces(pieces ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for i, piece := range pieces {
			if i == 0 {
				page(piece).ServeHTTP(w, r)
				continue
			}
			_, _ = io.WriteString(w, piece)
		}
	})
}

// faulty is an org with which something goes wrong.
func faulty(fault oktatest.Fault) http.Handler {
	org := oktatest.New(oktatest.WithApp("0oa1", 1))
	org.Inject(fault)
	return org
}

// early sends a hint before the response.
func early(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Okta-Request-Id", "1")
		w.WriteHeader(http.StatusEarlyHints)
		next.ServeHTTP(w, r)
	})
}

// late changes the header and the status once the body has begun, which is too late.
func late(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		w.Header().Del("Link")
		w.WriteHeader(http.StatusInternalServerError)
	})
}

// compressing sends gibberish to whoever takes gzip.
func compressing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "" {
			page("\x1f\x8b").ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func TestHandlerReportsAndLetsPass(t *testing.T) {
	t.Parallel()
	var reported []string
	handler := contract.Handler(page(`[{"id":7,"new":true}]`),
		contract.OnViolation(func(v contract.Violation) { reported = append(reported, v.Pointer) }),
		contract.OnUnknown(func(v contract.Violation) { reported = append(reported, v.Pointer) }))
	resp, body, err := serve(t, handler, "GET", "/api/v1/apps/0oa1/tokens")
	if err != nil || resp.StatusCode != http.StatusOK || body != `[{"id":7,"new":true}]` ||
		strings.Join(reported, " ") != "/0/new /0/id" {
		t.Errorf("%v, %q, reported %q", err, body, reported)
	}
}

func TestHandlerLetsConnectionsBreak(t *testing.T) {
	t.Parallel()
	faults := map[string]oktatest.Fault{"before": oktatest.DropBefore(), "in the body": oktatest.CutBody()}
	for name, fault := range faults {
		org := oktatest.New(oktatest.WithApp("0oa1", 3))
		org.Inject(fault.Forever())
		if _, body, err := serve(t, contract.Handler(org), "GET", "/api/v1/apps/0oa1/tokens"); err == nil {
			t.Errorf("%s: no error, but %q", name, body)
		}
	}
}

// What was written before a panic is sent once, and nothing, not even a status, if there was nothing.
func TestHandlerLetsPanicsPass(t *testing.T) {
	t.Parallel()
	for name, pieces := range map[string][]string{
		"before the response":              nil,
		"in the response":                  {"[", "{"},
		"in a response too large to check": {"[", strings.Repeat(" ", 17<<20)},
	} {
		sent := httptest.NewRecorder()
		func() {
			defer func() {
				if reason := recover(); reason != http.ErrAbortHandler {
					t.Errorf("%s: the panic became %v", name, reason)
				}
			}()
			contract.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				inPieces(pieces...).ServeHTTP(w, r)
				panic(http.ErrAbortHandler)
			})).ServeHTTP(sent, newRequest(t, "GET", tokens))
		}()
		if want := strings.Join(pieces, ""); sent.Body.String() != want || sent.Flushed != (want != "") {
			t.Errorf("%s: sent %d bytes of %d, flushed: %v", name, sent.Body.Len(), len(want), sent.Flushed)
		}
	}
}

// A handler around the check may compress, and sees the header as the checked one leaves it.
func TestHandlerFitsBetweenOthers(t *testing.T) {
	t.Parallel()
	checked := contract.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Del("X-Draft")
		page("[]").ServeHTTP(w, r)
	}))
	req, sent := newRequest(t, "GET", tokens), httptest.NewRecorder()
	req.Header.Set("Accept-Encoding", "gzip")
	sent.Header().Set("X-Draft", "yes")
	checked.ServeHTTP(sent, req)
	if req.Header.Get("Accept-Encoding") != "gzip" || sent.Header().Get("X-Draft") != "" || sent.Body.String() != "[]" {
		t.Errorf("request header %v, response %v %q", req.Header, sent.Header(), sent.Body)
	}
}

func TestHandlerPassesHintsOn(t *testing.T) {
	t.Parallel()
	hint := ""
	trace := &httptrace.ClientTrace{Got1xxResponse: func(code int, header textproto.MIMEHeader) error {
		hint = fmt.Sprint(code, " ", header.Get("X-Okta-Request-Id"))
		return nil
	}}
	server := httptest.NewServer(contract.Handler(early(page("[]"))))
	defer server.Close()
	req := newRequest(t, "GET", server.URL+"/api/v1/apps/0oa1/tokens")
	resp, err := server.Client().Do(req.WithContext(httptrace.WithClientTrace(t.Context(), trace)))
	if err != nil || resp.StatusCode != http.StatusOK || hint != "103 1" {
		t.Errorf("%v, %v, hint %q", resp, err, hint)
	}
}
