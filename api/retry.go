package api

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"time"
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

func (p RetryPolicy) withDefaults() RetryPolicy {
	return RetryPolicy{
		MaxAttempts: cmp.Or(p.MaxAttempts, 5),
		MaxWait:     cmp.Or(p.MaxWait, 90*time.Second),
		BaseDelay:   cmp.Or(p.BaseDelay, 250*time.Millisecond),
		MaxDelay:    cmp.Or(p.MaxDelay, 10*time.Second),
	}
}

// outcome is all that the decision to try again depends on. The operation is not part of it: all four are idempotent.
type outcome struct {
	attempt  int         // 1 for the first
	status   int         // 0 where no response came
	header   http.Header // of the response
	err      error       // why there is no response, or none that can be used
	now      time.Time
	deadline time.Time // of the context; zero where it has none
	jitter   float64   // random, in [0, 1)
}

// decide returns how long to wait before the next attempt, or false to stop.
func (p RetryPolicy) decide(o outcome) (wait time.Duration, again bool) {
	if o.attempt >= p.MaxAttempts {
		return 0, false
	}
	switch {
	case o.status == http.StatusTooManyRequests:
		wait = p.untilReset(o)
	case isOutage(o.status) || isTransient(o.err):
		wait = p.backoff(o)
	default:
		return 0, false
	}
	wait = max(wait, retryAfter(o))
	if wait > p.MaxWait || !o.deadline.IsZero() && !o.now.Add(wait).Before(o.deadline) {
		return 0, false
	}
	return wait, true
}

// untilReset counts with the server's clock, for the local one may be wrong. The second on top is what Okta's own SDKs
// add: Reset is a whole second, and the window ends some time in it.
func (p RetryPolicy) untilReset(o outcome) time.Duration {
	limit := parseRateLimit(o.header)
	if limit.unknown() {
		return p.backoff(o)
	}
	left := min(max(0, limit.Reset.Sub(serverTime(o.header, o.now))), p.MaxWait)
	return left + time.Second + scale(p.BaseDelay, o.jitter)
}

// backoff is exponential with full jitter, see
// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
func (p RetryPolicy) backoff(o outcome) time.Duration {
	longest := min(p.MaxDelay, p.MaxWait)
	ceiling := min(p.BaseDelay, longest)
	for n := 1; n < o.attempt && ceiling < longest; n++ {
		ceiling = min(2*ceiling, longest)
	}
	return scale(ceiling, o.jitter)
}

// forever bounds what a server asks for, so that nothing overflows.
const forever = 10 * 365 * 24 * time.Hour

func scale(d time.Duration, factor float64) time.Duration { return time.Duration(float64(d) * factor) }

// retryAfter reads the header in both its forms, seconds and a date (RFC 9110, section 10.2.3). Okta does not send it;
// proxies do.
func retryAfter(o outcome) time.Duration {
	value := o.header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(forever/time.Second))) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return date.Sub(serverTime(o.header, o.now))
	}
	return 0
}

// serverTime is the Date of a response, to the second, or the local time where it has none.
func serverTime(header http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		return date
	}
	return now
}

func isOutage(status int) bool {
	switch status {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// isUnclear tells whether a server that answers with this status may have carried the request out. A 503 is its refusal
// to try.
func isUnclear(status int) bool { return isOutage(status) && status != http.StatusServiceUnavailable }

// transientError marks an error after which the same request may fare better. Only the outermost error counts: one
// further down the chain may come from another call, by way of an editor.
type transientError struct{ error }

func (e *transientError) Unwrap() error { return e.error }

func isTransient(err error) bool {
	_, transient := err.(*transientError)
	return transient
}
