package retry

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Sleep waits for d. If the context ends first, it returns ContextError.
func Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ContextError(ctx)
	case <-time.After(d):
		return nil
	}
}

// ContextError returns why the context ended: its error and, if one was given, its cause.
func ContextError(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != ctx.Err() {
		return fmt.Errorf("%w: %w", ctx.Err(), cause)
	}
	return ctx.Err()
}

// IsContextError reports whether err is, or wraps, that of a context.
func IsContextError(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
