package oauth

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/text"
)

const (
	// defaultLifetime is Okta's, for a response without a lifetime
	// (https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/).
	defaultLifetime = time.Hour
	maxLifetime     = 24 * time.Hour
	// maxRenewal is how long before its end a token is renewed, unless a tenth of its lifetime is shorter.
	maxRenewal = time.Minute
)

// parse reads the body of a successful response.
func (e *endpoint) parse(body []byte, secrets []string) (*grant, error) {
	var response struct {
		AccessToken string          `json:"access_token"`
		TokenType   string          `json:"token_type"`
		ExpiresIn   json.RawMessage `json:"expires_in"`
		Scope       string          `json:"scope"`
	}
	if json.Unmarshal(body, &response) != nil {
		return nil, fmt.Errorf("%w: the body is not a token response", api.ErrUnexpectedResponse)
	}
	if response.AccessToken == "" || strings.ContainsFunc(response.AccessToken, text.NotVisible) {
		return nil, fmt.Errorf("%w: it contains no access token, or an invalid one", api.ErrUnexpectedResponse)
	}
	want := "Bearer"
	if e.prover != nil {
		want = "DPoP"
	}
	if !strings.EqualFold(response.TokenType, want) {
		got := tidy(response.TokenType, secrets)
		return nil, fmt.Errorf(
			"%w: the token type is %q, want %q; use WithoutDPoP (dpopEnabled: false) only for an app that gets bearer tokens",
			api.ErrUnexpectedResponse, got, want)
	}
	if missing := e.missing(response.Scope); len(missing) > 0 {
		return nil, missingScopes(missing)
	}
	lifetime := lifetime(response.ExpiresIn)
	expires := time.Now().Add(lifetime)
	renewAt := expires.Add(-min(lifetime/10, maxRenewal))
	return &grant{token: response.AccessToken, expires: expires, renewAt: renewAt}, nil
}

// granted returns the secrets in a response of any status, whose body may be cut or not JSON: its access tokens,
// decoded and as written, and headers that contain one, because a header may repeat the rest of a token that was cut.
func granted(body string, header http.Header) (secrets []string) {
	var response struct {
		AccessToken string `json:"access_token"`
	}
	_ = json.Unmarshal([]byte(body), &response)
	secrets = append(secrets, response.AccessToken)
	for _, after := range strings.SplitN(body, `"access_token"`, 4)[1:] { // no more, because each takes time to redact
		after = strings.TrimLeft(after, ": \t\r\n") + `"` // the quote ends a token that was cut
		decoder := json.NewDecoder(strings.NewReader(after))
		var token string
		if decoder.Decode(&token) != nil || strings.Contains("[redacted]", token) { // would be redacted again
			continue
		}
		for _, name := range []string{"X-Okta-Request-Id", "Content-Type"} {
			if said := header.Get(name); strings.Contains(said, token) {
				secrets = append(secrets, said)
			}
		}
		secrets = append(secrets, token, strings.Trim(after[:decoder.InputOffset()], "\" \t\r\n"))
	}
	return secrets
}

// missing returns the scopes that were requested but not granted. A response without scopes grants all (RFC 6749,
// section 5.1).
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
func lifetime(value json.RawMessage) time.Duration {
	seconds, err := strconv.ParseFloat(strings.Trim(string(value), `"`), 64)
	if err != nil || !(seconds > 0) {
		return defaultLifetime
	}
	return time.Duration(min(seconds, maxLifetime.Seconds()) * float64(time.Second))
}

// refusal returns the error for an unsuccessful response. It reads OAuth's error object or Okta's, if there is one.
func (e *endpoint) refusal(resp *http.Response, body []byte, secrets []string) *Error {
	var said struct {
		Code        string `json:"error"`
		Description string `json:"error_description"`
		OktaCode    string `json:"errorCode"`
		OktaSummary string `json:"errorSummary"`
	}
	_ = json.Unmarshal(body, &said)
	if said.Code == "" {
		said.Code, said.Description = said.OktaCode, said.OktaSummary
	}
	failure := e.failed(resp, secrets, nil)
	failure.Code, failure.Description = tidy(said.Code, secrets), tidy(said.Description, secrets)
	switch {
	case resp.StatusCode < http.StatusBadRequest:
		failure.Err = fmt.Errorf("%w: want status 200; redirects are not followed", api.ErrUnexpectedResponse)
	case failure.Code == "":
		contentType := tidy(resp.Header.Get("Content-Type"), secrets)
		failure.Err = fmt.Errorf("not a token endpoint's error object (content type %q)", contentType)
	}
	return failure
}

// tidy returns what the server said, as an error may show it. Secrets are redacted first, because half of one would not
// be found.
func tidy(said string, secrets []string) string {
	return text.Printable(text.Redact(said, secrets...), text.MaxSentence)
}
