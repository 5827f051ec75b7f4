package bulk

import (
	"context"
	"errors"
	"net"

	"example.com/apptokens/api"
)

// Outcome is what became of a token.
type Outcome string

// The outcomes.
const (
	Revoked      Outcome = "revoked"
	Gone         Outcome = "already gone"  // it was listed, and Okta does not know it any more
	NotFound     Outcome = "not found"     // Okta does not know it; whether it ever existed is unknown
	Failed       Outcome = "failed"        // Okta or the way to it refused
	Unknown      Outcome = "unknown"       // the request was cut off by the end of its context, and may have been carried out
	NotAttempted Outcome = "not attempted" // no request was sent
)

// OutcomeOf returns what became of a token by the error of its revocation, from [api.Client.Revoke] or
// [api.Client.RevokeAll].
func OutcomeOf(err error) Outcome {
	var failure *api.Error
	switch {
	case err == nil:
		return Revoked
	case !errors.As(err, &failure):
		return Failed
	case failure.Gone():
		return NotFound
	case failure.Attempts == 0:
		return NotAttempted
	case isContextError(err) && !errors.Is(err, api.ErrRateLimited):
		return Unknown
	}
	return Failed
}

// IsFatal reports whether every other revocation would fail for the same reason: the credential is refused or lacks the
// scope, the org cannot be reached, its rate limit is used up for longer than the client waits, or the context has ended.
func IsFatal(err error) bool {
	var failure *api.Error
	var dial *net.OpError
	switch {
	case err == nil:
		return false
	case isContextError(err), errors.Is(err, api.ErrUnauthorized), errors.As(err, &dial) && dial.Op == "dial":
		return true
	case errors.As(err, &failure):
		heldBack := failure.StatusCode == 0 && errors.Is(err, api.ErrRateLimited)
		return heldBack || failure.Code == "insufficient_scope"
	}
	return false
}

func isContextError(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
