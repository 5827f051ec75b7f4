package retry

import (
	"errors"
	"sync"
	"time"
)

// Budget bounds the retries of all calls of a client together. A server that is broken gets a first attempt of each
// call, but only a fraction more: calls pay in, retries draw, and what was saved is bounded. Waiting out a rate limit
// costs nothing, for then the server has said when to come again.
type Budget struct {
	mu    sync.Mutex
	saved float64
	paid  time.Time // when the last call paid in
}

const (
	maxSaved = 50               // retries in a burst
	paidIn   = 0.1              // retries for each call, once the burst is over
	refill   = 10 * time.Second // for one retry, whatever is called
)

// ErrBudget joins the error of an attempt that was not repeated for want of budget.
var ErrBudget = errors.New("not retried, since too many calls failed lately")

// NewBudget returns a full one.
func NewBudget() *Budget { return &Budget{saved: maxSaved} }

// Pay counts a call.
func (b *Budget) Pay(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.saved = min(maxSaved, b.saved+paidIn+float64(now.Sub(b.paid))/float64(refill))
	b.paid = now
}

// Draw takes one retry, if any is left.
func (b *Budget) Draw() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.saved < 1 {
		return false
	}
	b.saved--
	return true
}
