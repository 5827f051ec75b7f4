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
	cancel context.CancelFunc
	timer  *time.Timer
	// the longest that authorization may take, until it is zero, and the request
	authorization, request time.Duration
}

type attemptKey struct{}

// Value lets authorized find the attempt from the context of its request.
func (a *attemptContext) Value(key any) any {
	if key == (attemptKey{}) {
		return a
	}
	return a.Context.Value(key)
}

func (c *Client) attemptContext(ctx context.Context) *attemptContext {
	ctx, cancel := context.WithCancel(ctx)
	longest := c.retry.MaxWait + c.attemptTimeout
	return &attemptContext{ctx, cancel, time.AfterFunc(longest, cancel), longest, c.attemptTimeout}
}

// authorized ends the time for authorization, and starts the time for the request.
func authorized(ctx context.Context) {
	a, ok := ctx.Value(attemptKey{}).(*attemptContext)
	if ok && a.timer.Stop() {
		a.authorization = 0
		a.timer.Reset(a.request)
	}
}

// late is the error of an attempt that took too long.
func (a *attemptContext) late() error {
	if a.authorization > 0 {
		return timeoutError{"no authorization", a.authorization}
	}
	return timeoutError{"no complete response", a.request}
}

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
