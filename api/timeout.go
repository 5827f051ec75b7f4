package api

import (
	"context"
	"fmt"
	"time"
)

// attemptContext ends an attempt that takes too long: first its authorization, which may have to wait for a token
// endpoint, then the request with its response.
type attemptContext struct {
	context.Context
	cancel  context.CancelFunc
	timer   *time.Timer
	call    *call
	request time.Duration // how long the second part may take

	// Of the part that runs:
	missing string // what late blames
	started time.Time
	limit   time.Duration
}

type attemptKey struct{}

// Value lets authorized find the attempt from the context of its request.
func (a *attemptContext) Value(key any) any {
	if key == (attemptKey{}) {
		return a
	}
	return a.Context.Value(key)
}

func (c *Client) attemptContext(ctx context.Context, k *call) *attemptContext {
	ctx, cancel := context.WithCancel(ctx)
	limit := c.retry.MaxWait + c.attemptTimeout
	a := &k.first
	if k.attempts > 1 { // the transport may still look at the one before
		a = &attemptContext{}
	}
	*a = attemptContext{
		Context: ctx, cancel: cancel, timer: time.AfterFunc(limit, cancel), call: k, request: c.attemptTimeout,
		missing: "no authorization", started: time.Now(), limit: limit,
	}
	return a
}

// Deadline lets an Auth know beforehand that a wait would be cut off.
func (a *attemptContext) Deadline() (time.Time, bool) {
	deadline := a.started.Add(a.limit)
	if earlier, ok := a.Context.Deadline(); ok && earlier.Before(deadline) {
		return earlier, true
	}
	return deadline, true
}

// authorized ends the time for authorization, and starts the time for the request.
func authorized(ctx context.Context) {
	a, ok := ctx.Value(attemptKey{}).(*attemptContext)
	if ok && a.timer.Stop() {
		a.missing, a.started, a.limit = "no complete response", time.Now(), a.request
		a.timer.Reset(a.limit)
		a.call.connection.armed.Store(true)
	}
}

// late is the error of an attempt that took too long.
func (a *attemptContext) late() error { return timeoutError{a.missing, a.limit} }

func (a *attemptContext) end() {
	a.timer.Stop()
	a.cancel()
}

// timeoutError is the end of an attempt that took too long. It is no context error: the caller's context goes on.
type timeoutError struct {
	what   string
	within time.Duration
}

func (e timeoutError) Error() string { return fmt.Sprintf("%s within %v", e.what, e.within) }

// Timeout and Temporary make it a net.Error.
func (e timeoutError) Timeout() bool { return true }

func (e timeoutError) Temporary() bool { return true }
