package oktatest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/apptokens/api/internal/jws"
	"example.com/apptokens/api/internal/retry"
)

// response is what the org is about to send. A fault may change it.
type response struct {
	status int
	header http.Header
	body   []byte

	self, next string // links; next is empty on the last page

	dropped bool          // the connection breaks before the first byte
	cut     bool          // the connection breaks in the middle of the body
	pause   time.Duration // in the middle of the body
}

// complete adds the headers that depend on the links and on the body.
func (answer *response) complete() {
	if answer.self != "" {
		answer.header.Add("Link", "<"+answer.self+`>; rel="self"`)
	}
	if answer.next != "" {
		answer.header.Add("Link", "<"+answer.next+`>; rel="next"`)
	}
	if answer.status != http.StatusNoContent {
		answer.header.Set("Content-Length", strconv.Itoa(len(answer.body)))
	}
}

// half returns the first half of the body.
func (answer *response) half() []byte { return answer.body[:len(answer.body)/2] }

// write sends the response, unless ctx ends in the middle of it.
func (answer *response) write(ctx context.Context, w http.ResponseWriter) {
	maps.Copy(w.Header(), answer.header)
	w.WriteHeader(answer.status)
	rest := answer.body
	if answer.cut || answer.pause > 0 {
		n, _ := w.Write(answer.half())
		_ = http.NewResponseController(w).Flush()
		if answer.cut || retry.Sleep(ctx, answer.pause) != nil {
			panic(http.ErrAbortHandler)
		}
		rest = rest[n:]
	}
	_, _ = w.Write(rest)
}

func (answer *response) json(status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err) // every model can be encoded
	}
	answer.status, answer.body = status, body
	answer.header.Set("Content-Type", "application/json")
}

// oktaError is gen.Error with the properties that Okta always sends.
type oktaError struct {
	Code    string  `json:"errorCode"`
	Summary string  `json:"errorSummary"`
	Link    string  `json:"errorLink"`
	ID      string  `json:"errorId"`
	Causes  []cause `json:"errorCauses"`
}

type cause struct {
	Summary string `json:"errorSummary"`
}

// Summaries that are used more than once.
const (
	tooManyRequests  = "API call exceeded rate limit due to too many requests."
	methodNotAllowed = "The endpoint does not support the provided HTTP method"
)

// fail answers with an error object.
func (o *Org) fail(answer *response, status int, code, summary string, causes ...string) {
	e := oktaError{Code: code, Summary: summary, Link: code, ID: o.errorID(), Causes: []cause{}}
	for _, text := range causes {
		e.Causes = append(e.Causes, cause{text})
	}
	answer.json(status, e)
}

// challenge answers as Okta does when OAuth fails: with a header and no body. org is the org URL.
func (answer *response) challenge(status int, org string, dpop bool, code, description string) {
	answer.status = status
	scheme := "Bearer"
	if dpop {
		scheme = `DPoP algs="` + strings.Trim(fmt.Sprint(jws.Algorithms), "[]") + `",`
	}
	answer.header.Set("WWW-Authenticate", fmt.Sprintf(
		`%s authorization_uri="%s/oauth2/v1/authorize", realm="%[2]s", scope="%[3]s %s", error="%s", error_description="%s"`,
		scheme, org, readScope, manageScope, code, description))
}
