package api

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"example.com/apptokens/api/internal/retry"
)

// pacer holds the attempts of a client back while the org's rate limit is used up, instead of letting them draw a 429.
// Several clients, in one process or many, that share a limit stay correct: what they know comes from the server.
type pacer struct {
	share   float64 // of the limit, in (0, 1]
	maxWait time.Duration

	mu      sync.Mutex
	window  window
	settled chan struct{} // closed when an attempt settles; nil while nobody waits for that
}

// admit waits until an attempt may be sent, and counts it as sent. A wait that would outlast the context's deadline or
// maxWait is not begun. held hears of each wait for the end of a window.
func (p *pacer) admit(ctx context.Context, held func(until time.Time, limit RateLimit)) *Error {
	var until time.Time // as held has heard
	for {
		if ctx.Err() != nil {
			return &Error{Err: retry.ContextError(ctx)}
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
				return &Error{RateLimit: limit, Err: fmt.Errorf("%w: the window ends in %v, and the call may not wait that long",
					ErrRateLimited, wait.Round(time.Millisecond))}
			}
			if !at.Equal(until) {
				until = at
				held(until, limit)
			}
		}
		_ = retry.Sleep(ctx, wait, settled) // the next round sees to the context
	}
}

// ask counts an attempt as sent if it may be. If not, it returns when to ask again: at a time, if that is not zero, or
// when an attempt settles.
func (p *pacer) ask(now time.Time) (at time.Time, settled <-chan struct{}, limit RateLimit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ok, at := p.window.next(now, p.share)
	if ok {
		p.window.send(now)
		return time.Time{}, nil, RateLimit{}
	}
	if p.settled == nil {
		p.settled = make(chan struct{})
	}
	return at, p.settled, RateLimit{Limit: p.window.limit, Remaining: p.window.remaining, Reset: p.window.reset}
}

// settle ends an attempt that was admitted at a time and whose response's head came at another. resp is nil where no
// response came; lost is set where the request may have reached the server all the same.
func (p *pacer) settle(resp *http.Response, lost bool, sent, came time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	limit := RateLimit{}
	if resp != nil {
		limit = parseRateLimit(resp.Header)
		lost = limit.Reset.IsZero() && resp.StatusCode != http.StatusTooManyRequests
	}
	p.window.settle(time.Now(), lost)
	if resp != nil {
		p.window.learn(response{limit, retry.ServerTime(resp.Header, came), came, came.Sub(sent), resp.StatusCode, rand.Float64()})
	}
	if p.settled != nil {
		close(p.settled)
		p.settled = nil
	}
}
