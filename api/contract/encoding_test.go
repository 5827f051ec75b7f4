package contract_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oktatest"
)

// compressed returns a body in gzip.
func compressed(t *testing.T, body string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A client that asks for gzip itself gets bodies that net/http leaves as they are.
func TestEncodedBodiesAreChecked(t *testing.T) {
	t.Parallel()
	const encodingHeader = "response header Content-Encoding"
	sixteen := strings.Repeat(" ", 16<<20-10) + `[{"id":7}]`
	good, bad := compressed(t, "["+recorded+"]"), compressed(t, `[{"id":7}]`)
	for name, test := range map[string]struct {
		encoding, body       string
		where, pointer, rule string // empty if there is no violation
	}{
		"gzip":                    {encoding: "gzip", body: good},
		"GZIP in capitals":        {encoding: "GZIP", body: good},
		"identity":                {encoding: "identity", body: "[]"},
		"gzip of a bad body":      {encoding: "gzip", body: bad, where: "response body", pointer: "/0/id", rule: "type"},
		"gzip in name only":       {encoding: "gzip", body: "[]", where: encodingHeader, rule: "encoding"},
		"gzip that ends early":    {encoding: "gzip", body: good[:len(good)/2], where: encodingHeader, rule: "encoding"},
		"another encoding":        {encoding: "br", body: "\x0b\x02", where: encodingHeader, rule: "encoding"},
		"gzip twice":              {encoding: "gzip, gzip", body: good, where: encodingHeader, rule: "encoding"},
		"gzip of 16 MiB":          {encoding: "gzip", body: compressed(t, sixteen), where: "response body", pointer: "/0/id", rule: "type"},
		"16 MiB":                  {encoding: "identity", body: sixteen, where: "response body", pointer: "/0/id", rule: "type"},
		"gzip too large to check": {encoding: "gzip", body: compressed(t, strings.Repeat(" ", 17<<20))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mock := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Encoding", test.encoding)
				page(test.body).ServeHTTP(w, r)
			})
			server := httptest.NewServer(mock)
			defer server.Close()
			req := newRequest(t, http.MethodGet, server.URL+"/api/v1/apps/0oa1/tokens")
			req.Header.Set("Accept-Encoding", "gzip, br")
			resp, err := contract.NewTransport(nil).RoundTrip(req)
			if test.rule != "" {
				checkViolation(t, err, test.where, test.pointer, test.rule)
				found := 0
				counting := contract.NewTransport(nil, contract.OnViolation(func(contract.Violation) { found++ }))
				if _, err := counting.RoundTrip(req); err != nil || found != 1 {
					t.Errorf("%v, %d violations, want 1", err, found)
				}
				if test.rule == "encoding" && !strings.Contains(err.Error(), `"`+test.encoding+`"`) {
					t.Errorf("the encoding is not named: %v", err)
				}
			} else if err != nil {
				t.Error(err)
			} else if body, err := io.ReadAll(resp.Body); err != nil || string(body) != test.body {
				t.Errorf("the body is not returned unchanged: %d bytes, %v", len(body), err)
			}
			// A mock that compresses whether or not the client accepts it.
			checked := httptest.NewServer(contract.Handler(mock))
			defer checked.Close()
			resp, err = http.Get(checked.URL + "/api/v1/apps/0oa1/tokens")
			if err != nil || (resp.StatusCode == 200) != (test.rule == "") {
				t.Errorf("Handler: %v, %v", resp, err)
			}
		})
	}
}

func TestCheckReadsWhatIsCompressedUnasked(t *testing.T) {
	t.Parallel()
	org := newOrg()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Accept-Encoding", "gzip")
		org.ServeHTTP(w, r)
	}))
	defer server.Close()
	report, err := contract.Check(t.Context(), contract.Target{
		URL: server.URL, AppID: "0oa1", Auth: api.APIToken(oktatest.DefaultAPIToken),
		HTTPClient: &http.Client{Transport: &http.Transport{DisableCompression: true}},
	})
	if err != nil || report.Count(contract.Failed) != 0 || report.Count(contract.Passed) != 23 {
		t.Errorf("%v, %+v", err, report)
	}
}

// net/http would take a body that is not what its encoding says for a connection that breaks.
func TestCheckNamesAnEncodingThatIsWrong(t *testing.T) {
	t.Parallel()
	whole := compressed(t, "["+recorded+"]")
	for name, body := range map[string]string{"plain": "[]", "truncated": whole[:len(whole)-20]} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(change{only: isList, response: ok(func(_ *http.Request, w *httptest.ResponseRecorder) {
				w.Header().Set("Content-Encoding", "gzip")
				w.Body = bytes.NewBufferString(body)
			})}.handler(newOrg()))
			defer server.Close()
			report, err := contract.Check(t.Context(), target(server.URL))
			if err != nil || report.Results[0].Outcome != contract.Failed || !strings.Contains(report.Results[0].Detail, "Content-Encoding") {
				t.Errorf("%v, %+v", err, report.Results[0])
			}
		})
	}
}
