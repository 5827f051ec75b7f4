package contract

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/header"
	"example.com/apptokens/gen"
)

// exchange is one request and its response.
type exchange struct {
	req        *http.Request
	secrets    secrets
	status     int
	header     http.Header
	body       []byte
	violations []Violation
}

// fail returns an error that names the exchange. What is not a number among args may be the server's words.
func (x *exchange) fail(format string, args ...any) error {
	for i, arg := range args {
		switch arg.(type) {
		case int, time.Duration:
		default:
			args[i] = x.secrets.clean(fmt.Sprint(arg), 150)
		}
	}
	id := ""
	if request := x.header.Get("X-Okta-Request-Id"); request != "" {
		id = " (request " + x.secrets.clean(request, 100) + ")"
	}
	return fmt.Errorf("%s: %d: %s%s", x.secrets.label(x.req), x.status, fmt.Sprintf(format, args...), id)
}

// wants checks the status, and of a success the rest of the response but for its headers, which have probes of their
// own. So have the error objects of failures.
func (x *exchange) wants(statuses ...int) error {
	if !slices.Contains(statuses, x.status) {
		return x.fail("want %s", strings.Trim(strings.ReplaceAll(fmt.Sprint(statuses), " ", " or "), "[]"))
	}
	if x.status >= http.StatusBadRequest {
		return nil
	}
	return x.first("response status", "response body", "response header Content-Type", "response header Content-Encoding")
}

// first returns the first violation that is at one of some places.
func (x *exchange) first(places ...string) error {
	for _, v := range x.violations {
		if slices.Contains(places, v.Where) {
			return &v
		}
	}
	return nil
}

// wantsCode checks Okta's error code. A response without an error object passes.
func (x *exchange) wantsCode(code string) error {
	var object gen.Error
	if json.Unmarshal(x.body, &object) != nil || object.Code == "" || object.Code == code {
		return nil
	}
	return x.fail("the error code is %q, want %q", object.Code, code)
}

// errorCode returns Okta's error code or, where OAuth failed, the one in the header. It is empty if there is none.
func (x *exchange) errorCode() string {
	var object gen.Error
	if json.Unmarshal(x.body, &object) != nil || object.Code == "" {
		object.Code, _ = header.Challenge(x.header.Values("WWW-Authenticate"))
	}
	return object.Code
}

// tokens reads the tokens of a page. Like package api, it distinguishes "id" from "ID" and rejects an ID that would
// lead elsewhere.
func (x *exchange) tokens() ([]gen.Token, error) {
	var tokens []gen.Token
	if err := json.Unmarshal(x.body, &tokens); err != nil {
		return nil, x.fail("%v", err)
	}
	for _, token := range tokens {
		if api.CheckID("token ID", token.ID) != nil {
			return nil, x.fail("%q is not a token ID", token.ID)
		}
	}
	return tokens, nil
}

// links reads the Link header as package api does.
func (x *exchange) links() (header.Links, error) {
	links, err := header.ParseLinks(x.header.Values("Link"))
	if err != nil {
		return links, x.fail("%v", err)
	}
	return links, nil
}
