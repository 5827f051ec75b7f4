// Package retry decides whether and when to repeat a request that failed: to the API, and to the token endpoint before
// it. It only decides; its callers send the requests.
package retry

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/ratelimit"
)

// Policy is api.RetryPolicy, which documents its fields.
type Policy struct {
	MaxAttempts int
	MaxWait     time.Duration
	BaseDelay   time.Duration
	MaxDelay    time.Duration
}

// Forever bounds the waits that a person or a server asks for, so that nothing overflows.
const Forever = 10 * 365 * 24 * time.Hour

// Check rejects a policy with a negative field or with a MaxWait over Forever.
func (p Policy) Check() error {
	valid := p.MaxAttempts >= 0 && min(p.MaxWait, p.BaseDelay, p.MaxDelay) >= 0 && p.MaxWait <= Forever
	const why = "no field can be negative, and no wait longer than ten years"
	return check.That(valid, "retry policy", fmt.Sprintf("%+v", p), why)
}

// WithDefaults returns the policy with defaults in place of fields that are zero.
func (p Policy) WithDefaults() Policy {
	return Policy{
		MaxAttempts: cmp.Or(p.MaxAttempts, 5),
		MaxWait:     cmp.Or(p.MaxWait, 90*time.Second),
		BaseDelay:   cmp.Or(p.BaseDelay, 250*time.Millisecond),
		MaxDelay:    cmp.Or(p.MaxDelay, 10*time.Second),
	}
}

// Outcome is all that the decision to try again depends on. The operation is not part of it, because all are
// idempotent.
type Outcome struct {
	Attempt  int         // 1 for the first
	Status   int         // 0 if no response came
	Header   http.Header // of the response
	Err      error       // why the response is missing or cannot be used
	Now      time.Time
	Deadline time.Time // of the context; zero if it has none
	Jitter   float64   // random, in [0, 1)
}

// Decide returns how long to wait before the next attempt, or false to stop. A wait returned with false is one that
// would be too long.
func (p Policy) Decide(o Outcome) (wait time.Duration, again bool) {
	if o.Attempt >= p.MaxAttempts {
		return 0, false
	}
	switch {
	case o.Status == http.StatusTooManyRequests:
		wait = p.untilReset(o)
	case IsOutage(o.Status) || IsTransient(o.Err):
		wait = p.backoff(o)
	default:
		return 0, false
	}
	wait = max(wait, retryAfter(o))
	if wait > p.MaxWait || !o.Deadline.IsZero() && !o.Now.Add(wait).Before(o.Deadline) {
		return wait, false
	}
	return wait, true
}

// untilReset uses the server's clock, because the local one may be wrong. Okta's own SDKs add a second as well: Reset
// is a whole second, and the window ends some time in it.
func (p Policy) untilReset(o Outcome) time.Duration {
	limit := ratelimit.Parse(o.Header)
	if limit.Unknown() {
		return p.backoff(o)
	}
	left := min(max(0, limit.Reset.Sub(ratelimit.ServerTime(o.Header, o.Now))), Forever)
	return left + time.Second + Scale(min(p.BaseDelay, p.MaxWait), o.Jitter)
}

// backoff is exponential with full jitter, see
// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
func (p Policy) backoff(o Outcome) time.Duration {
	longest := min(p.MaxDelay, p.MaxWait)
	ceiling := min(p.BaseDelay, longest)
	for range o.Attempt - 1 {
		ceiling = min(2*ceiling, longest)
	}
	return Scale(ceiling, o.Jitter)
}

// Scale returns a part, or a multiple, of a duration.
func Scale(d time.Duration, factor float64) time.Duration { return time.Duration(float64(d) * factor) }

// retryAfter reads both forms of Retry-After, seconds and a date (RFC 9110, section 10.2.3). Okta does not send it;
// proxies do.
func retryAfter(o Outcome) time.Duration {
	value := o.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(Forever/time.Second))) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return date.Sub(ratelimit.ServerTime(o.Header, o.Now))
	}
	return 0
}

// IsOutage reports whether the same request may succeed after a response of this status.
func IsOutage(status int) bool {
	switch status {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

type transient struct{ error }

func (e *transient) Unwrap() error { return e.error }

// Transient marks an error after which the same request may succeed.
func Transient(err error) error { return &transient{err} }

// IsTransient reports whether err was marked by Transient. Only the outermost error counts, because one further down
// the chain may come from another call that an editor made.
func IsTransient(err error) bool {
	_, is := err.(*transient)
	return is
}

// IsPermanent reports whether retrying after an error of a transport is pointless. An error may have a method
// Permanent.
func IsPermanent(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		plainText   tls.RecordHeaderError // the server does not speak TLS
		permanent   interface{ Permanent() bool }
	)
	return errors.As(err, &certificate) || errors.As(err, &plainText) ||
		errors.As(err, &permanent) && permanent.Permanent()
}
