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
// A 429 is retried when its rate-limit window has ended by the server's clock, one second after X-Rate-Limit-Reset, or
// when Retry-After says, if that is later. Okta's limit of concurrent requests (a 429 whose Limit and Remaining are both
// 0) has no such time; like 500, 502, 503, 504, connection errors, attempts that time out and answers that break off, it
// is retried after a random part of BaseDelay, which doubles with each attempt up to MaxDelay.
type RetryPolicy struct {
	// MaxAttempts bounds the requests of one call, the first one included. The default is 5; 1 means no retry.
	MaxAttempts int
	// MaxWait bounds one wait. If the server asks for a longer one, the call ends at once with what the server said. The
	// default is 90 seconds, since Okta's windows are 60.
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
	status   int         // 0 where no answer came
	header   http.Header // of the answer
	err      error       // why there is no answer, or none that can be used
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
	if wait > p.MaxWait || !o.deadline.IsZero() && o.now.Add(wait).After(o.deadline) {
		return 0, false
	}
	return wait, true
}

// untilReset counts with the server's clock, for the local one may be wrong. The second on top is what Okta's own SDKs
// add: Reset is a whole second, and the window ends some time in it.
func (p RetryPolicy) untilReset(o outcome) time.Duration {
	limit := parseRateLimit(o.header)
	if limit.Reset.IsZero() || limit.concurrent() {
		return p.backoff(o)
	}
	left := max(0, limit.Reset.Sub(serverTime(o)))
	if left > p.MaxWait {
		return left
	}
	return left + time.Second + scale(p.BaseDelay, o.jitter)
}

// backoff is exponential with full jitter, see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
func (p RetryPolicy) backoff(o outcome) time.Duration {
	ceiling := min(p.BaseDelay, p.MaxDelay)
	for n := 1; n < o.attempt && ceiling < p.MaxDelay; n++ {
		ceiling = min(2*ceiling, p.MaxDelay)
	}
	return scale(ceiling, o.jitter)
}

func scale(d time.Duration, factor float64) time.Duration { return time.Duration(float64(d) * factor) }

// retryAfter reads the header in both its forms, seconds and a date (RFC 9110, section 10.2.3). Okta does not send it;
// proxies do.
func retryAfter(o outcome) time.Duration {
	value := o.header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return date.Sub(serverTime(o))
	}
	return 0
}

func serverTime(o outcome) time.Time {
	if date, err := http.ParseTime(o.header.Get("Date")); err == nil {
		return date
	}
	return o.now
}

func isOutage(status int) bool {
	switch status {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// transientError marks an error after which the same request may fare better.
type transientError struct{ error }

func (e *transientError) Unwrap() error { return e.error }

func isTransient(err error) bool {
	var transient *transientError
	return errors.As(err, &transient)
}
