package bulk

import (
	"crypto/tls"
	"errors"
	"net"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/ratelimit"
	"example.com/apptokens/api/internal/retry"
)

// Outcome is the result of revoking a token.
type Outcome string

// The outcomes.
const (
	Revoked      Outcome = "revoked"
	Gone         Outcome = "already gone"  // it was listed, but Okta no longer knows it
	NotFound     Outcome = "not found"     // Okta does not know it; whether it ever existed is unknown
	Failed       Outcome = "failed"        // Okta, or something on the way to it, refused
	Unknown      Outcome = "unknown"       // no answer says whether the revocation took effect
	NotAttempted Outcome = "not attempted" // no request was sent
)

// OutcomeOf returns the outcome that an error of [api.Client.Revoke] or [api.Client.RevokeAll] stands for.
func OutcomeOf(err error) Outcome {
	var failure *api.Error
	switch {
	case err == nil:
		return Revoked
	case !errors.As(err, &failure):
		return Failed
	case failure.TokenNotFound():
		return NotFound
	case failure.Attempts == 0:
		return NotAttempted
	case failure.MaybeDone, retry.IsContextError(err) && !errors.Is(err, api.ErrRateLimited):
		return Unknown
	}
	return Failed
}

// IsFatal reports whether every other revocation would fail for the same reason: the credential is refused or lacks the
// scope, the org cannot be reached, its rate limit is used up for longer than the client waits, or the context has
// ended. The end of [api.WithCallTimeout] concerns one call alone.
func IsFatal(err error) bool {
	var failure *api.Error
	switch {
	case retry.IsContextError(err) && !errors.As(err, new(retry.TimeoutError)):
		return true
	case errors.Is(err, api.ErrUnauthorized), IsUnreachable(err):
		return true
	case errors.As(err, &failure):
		heldBack := failure.StatusCode == 0 && errors.Is(err, api.ErrRateLimited)
		tooLong := errors.As(err, new(*ratelimit.TooLongError))
		return heldBack || tooLong || failure.Code == "insufficient_scope" || failure.Challenge == "insufficient_scope"
	}
	return false
}

// IsUnreachable reports whether connecting to the org, or to the proxy before it, failed, or led to a port without TLS.
func IsUnreachable(err error) bool {
	var op *net.OpError
	plainText := errors.As(err, new(tls.RecordHeaderError))
	return plainText || errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}
