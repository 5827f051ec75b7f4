package bulk

import (
	"fmt"
	"sync/atomic"
)

// maxFailures in a row mean that the org is broken: continuing would only add to its load.
const maxFailures = 16

// breaker stops a job whose further revocations would fail. It is safe for concurrent use.
type breaker struct {
	failures atomic.Int64 // in a row
	fatal    atomic.Pointer[error]
}

// cause returns why the job must stop, or nil.
func (b *breaker) cause() error {
	if cause := b.fatal.Load(); cause != nil {
		return *cause
	}
	return nil
}

func (b *breaker) note(r Result) {
	err := r.Err
	switch {
	case IsFatal(err):
		b.fatal.CompareAndSwap(nil, &err)
	case r.Outcome == Revoked, r.Outcome == Gone: // nothing else shows that the org works
		b.failures.Store(0)
	case b.failures.Add(1) == maxFailures:
		err = fmt.Errorf("%d revocations in a row failed: %w", maxFailures, err)
		b.fatal.CompareAndSwap(nil, &err)
	}
}
