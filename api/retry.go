package api

import (
	"net/http"
	"time"

	"example.com/apptokens/api/internal/retry"
)

// RetryPolicy says how often and how patiently a call tries again. Fields that are zero have their default.
//
// A 429 is retried when its rate-limit window has ended by the server's clock: one second and a random part of
// BaseDelay after X-Rate-Limit-Reset, or when Retry-After says, if that is later. Okta's limit of concurrent requests
// (a 429 whose Limit and Remaining are both 0) has no such time; like 500, 502, 503, 504, connection errors, attempts
// that time out and responses that break off, it is retried after a random part of BaseDelay, which doubles with each
// attempt up to MaxDelay.
//
// All calls of a client share a budget: 50 retries at first, and one more for every ten calls and every ten seconds,
// never more than 50 saved. Once it is spent, failures are returned without a retry. Retries after a 429, and those
// that an [Auth] asks for, cost nothing.
type RetryPolicy struct {
	// MaxAttempts bounds the requests of one call, the first one included. The default is 5; 1 means no retry.
	MaxAttempts int
	// MaxWait bounds one wait: before a retry, and before an attempt that is held back until a rate-limit window ends.
	// A longer wait is not begun; the call ends at once with what the server said. The default is 90 seconds, since
	// Okta's windows are 60; the maximum is ten years.
	MaxWait time.Duration
	// BaseDelay is the longest wait before the second attempt. The default is 250 milliseconds.
	BaseDelay time.Duration
	// MaxDelay bounds the exponential waits. The default is 10 seconds.
	MaxDelay time.Duration
}

// isUnclear tells whether a server that answers with this status may have carried the request out. A 503 is its refusal
// to try.
func isUnclear(status int) bool {
	return retry.IsOutage(status) && status != http.StatusServiceUnavailable
}
