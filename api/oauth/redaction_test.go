package oauth_test

import (
	"bufio"
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oauth"
)

// A response that is not a usable grant may contain an access token all the same, and repeat it anywhere.
func TestNoErrorShowsAGrantedToken(t *testing.T) {
	t.Parallel()
	const repeated = "\r\nX-Okta-Request-Id: r-granted-canary\r\nContent-Type: text/granted-canary\r\n\r\n"
	const refusal = `{"access_token":"granted-canary","error":"granted-canary","error_description":"no granted-canary"}`
	tests := map[string]struct{ response, says string }{
		"201":                {"HTTP/1.1 201 Created" + repeated + refusal, "want status 200"},
		"302":                {"HTTP/1.1 302 Found" + repeated + refusal, "redirects are not followed"},
		"400":                {"HTTP/1.1 400 Bad Request" + repeated + refusal, "400 Bad Request: [redacted]: no [redacted] (request "},
		"400 without a code": {"HTTP/1.1 400 Bad Request" + repeated + `{"access_token":"granted-canary"}`, "content type"},
		"500":                {"HTTP/1.1 500 Oops" + repeated + refusal, "500 Internal Server Error: "},
		"500 in HTML": {"HTTP/1.1 500 Oops" + repeated + `<pre>{ "access_token" : "granted-canary" }</pre>`,
			"not a token endpoint's error object"},
		"error object of Okta's": {"HTTP/1.1 403 Forbidden" + repeated +
			`{"errorCode":"E1","errorSummary":"granted-canary","grant":{"access_token":"granted-canary"}}`, "E1: [redacted]"},
		"the key is a value, too": {"HTTP/1.1 400 Bad Request" + repeated +
			`{"error":"access_token","error_description":"granted-canary","access_token":"granted-canary"}`, ": access_token: "},
		"200 with another token type": {"HTTP/1.1 200 OK" + repeated +
			`{"access_token":"granted-canary","token_type":"granted-canary"}`, "token type"},
		"200 with a token type that is not a string": {"HTTP/1.1 200 OK" + repeated +
			`{"access_token":"granted-canary","token_type":5}`, "not a token response"},
		"200 with a key in capitals": {"HTTP/1.1 200 OK" + repeated +
			`{"ACCESS_TOKEN":"granted-canary","token_type":"MAC"}`, "token type"},
		"200 with two tokens": {"HTTP/1.1 200 OK" + repeated +
			`{"access_token":"granted-canary","access_token":"b","token_type":"MAC"}`, "token type"},
		"200 with two values that are no tokens": {"HTTP/1.1 200 OK" + repeated +
			`{,"access_token":null,"access_token":5,"access_token":"granted-canary"}`, "not a token response"},
		"200 that is not JSON":       {"HTTP/1.1 200 OK" + repeated + `{,"access_token":"granted-canary",`, "not a token response"},
		"200 cut after the token":    {cut(repeated, `{"access_token":"granted-canary","tok`), "ended early"},
		"200 cut within the token":   {cut(repeated, `{"access_token":"gran`), "ended early"},
		"200 with a harmless header": {cut("\r\nX-Okta-Request-Id: r1\r\n\r\n", `{"access_token":"gran`), "(request r1)"},
		"escapes": {"HTTP/1.1 200 OK\r\nX-Okta-Request-Id: \"granted/canary\r\n\r\n" +
			`{"access_token":"\"granted\/\u0063anary","token_type":"\"granted\/canary"}`, `token type is "[redacted]"`},
		"escapes, repeated as they are": {"HTTP/1.1 200 OK\r\nX-Okta-Request-Id: granted\\/canary\r\n\r\n" +
			`{"access_token":"granted\/canary","token_type":5}`, "(request [redacted])"},
		"an empty token": {"HTTP/1.1 200 OK\r\nX-Okta-Request-Id: r1\r\n\r\n" + `{"access_token":""}`, "(request r1)"},
		"malformed trailer": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
			"21\r\n{\"access_token\":\"granted-canary\"}\r\n0\r\nno trailer granted-canary\r\n\r\n", "ended early"},
		"a body without a status line": {`{"access_token":"granted-canary"}` + "\r\n\r\n", "malformed HTTP response"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport := roundTripper(func(req *http.Request) (*http.Response, error) {
				return http.ReadResponse(bufio.NewReader(strings.NewReader(test.response)), req)
			})
			var log bytes.Buffer
			logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			err := authorize(t.Context(), newServiceApp(t, transport, key(),
				oauth.WithLogger(logger), oauth.WithRetry(api.RetryPolicy{MaxAttempts: 1})))
			checkError(t, err, nil, test.says)
			if log.Len() == 0 {
				t.Error("nothing is logged")
			}
			for _, shown := range []string{fmt.Sprintf("%v %+v", err, *err.(*oauth.Error)), log.String()} {
				if strings.Contains(shown, "canary") {
					t.Errorf("the token is shown: %s", shown)
				}
			}
		})
	}
}

// cut returns a response whose body is shorter than its header says.
func cut(header, body string) string {
	return "HTTP/1.1 200 OK\r\nContent-Length: 2000" + header + body
}
