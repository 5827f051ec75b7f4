package ratelimit

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Pacer holds requests back while the org's rate limit is used up, instead of letting them draw a 429. Several clients
// that share a limit, in one process or many, stay correct because what they know comes from the server. It is safe for
// concurrent use.
type Pacer struct {
	share   float64
	maxWait time.Duration

	mu       sync.Mutex
	window   window
	released chan struct{} // closed when a request is released; nil while nobody waits for that
}

// NewPacer returns a pacer that uses at most a share, over 0 and up to 1, of each window's limit, and begins no wait
// that is longer than maxWait.
func NewPacer(share float64, maxWait time.Duration) *Pacer {
	return &Pacer{share: share, maxWait: maxWait}
}

// TooLongError is a wait that was not begun: it would outlast the context's deadline or the longest wait.
type TooLongError struct {
	Wait  time.Duration
	Limit Limit // of the window that is used up
}

func (e *TooLongError) Error() string {
	wait := e.Wait.Round(time.Millisecond)
	return fmt.Sprintf("the next request may be sent in %v, but the call may not wait that long", wait)
}

// Hold describes why a request is held back, and until when.
type Hold struct {
	Until  time.Time // zero for the release of another request
	Reason string
	Limit  Limit // of the window
}

// The reasons of a Hold, which api documents.
const LimitUsed, ShareUsed, LeftToOthers = "limit", "share", "others"

// Admit waits until a request may be sent, and counts it as in flight until Release. It calls held before each wait but
// those for another request. The error is a [*TooLongError], or that of the context.
func (p *Pacer) Admit(ctx context.Context, held func(Hold)) error {
	var until time.Time // what held was last told
	for {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		now := time.Now()
		hold, released := p.ask(now)
		if released == nil {
			return nil
		}
		wait := patience
		if !hold.Until.IsZero() {
			wait = hold.Until.Sub(now)
			if deadline, ok := ctx.Deadline(); wait > p.maxWait || ok && !hold.Until.Before(deadline) {
				if p.insist(now) {
					return nil
				}
				return &TooLongError{wait, hold.Limit}
			}
			if !hold.Until.Equal(until) {
				until = hold.Until
				held(hold)
			}
		}
		select {
		case <-ctx.Done():
		case <-released:
		case <-time.After(wait):
		}
	}
}

// ask counts a request as in flight if it may be sent. If not, it returns why and until when it may not, and what is
// closed when another request is released.
func (p *Pacer) ask(now time.Time) (hold Hold, released <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ok, at := p.window.next(now, p.share)
	if ok {
		p.window.send(now)
		return Hold{}, nil
	}
	if p.released == nil {
		p.released = make(chan struct{})
	}
	limit := Limit{Limit: p.window.limit, Remaining: p.window.remaining, Reset: p.window.reset}
	return Hold{at, p.window.reason(p.share), limit}, p.released
}

// insist counts a request as in flight that cannot wait for others to gather, if a slot is left.
func (p *Pacer) insist(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := &p.window
	ok := now.Before(w.gatheredAt) && w.remaining > w.inFlight && !w.shareUsed(p.share)
	if ok {
		w.send(now)
	}
	return ok
}

// Release ends a request that Admit let through, and learns from its response, whose header arrived at came. resp is nil
// if no response arrived; then lost reports whether the request may have reached the server nevertheless.
func (p *Pacer) Release(resp *http.Response, lost bool, came time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.window.release()
	switch {
	case resp != nil:
		date := ServerTime(resp.Header, came)
		p.window.learn(response{Parse(resp.Header), date, came, resp.StatusCode, rand.Float64()})
	case lost:
		p.window.lose(time.Now())
	}
	if p.released != nil {
		close(p.released)
		p.released = nil
	}
}
