package oauth

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/text"
)

const (
	// defaultLifetime is Okta's, for a response that does not say
	// (https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/).
	defaultLifetime = time.Hour
	maxLifetime     = 24 * time.Hour
	// A token is renewed before it expires: this long, or a tenth of its lifetime if that is shorter.
	maxRenewal = time.Minute
)

// parse reads the response to a token request that succeeded.
func (e *endpoint) parse(body []byte) (*grant, error) {
	var response struct {
		AccessToken string         `json:"access_token"`
		TokenType   string         `json:"token_type"`
		ExpiresIn   jsontext.Value `json:"expires_in"`
		Scope       string         `json:"scope"`
	}
	if err := json.Unmarshal(body, &response, lenient); err != nil {
		return nil, fmt.Errorf("%w: the body is not a token response", api.ErrUnexpectedResponse)
	}
	if response.AccessToken == "" || strings.ContainsFunc(response.AccessToken, text.NotVisible) {
		return nil, fmt.Errorf("%w: it holds no access token that can be used", api.ErrUnexpectedResponse)
	}
	want := "Bearer"
	if e.prover != nil {
		want = "DPoP"
	}
	if !strings.EqualFold(response.TokenType, want) {
		return nil, fmt.Errorf("%w: the token type is %q, want %q; WithoutDPoP (dpopEnabled: false) is for apps that get bearer tokens, and for them alone",
			api.ErrUnexpectedResponse, text.Truncate(response.TokenType, 1000), want)
	}
	if missing := e.missing(response.Scope); len(missing) > 0 {
		return nil, missingScopes(missing)
	}
	lifetime := lifetime(response.ExpiresIn)
	expires := time.Now().Add(lifetime)
	return &grant{token: response.AccessToken, renewAt: expires.Add(-min(lifetime/10, maxRenewal)), expires: expires}, nil
}

var lenient = json.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))

// missing returns the scopes that were asked for and not granted. A response that does not name scopes grants all (RFC
// 6749, section 5.1).
func (e *endpoint) missing(granted string) (missing []string) {
	if granted == "" {
		return nil
	}
	for _, scope := range e.scopes {
		if !slices.Contains(strings.Fields(granted), scope) {
			missing = append(missing, scope)
		}
	}
	return missing
}

// lifetime reads expires_in, which some servers write as a string.
func lifetime(value jsontext.Value) time.Duration {
	seconds, err := strconv.ParseFloat(strings.Trim(string(value), `"`), 64)
	if err != nil || !(seconds > 0) {
		return defaultLifetime
	}
	return time.Duration(min(seconds, maxLifetime.Seconds()) * float64(time.Second))
}

// refusal is the error of a response that grants nothing. It takes what it can get: OAuth's error object, Okta's, or
// the status alone.
func (e *endpoint) refusal(resp *http.Response, body []byte, secrets []string) *Error {
	var said struct {
		Code        string `json:"error"`
		Description string `json:"error_description"`
		OktaCode    string `json:"errorCode"`
		OktaSummary string `json:"errorSummary"`
	}
	_ = json.Unmarshal(body, &said, lenient)
	tidy := func(said string) string { return text.Printable(text.Redact(said, secrets...), 300) }
	failure := e.failed(resp, secrets, nil)
	failure.Code, failure.Description = tidy(said.Code), tidy(said.Description)
	if said.Code == "" {
		failure.Code, failure.Description = tidy(said.OktaCode), tidy(said.OktaSummary)
	}
	switch {
	case resp.StatusCode < http.StatusBadRequest:
		failure.Err = fmt.Errorf("%w: want status 200; redirects are not followed", api.ErrUnexpectedResponse)
	case failure.Code == "":
		failure.Err = fmt.Errorf("it is not an error object of a token endpoint, but of content type %q", tidy(resp.Header.Get("Content-Type")))
	}
	return failure
}
