package contract

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/header"
	"example.com/apptokens/api/internal/text"
	"example.com/apptokens/gen"
)

// exchange is a request of a probe and its response.
type exchange struct {
	req        *http.Request
	secrets    secrets
	status     int
	header     http.Header
	body       []byte // decompressed
	violations []Violation
}

// fail returns an error that names the exchange. Arguments other than numbers may be the server's words.
func (e *exchange) fail(format string, args ...any) error {
	for i, arg := range args {
		switch arg.(type) {
		case int, time.Duration:
		default:
			args[i] = e.secrets.clean(fmt.Sprint(arg), maxPath)
		}
	}
	id := ""
	if request := e.header.Get("X-Okta-Request-Id"); request != "" {
		id = " (request " + e.secrets.clean(request, text.MaxValue) + ")"
	}
	return fmt.Errorf("%s: %d: %s%s", e.secrets.label(e.req), e.status, fmt.Sprintf(format, args...), id)
}

// want checks the status and, on success, the body with its type and encoding. The other headers and error objects have
// probes of their own.
func (e *exchange) want(statuses ...int) error {
	if !slices.Contains(statuses, e.status) {
		return e.fail("want %s", strings.Trim(strings.ReplaceAll(fmt.Sprint(statuses), " ", " or "), "[]"))
	}
	if e.status >= http.StatusBadRequest {
		return nil
	}
	return e.violationAt("response status", "response body",
		"response header Content-Type", "response header Content-Encoding")
}

// violationAt returns the first violation at any of the places, or nil.
func (e *exchange) violationAt(places ...string) error {
	for _, violation := range e.violations {
		if slices.Contains(places, violation.Where) {
			return &violation
		}
	}
	return nil
}

// wantCode checks Okta's error code. A response without an error object passes.
func (e *exchange) wantCode(code string) error {
	var object gen.Error
	if json.Unmarshal(e.body, &object) != nil || object.Code == "" || object.Code == code {
		return nil
	}
	return e.fail("the error code is %q, want %q", object.Code, code)
}

// errorCode returns Okta's error code or, where OAuth failed, the one in the header. It is empty if there is none.
func (e *exchange) errorCode() string {
	var object gen.Error
	_ = json.Unmarshal(e.body, &object) // which may be HTML
	challenged, _ := header.Challenge(e.header.Values("WWW-Authenticate"))
	return cmp.Or(object.Code, challenged)
}

// tokens decodes a page. Like package api, it distinguishes "id" from "ID" and rejects invalid IDs.
func (e *exchange) tokens() ([]gen.Token, error) {
	var tokens []gen.Token
	if err := json.Unmarshal(e.body, &tokens); err != nil {
		return nil, e.fail("%v", err)
	}
	for _, token := range tokens {
		if api.CheckID("token ID", token.ID) != nil {
			return nil, e.fail("%q is not a token ID", token.ID)
		}
	}
	return tokens, nil
}

// token decodes a token, which must have the given ID.
func (e *exchange) token(id string) (token gen.Token, err error) {
	if err := e.want(gen.GetTokenSuccess); err != nil {
		return token, err
	}
	if err := json.Unmarshal(e.body, &token); err != nil || token.ID != id {
		return token, e.fail("the response is about another token")
	}
	return token, nil
}

// wantExpanded checks that tokens have the details of all their scopes.
func (e *exchange) wantExpanded(tokens ...gen.Token) error {
	scopes := 0
	for _, token := range tokens {
		scopes += len(token.Scopes)
		for _, name := range token.Scopes {
			if !slices.ContainsFunc(token.Embedded.Scopes, func(scope gen.Scope) bool { return scope.Name == name }) {
				return e.fail("token %s has no _embedded.scopes for %q", token.ID, name)
			}
		}
	}
	if scopes == 0 {
		return skip("no token has a scope")
	}
	return nil
}

// links parses the Link headers as package api does.
func (e *exchange) links() (header.Links, error) {
	links, err := header.ParseLinks(e.header.Values("Link"))
	if err != nil {
		return links, e.fail("%v", err)
	}
	return links, nil
}
