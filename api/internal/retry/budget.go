package retry

import (
	"errors"
	"sync"
	"time"
)

// Budget bounds the retries of all calls of a client together. A broken server gets the first attempt of each call, but
// only a fraction more: calls pay in, retries draw, and the savings are bounded. Waiting out a rate limit costs
// nothing, because the server has said when to come back. A Budget is safe for concurrent use.
type Budget struct {
	mu    sync.Mutex
	saved float64
	paid  time.Time // when the last call paid in
}

const (
	maxSaved = 50               // retries in a burst
	paidIn   = 0.1              // retries for each call, once the burst is over
	refill   = 10 * time.Second // for one retry, with or without calls
)

// ErrBudget joins the error of an attempt that was not repeated because the budget was spent.
var ErrBudget = errors.New("not retried: the retry budget is exhausted")

// NewBudget returns a full budget.
func NewBudget() *Budget { return &Budget{saved: maxSaved} }

// Pay counts a call.
func (b *Budget) Pay(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.saved = min(maxSaved, b.saved+paidIn+float64(now.Sub(b.paid))/float64(refill))
	b.paid = now
}

// Draw takes one retry, and reports whether one was left.
func (b *Budget) Draw() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.saved < 1 {
		return false
	}
	b.saved--
	return true
}
