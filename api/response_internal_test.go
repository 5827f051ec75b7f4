package api

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"
)

// FuzzStatusError feeds whatever a server may send into an error, and checks what every error promises.
func FuzzStatusError(f *testing.F) {
	const credential = "00canary"
	f.Add(404, `{"errorCode":"E0000007","errorSummary":"Not found","errorLink":"E0000007","errorId":"oae1","errorCauses":[{"errorSummary":"x"}]}`, "")
	f.Add(401, "", `Bearer error="invalid_token", error_description="00canary is no token"`)
	f.Add(500, `{"errorCode":"E0000009","errorSummary":"Internal`, "")
	f.Add(502, "<html>00canary\x1b[31m</html>", "")
	f.Add(429, `{"errorCode":7,"errorSummary":["x"]}`, "DPoP")
	f.Add(400, `{"errorSummary":"`+"\u202e00canary\n"+`"}`, "")
	f.Fuzz(func(t *testing.T, status int, body, challenge string) {
		resp := &http.Response{
			StatusCode: status,
			Header:     http.Header{"Www-Authenticate": {challenge}, "X-Okta-Request-Id": {body}},
			Body:       io.NopCloser(strings.NewReader(body)),
			Request:    &http.Request{Header: http.Header{"Authorization": {"SSWS " + credential}}},
		}
		err := statusError(resp, 204)
		text := err.Error()
		if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }) {
			t.Errorf("not one printable line: %q", text)
		}
		if len(text) > 1100 {
			t.Errorf("%d bytes long: %q", len(text), text)
		}
		if strings.Contains(text+err.ErrorID+err.RequestID, credential) {
			t.Errorf("the credential is in %+v", *err)
		}
		if errors.Is(err, ErrNotFound) != (status == 404) {
			t.Errorf("status %d: ErrNotFound is %v", status, errors.Is(err, ErrNotFound))
		}
	})
}
