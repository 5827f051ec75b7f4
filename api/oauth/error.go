package oauth

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/text"
)

// Error is a failure to get an access token. The errors of an [api.Client] wrap it: find it with [errors.As]. It
// contains no secret, neither assertion nor proof; the server's text is truncated and stripped of control characters.
//
// [errors.Is] reports that it is [api.ErrUnauthorized] for a 401, [api.ErrRateLimited] for a 429, [api.ErrForbidden]
// for scopes that are not granted, and [api.ErrUnexpectedResponse] for a redirect or for a 200 without a usable token.
type Error struct {
	Endpoint string // URL of the token endpoint
	ClientID string

	StatusCode    int           // HTTP status; 0 if there was no response
	Code          string        // OAuth error code, such as invalid_client, or Okta's, such as E0000047
	Description   string        // the server's description, for humans; do not branch on it
	MissingScopes []string      // scopes that were requested but not granted, in a grant of others
	RequestID     string        // X-Okta-Request-Id of the response
	RateLimit     api.RateLimit // of the response
	Attempts      int           // number of attempts; repeats with a new nonce do not count
	Err           error         // the cause, if there is one besides the status
}

// Error returns one printable line of at most about 1000 bytes, with a remedy if one is known.
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
	return text.Printable(b.String(), text.MaxError)
}

// remedies are remedies for the error codes of Okta's token endpoint
// (https://developer.okta.com/docs/reference/api/oidc/#possible-errors).
var remedies = map[string]string{
	"invalid_client":     "is the public key registered with this client, under this key ID, and is the clock right?",
	"invalid_scope":      scopeRemedy,
	"consent_required":   scopeRemedy,
	"invalid_dpop_proof": "if the app requires DPoP, leave out WithoutDPoP (dpopEnabled: false); is the clock right?",
	"use_dpop_nonce":     "the server keeps demanding a new nonce",
}

const scopeRemedy = "grant the scope in the Admin Console (the app's Okta API Scopes), " +
	"or request fewer scopes (WithScopes; scopes in okta.yaml)"

// Unwrap returns the cause, or nil if there is none besides the status.
func (e *Error) Unwrap() error { return e.Err }

// add puts another cause before the present one.
func (e *Error) add(cause error) {
	if e.Err != nil {
		cause = fmt.Errorf("%w: %w", cause, e.Err)
	}
	e.Err = cause
}

// Is reports whether target is the error of package api that describes this failure.
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

// LogValue returns a group of the fields that logs are searched for.
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

// isRefusal reports whether the server refused the assertion or the proof.
func (e *Error) isRefusal() bool {
	return e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusBadRequest
}

// missingScopes is the error of a grant with fewer scopes than requested.
type missingScopes []string

func (m missingScopes) Error() string {
	return "the org granted a token without " + strings.Join(m, " and ") + "; " + scopeRemedy
}
