package main

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"example.com/apptokens/api/oktatest"
)

// secret matches how any credential of a run begins: the API token, access tokens, assertions and proofs.
var secret = regexp.MustCompile(regexp.QuoteMeta(oktatest.DefaultAPIToken) + `|access-token-|eyJhbGci`)

// scan checks that a text contains no credential.
func (s *soak) scan(text string) {
	if secret.MatchString(text) {
		s.complain(fmt.Errorf("a credential is in %q", text))
	}
}

// Write checks a log, which nobody else reads.
func (s *soak) Write(line []byte) (int, error) {
	s.scan(string(line))
	return len(line), nil
}

// methods are those of the requests that are sent: POST for an access token.
var methods = []string{http.MethodGet, http.MethodDelete, http.MethodPost}

// echoes are responses that repeat a credential of the request, each where an error or a log line may quote it.
var echoes = []string{
	"HTTP/1.1 400 %s\nX-Okta-Request-Id: %[1]s\n\n" +
		`{"errorCode":"%[1]s","errorSummary":"%[1]s","errorId":"%[1]s","errorCauses":[{"errorSummary":"%[1]s"}]}`,
	"HTTP/1.1 503 %s\nX-Okta-Request-Id: %[1]s\n\n" + `{"errorCode":"E0000010","errorSummary":"%[1]s"}`,
	"HTTP/1.1 401 %s\n\n" + `{"error":"%[1]s","error_description":"%[1]s"}`,
	"HTTP/1.1 401 %s\nWWW-Authenticate: Bearer error=\"%[1]s\", error_description=\"%[1]s\"\n\n",
	"HTTP/1.1 403 %s\nContent-Type: %[1]s\n\n",
	"HTTP/1.1 302 %s\nLocation: https://%[1]s/%[1]s\n\n",
	"HTTP/1.1 200 %s\nContent-Type: %[1]s\n\n[]",
	"HTTP/1.1 200 %s\nContent-Type: application/json\nLink: <https://%[1]s/>; rel=next\n\n[]",
	"HTTP/1.1 200 %s\nContent-Type: application/json\nLink: <%[1]s\n\n" +
		`{"id":"%[1]s","access_token":"access-token-echoed","token_type":"%[1]s"}`,
	"HTTP/1.1 200 OK\nContent-Type: application/json\nTransfer-Encoding: chunked\n\n2\n[]\n0\nno trailer %s\n\n",
	"HTTP/1.1 %s\n\n",
	"HTTP/1.1 500 Oops\n%s\n\n",
	"HTTP/1.1 500 Oops\nTransfer-Encoding: %s\n\n",
}

// echo returns a raw response that repeats a credential of the request, or "" if none is due.
func (s *soak) echo(r *http.Request) string {
	var n int
	select {
	case n = <-s.dueEchoes[r.Method]:
	default:
		return ""
	}
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	sent := []string{credential, r.Header.Get("DPoP"), r.PostFormValue("client_assertion")}
	sent = slices.DeleteFunc(sent, func(text string) bool { return text == "" })
	repeated := sent[n/len(echoes)%len(sent)]
	if !secret.MatchString(repeated) {
		s.complain(fmt.Errorf("a credential of a new form, which scan would miss: %q", repeated))
	}
	return fmt.Sprintf(strings.ReplaceAll(echoes[n%len(echoes)], "\n", "\r\n"), repeated)
}

// ServeHTTP is the org over sockets.
func (s *soak) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw := s.echo(r)
	if raw == "" {
		s.org.ServeHTTP(w, r)
		return
	}
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err) // it is HTTP/1.1
	}
	defer connection.Close()
	_, _ = io.WriteString(connection, raw)
}
