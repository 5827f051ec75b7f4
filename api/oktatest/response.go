package oktatest

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// response is what the org is about to send, so that a fault can spoil it.
type response struct {
	status int
	header http.Header
	body   []byte

	self, next string // links; next is empty on the last page

	dropped bool // the connection breaks before the first byte
	cut     bool // the connection breaks in the middle of the body
}

func (a *response) write(w http.ResponseWriter) {
	if a.dropped {
		panic(http.ErrAbortHandler)
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.self != "" {
		w.Header().Add("Link", "<"+a.self+`>; rel="self"`)
	}
	if a.next != "" {
		w.Header().Add("Link", "<"+a.next+`>; rel="next"`)
	}
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if a.cut {
		_, _ = w.Write(a.body[:len(a.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(a.body)
}

func (a *response) json(status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		panic(err) // the models encode
	}
	a.status, a.body = status, body
	a.header.Set("Content-Type", "application/json")
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

// Summaries that stand in more than one place.
const (
	tooManyRequests  = "API call exceeded rate limit due to too many requests."
	methodNotAllowed = "The endpoint does not support the provided HTTP method"
)

func (o *Org) fail(a *response, status int, code, summary string, causes ...string) {
	e := oktaError{Code: code, Summary: summary, Link: code, ID: o.errorID(), Causes: []cause{}}
	for _, text := range causes {
		e.Causes = append(e.Causes, cause{text})
	}
	a.json(status, e)
}

// challenge answers as Okta does where OAuth failed: with a header and no body. org is the URL of the org.
func (a *response) challenge(status int, org string, dpop bool, code, description string) {
	a.status = status
	scheme := "Bearer"
	if dpop {
		scheme = `DPoP algs="RS256 RS384 RS512 ES256 ES384 ES512",`
	}
	a.header.Set("WWW-Authenticate", scheme+` authorization_uri="`+org+`/oauth2/v1/authorize", realm="`+org+
		`", scope="okta.apps.read okta.apps.manage", error="`+code+`", error_description="`+description+`"`)
}
