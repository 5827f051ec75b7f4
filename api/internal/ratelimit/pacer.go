package ratelimit

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Pacer holds requests back while the org's rate limit is used up, instead of letting them draw a 429. Several clients, in
// one process or many, that share a limit stay correct: what they know comes from the server. It is safe for concurrent
// use.
type Pacer struct {
	share   float64
	maxWait time.Duration

	mu      sync.Mutex
	window  window
	settled chan struct{} // closed when a request settles; nil while nobody waits for that
}

// NewPacer returns a pacer that takes at most a share, over 0 and up to 1, of each window's limit, and begins no wait that
// is longer than maxWait.
func NewPacer(share float64, maxWait time.Duration) *Pacer {
	return &Pacer{share: share, maxWait: maxWait}
}

// TooLongError is a wait that was not begun: it would outlast the context's deadline or the longest wait.
type TooLongError struct {
	Wait  time.Duration
	Limit Limit // of the window that is used up
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("the next request may be sent in %v, and the call may not wait that long", e.Wait.Round(time.Millisecond))
}

// Admit waits until a request may be sent, and counts it as sent: Settle must follow. held hears of each wait for the end
// of a window, before it begins. The error is a [*TooLongError], or that of the context.
func (p *Pacer) Admit(ctx context.Context, held func(until time.Time, limit Limit)) error {
	var until time.Time // as held has heard
	for {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		now := time.Now()
		at, settled, limit := p.ask(now)
		if settled == nil {
			return nil
		}
		wait := patience
		if !at.IsZero() {
			wait = at.Sub(now)
			if deadline, ok := ctx.Deadline(); wait > p.maxWait || ok && !at.Before(deadline) {
				return &TooLongError{wait, limit}
			}
			if !at.Equal(until) {
				until = at
				held(until, limit)
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-settled:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// ask counts a request as sent if it may be. If not, it returns when to ask again: at a time, if that is not zero, or when
// a request settles.
func (p *Pacer) ask(now time.Time) (at time.Time, settled <-chan struct{}, limit Limit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ok, at := p.window.next(now, p.share)
	if ok {
		p.window.send(now)
		return time.Time{}, nil, Limit{}
	}
	if p.settled == nil {
		p.settled = make(chan struct{})
	}
	return at, p.settled, Limit{Limit: p.window.limit, Remaining: p.window.remaining, Reset: p.window.reset}
}

// Settle ends a request that was admitted at a time and whose response's head came at another. resp is nil where no
// response came; lost is set where the request may have reached the server all the same.
func (p *Pacer) Settle(resp *http.Response, lost bool, sent, came time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	limit := Limit{}
	if resp != nil {
		limit = Parse(resp.Header)
		lost = limit.Reset.IsZero() && resp.StatusCode != http.StatusTooManyRequests
	}
	p.window.settle(time.Now(), lost)
	if resp != nil {
		p.window.learn(response{limit, ServerTime(resp.Header, came), came, came.Sub(sent), resp.StatusCode, rand.Float64()})
	}
	if p.settled != nil {
		close(p.settled)
		p.settled = nil
	}
}
