package api_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// FuzzError feeds whatever a server may send into an error, and checks what every error promises.
func FuzzError(f *testing.F) {
	const credential = oktatest.DefaultAPIToken
	f.Add(404, `{"errorCode":"E0000007","errorSummary":"Not found","errorLink":"E0000007","errorId":"oae1","errorCauses":[{"errorSummary":"x"}]}`, "")
	f.Add(401, "", `Bearer error="invalid_token", error_description="`+credential+` is not a token"`)
	f.Add(401, "", `Bearer error="`+credential+`"`)
	f.Add(500, `{"errorCode":"E0000009","errorSummary":"Internal`, "")
	f.Add(502, "<html>"+credential+"\x1b[31m</html>", "")
	f.Add(429, `{"errorCode":7,"errorSummary":["x"]}`, "DPoP")
	f.Add(400, `{"errorSummary":"`+"\u202e"+credential+"\n"+`"}`, "")
	f.Fuzz(func(t *testing.T, status int, body, challenge string) {
		if status == http.StatusOK {
			return
		}
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode: status,
				Header:     http.Header{"Www-Authenticate": {challenge}, "X-Okta-Request-Id": {body}},
				Body:       io.NopCloser(strings.NewReader(body)),
			}, nil
		}), api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
		_, err := client.Get(t.Context(), appID, "oar1")
		failure, ok := errors.AsType[*api.Error](err)
		if !ok {
			t.Fatalf("status %d: got %v, want an *api.Error", status, err)
		}
		text := failure.Error()
		if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }) {
			t.Errorf("not one printable line: %q", text)
		}
		if len(text) > 1100 {
			t.Errorf("%d bytes long: %q", len(text), text)
		}
		if fields := fmt.Sprintf("%+v", *failure); strings.Contains(text+fields, credential) {
			t.Errorf("the credential is in %q or in %s", text, fields)
		}
		if errors.Is(err, api.ErrNotFound) != (status == http.StatusNotFound) {
			t.Errorf("status %d: ErrNotFound is %v", status, errors.Is(err, api.ErrNotFound))
		}
	})
}
