package retry

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// WithTimeout returns a context that ends with a [TimeoutError]. what did not come in time, for example "no response".
func WithTimeout(ctx context.Context, limit time.Duration, what string) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, limit, TimeoutError{what, limit})
}

// TimeoutError is the [net.Error] of what took too long. It is not a context error, because the caller's context is
// still live.
type TimeoutError struct {
	what  string
	limit time.Duration
}

func (e TimeoutError) Error() string { return fmt.Sprintf("%s within %v", e.what, e.limit) }

// Timeout implements [net.Error].
func (TimeoutError) Timeout() bool { return true }

// Temporary implements [net.Error].
func (TimeoutError) Temporary() bool { return true }

// RequestError returns why a request with this context failed. As long as the context is live, that is not a context
// error: net and net/http call their own time-outs [context.DeadlineExceeded].
func RequestError(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case IsContextError(err):
		return liveError{err}
	}
	return err
}

// liveError hides that an error claims to be a context error.
type liveError struct{ error }

func (e liveError) As(target any) bool { return errors.As(e.error, target) }
