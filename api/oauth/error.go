package oauth

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/text"
)

// Error is a failure to get a token. Calls of an [api.Client] wrap it: find it with [errors.As]. It has no secret in
// it, neither assertion nor proof, and what the server says is cut to size and stripped of control characters.
//
// With [errors.Is] it is [api.ErrUnauthorized] for a 401, [api.ErrRateLimited] for a 429, [api.ErrForbidden] for scopes
// that are not granted, and [api.ErrUnexpectedResponse] for a redirect, or a 200 that holds no token to use.
type Error struct {
	Endpoint string // URL of the token endpoint
	ClientID string

	StatusCode    int           // HTTP status; 0 where no response came
	Code          string        // OAuth error code, such as invalid_client, or Okta's, such as E0000047
	Description   string        // the server's words; not to be branched on
	MissingScopes []string      // scopes that were asked for, where others were granted
	RequestID     string        // X-Okta-Request-Id of the response
	RateLimit     api.RateLimit // of the response
	Attempts      int           // made; repeats with another nonce do not count
	Err           error         // the cause, where the status does not say it all
}

// Error returns one printable line of about 1000 bytes at most, with the way out where one is known.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "token endpoint %s (client %s)", e.Endpoint, e.ClientID)
	if e.StatusCode != 0 {
		b.WriteString(": " + strings.TrimSpace(fmt.Sprint(e.StatusCode, " ", http.StatusText(e.StatusCode))))
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	for _, said := range []string{e.Code, e.Description} {
		if said != "" {
			b.WriteString(": " + strings.TrimSuffix(said, "."))
		}
	}
	if remedy := remedies[e.Code]; remedy != "" {
		b.WriteString("; " + remedy)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (%d token requests)", e.Attempts)
	}
	if e.RequestID != "" {
		b.WriteString(" (request " + e.RequestID + ")")
	}
	return text.Printable(b.String(), 1000)
}

// remedies are for the codes that Okta's token endpoint answers with
// (https://developer.okta.com/docs/reference/api/oidc/#possible-errors).
var remedies = map[string]string{
	"invalid_client":     "is the public key registered with this client, under this key id, and is the clock right?",
	"invalid_scope":      scopeRemedy,
	"consent_required":   scopeRemedy,
	"invalid_dpop_proof": "does the app require DPoP (then leave out WithoutDPoP, or dpopEnabled: false), and is the clock right?",
	"use_dpop_nonce":     "the server is content with no nonce",
}

const scopeRemedy = "grant the scope in the Admin Console (the app's Okta API Scopes), or ask for fewer (WithScopes; scopes in okta.yaml)"

// Unwrap returns the cause, where there is one besides the status.
func (e *Error) Unwrap() error { return e.Err }

// Is finds the Err values of package api that stand for what happened.
func (e *Error) Is(target error) bool {
	switch {
	case e.StatusCode == http.StatusUnauthorized:
		return target == api.ErrUnauthorized
	case e.StatusCode == http.StatusTooManyRequests:
		return target == api.ErrRateLimited
	case e.Code == "invalid_scope", e.Code == "consent_required", len(e.MissingScopes) > 0:
		return target == api.ErrForbidden
	}
	return false
}

// LogValue groups the fields that help to search logs.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("endpoint", e.Endpoint),
		slog.String("client", e.ClientID),
		slog.Int("status", e.StatusCode),
		slog.String("code", e.Code),
		slog.String("request_id", e.RequestID),
		slog.Int("attempts", e.Attempts),
		slog.String("message", e.Error()),
	)
}

// isRefusal tells that the server did not believe the request.
func (e *Error) isRefusal() bool {
	return e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusBadRequest
}

// missingScopes is the cause of an error where fewer scopes were granted than asked for.
type missingScopes []string

func (m missingScopes) Error() string {
	return "the org granted a token without " + strings.Join(m, " and ") + "; " + scopeRemedy
}
