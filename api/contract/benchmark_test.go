package contract_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/go-json-experiment/json"

	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// BenchmarkPage is what it costs to read and decode a page of 200 tokens, with the check and without.
func BenchmarkPage(b *testing.B) {
	resp, err := oktatest.New(oktatest.WithApp("0oa1", 200)).Transport().RoundTrip(request(b))
	if err != nil {
		b.Fatal(err)
	}
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	prepared := roundTripper(func(*http.Request) (*http.Response, error) {
		body := io.NopCloser(bytes.NewReader(page))
		return &http.Response{StatusCode: resp.StatusCode, Header: resp.Header, Body: body}, nil
	})
	transports := map[string]http.RoundTripper{"checked": contract.NewTransport(prepared), "unchecked": prepared}
	for name, transport := range transports {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				resp, err := transport.RoundTrip(request(b))
				if err != nil {
					b.Fatal(err)
				}
				var tokens []gen.Token
				if err := json.UnmarshalRead(resp.Body, &tokens); err != nil || len(tokens) != 200 {
					b.Fatal(len(tokens), err)
				}
			}
		})
	}
}

func request(b *testing.B) *http.Request {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, tokens+"?limit=200", nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+oktatest.DefaultAPIToken)
	return req
}
