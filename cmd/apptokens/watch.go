package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/progress"
)

// watch observes the requests of a command: it shows what they wait for, counts them, compares the org's clock, and
// keeps the first warning.
type watch struct {
	progress *progress.Progress
	now      func() time.Time

	mu       sync.Mutex
	skew     time.Duration // how far the org's clock is ahead of this machine's
	requests int
	answered bool   // whether the org has answered any
	warning  string // of the first response that could not be read in full; empty for none
}

// attempt observes an attempt that has ended.
func (w *watch) attempt(_ context.Context, attempt api.Attempt) {
	w.mu.Lock()
	w.requests++
	w.answered = w.answered || attempt.StatusCode != 0
	if attempt.Warning != "" && w.warning == "" {
		w.warning = fmt.Sprintf("%s (app %s): %s", attempt.Op, attempt.AppID, attempt.Warning)
	}
	if !attempt.ServerTime.IsZero() {
		w.skew = attempt.ServerTime.Sub(w.now())
	}
	w.mu.Unlock()
	w.progress.SetLimit(attempt.RateLimit, attempt.ServerTime)
	if attempt.Again && attempt.Wait > time.Second {
		w.progress.Wait(reason(attempt)+", trying again at", time.Now().Add(attempt.Wait))
	} else {
		w.progress.Resume()
	}
}

// hold observes a wait for the rate limit.
func (w *watch) hold(_ context.Context, hold api.Hold) {
	if time.Until(hold.Until) > time.Second {
		w.progress.Wait(map[api.HoldReason]string{
			api.HoldLimit: "rate limit used up until",
			api.HoldShare: "this client's share of the rate limit used up until",
			api.HoldOthers: fmt.Sprintf("leaving %d of %d requests to other clients until",
				hold.RateLimit.Remaining, hold.RateLimit.Limit),
		}[hold.Reason], hold.Until)
	}
}

// sent returns the number of requests so far.
func (w *watch) sent() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.requests
}

// reached reports whether the org has answered a request.
func (w *watch) reached() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.answered
}

// warned returns the first warning, or an empty string.
func (w *watch) warned() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.warning
}

// maxSkew is the largest difference of clocks at which durations are trusted.
const maxSkew = 5 * time.Minute

// clockSkew returns how far the org's clock is ahead of this machine's, and whether that is more than maxSkew.
func (w *watch) clockSkew() (skew time.Duration, tooFar bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.skew, w.skew.Abs() > maxSkew
}

// interrupted says in plain words that the context of the command has ended.
func interrupted(text string) string {
	return strings.ReplaceAll(text, context.Canceled.Error(), "interrupted")
}

// reason returns why an attempt is made again.
func reason(attempt api.Attempt) string {
	var timeout net.Error
	limit := attempt.RateLimit
	switch throttled := errors.Is(attempt.Err, api.ErrRateLimited); {
	case throttled && (limit == api.RateLimit{} || limit.Remaining > 0): // by a proxy, for example
		return "the request was throttled (429)"
	case throttled && limit.Limit == 0:
		return "the org is at its concurrency limit"
	case throttled:
		return "the org's rate limit is used up"
	case attempt.StatusCode >= 400:
		return fmt.Sprintf("the org answered %d", attempt.StatusCode)
	case attempt.StatusCode != 0:
		return "the response ended early"
	case bulk.IsUnreachable(attempt.Err):
		return "the org cannot be reached"
	case errors.As(attempt.Err, &timeout) && timeout.Timeout():
		return "no response came in time"
	default:
		return "the connection broke"
	}
}
