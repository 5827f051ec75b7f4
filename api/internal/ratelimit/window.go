package ratelimit

import (
	"net/http"
	"time"
)

// window is one window of the org's rate limit as a client knows it, and decides whether a request may be sent. A
// window has slots, one for each request, which the client shares with others that it cannot see: it counts the slots
// that it took itself, and what others took is the rest of what is gone. Each request in flight reserves a slot, and the
// more others take, the fewer requests of the client are in flight at once, because a 429 costs more than a wait.
//
//	state    meaning                                   what may be sent             until
//	unknown  no window was seen, or the last ended     one request, to find out     its response comes
//	open     slots are left for this client            as much as room allows       they are used, or it ends
//	spared   the rest is left to others                one a second, if one hangs   they have come, or it ends
//	closed   all slots, or the share, are used         nothing                      the window ends
//	unpaced  a success had no usable headers            everything                   a response has them
//
// A client leaves some slots to those who come later, see gatheredAt, and some to the others at the end. The client that
// opened the window finally takes what is left; see rest.
//
// A window is identified by its X-Rate-Limit-Reset. A later Reset opens a new window if this one has ended or more
// slots are left than before; an earlier one comes from a straggler. window has no clock: time and responses are
// arguments.
type window struct {
	limit, remaining int       // as of the latest response; remaining never rises within a window
	reset            time.Time // by the server's clock; zero while nothing is known
	ends             time.Time // the same by the local clock, and up to 1 % later, at random
	unpaced          bool
	length           time.Duration // of windows, as their openers see it; zero while this client opened none

	inFlight int       // attempts sent and not yet released, whatever window they fall into
	own      int       // slots of this window that this client has taken, or may have
	lost     int       // attempts that were lost since the window ended
	sent     time.Time // when the last attempt was sent

	// What others take shows between this client's responses.
	opener       bool      // this client took the first slot of the window
	lastResponse time.Time // when the latest response came
	lastOthers   time.Time // when others were last seen to have taken slots, or the first response came
	gatheredAt   time.Time // when the others that share the window have probably come, too
	keptFree     float64   // slots that are left to them until then
	ratioBefore  float64   // ratio of the window before
}

const (
	// LongestWindow is the longest time from now to a Reset that is accepted. Okta's windows last a minute.
	LongestWindow = 10 * time.Minute
	// caution is how many slots are kept free per attempt in flight and per slot that others took for each of this
	// client's. Measured: with less, clients of 16 goroutines each overrun the limit that they share; with more, they
	// leave some of it.
	caution = 8
	// reserve is how many slots are left at least to others until they have gathered, and at most at the end of a window:
	// two for each that others took for one of this client's, because all of them ask for the last slots at once.
	// Measured: with less, eight clients that share a limit of 20 draw many 429s, and some calls use up their attempts;
	// with more, hardly fewer.
	reserve = 8
	// gathering is how long a client waits for others, and for the spread, in a window that directly follows another one.
	// Reset and Date are whole seconds. The client that opened the window before knows its end exactly; the others may
	// come up to a second later. Whoever opens the next window leaves them half of it. Measured: without this, one of two
	// clients takes each window as a whole, and the other one draws a 429; with a second, the last to come still do.
	gathering = 1500 * time.Millisecond
	// startup is the same in any other window, for processes that are started together.
	startup = 500 * time.Millisecond
	// patience is how long an attempt in flight makes the others wait.
	patience = time.Second
	// flapping is how much the Reset of one window may vary between responses.
	flapping = 2 * time.Second
)

// next reports whether an attempt may be sent now. If not, at is when to ask again; the zero time means when an attempt
// is released, or after patience.
func (w *window) next(now time.Time, share float64) (ok bool, at time.Time) {
	late := now.Sub(w.sent) >= patience // the attempts in flight no longer make the others wait
	switch {
	case w.unpaced:
		return true, time.Time{}
	case !now.Before(w.ends): // unknown
		return w.inFlight == 0 || late && (w.limit == 0 || w.inFlight < w.most(share)), time.Time{}
	case w.shareUsed(share):
		return false, w.later(w.ends)
	case w.room(now):
		return true, time.Time{}
	case w.inFlight > 0 && late && w.remaining > w.inFlight:
		return true, time.Time{}
	case w.remaining > 0 && now.Before(w.gatheredAt):
		return false, w.later(w.gatheredAt)
	default:
		return false, w.later(w.rest())
	}
}

// most returns how many slots of the window this client may take.
func (w *window) most(share float64) int { return max(1, int(share*float64(w.limit))) }

// shareUsed reports whether the client has taken its share, if it has one.
func (w *window) shareUsed(share float64) bool { return share < 1 && w.own+w.inFlight >= w.most(share) }

// reason returns why nothing may be sent.
func (w *window) reason(share float64) string {
	switch {
	case w.remaining == 0:
		return LimitUsed
	case w.shareUsed(share):
		return ShareUsed
	default:
		return LeftToOthers
	}
}

// later returns when an attempt that finds no room may ask again: at the given time, or, while slots remain, when one in
// flight is released, because its response shows what is left.
func (w *window) later(at time.Time) time.Time {
	if w.inFlight > 0 && w.remaining > 0 {
		return time.Time{}
	}
	return at
}

// rest is when this client may take what others have left, one by one: if it took the first slot of the window, as only
// one client did, and has not seen others for a quarter of it. Otherwise it is the end of the window.
func (w *window) rest() time.Time {
	if at := w.lastOthers.Add(w.length / 4); w.opener && w.remaining > 0 && at.Before(w.ends) {
		return at
	}
	return w.ends
}

// room reports whether an open window has a slot for one more attempt of this client. The attempts in flight are
// reservations of this client. The more others take, and the fewer slots remain, the fewer attempts of this client are
// in flight at once, down to one.
func (w *window) room(now time.Time) bool {
	if w.inFlight == 0 && !now.Before(w.rest()) {
		return true
	}
	shared := max(w.ratio(), w.ratioBefore) - 1
	if w.inFlight > 0 && float64(w.inFlight+1)*(1+caution*shared) > float64(w.remaining) {
		return false
	}
	kept := min(2*shared, reserve)
	if now.Before(w.gatheredAt) {
		kept = w.keptFree
	}
	if float64(w.remaining-w.inFlight) < 1+kept {
		return false
	}
	// When all have gathered, one attempt finds out what they left.
	return now.Before(w.gatheredAt) || !w.lastResponse.Before(w.gatheredAt) || w.inFlight == 0
}

// ratio returns how many slots of the window were taken for each one that this client took.
func (w *window) ratio() float64 { return max(1, float64(w.limit-w.remaining)/float64(max(1, w.own))) }

// send records that an attempt is sent.
func (w *window) send(now time.Time) {
	w.inFlight++
	w.sent = now
}

// release records that an attempt has ended.
func (w *window) release() { w.inFlight-- }

// lose records that an attempt was lost, or answered without usable headers. It may have taken a slot, and counts as if
// it had, so that a share is never exceeded.
func (w *window) lose(now time.Time) {
	switch {
	case now.Before(w.ends):
		w.own++
	case !w.unpaced: // the window that it may have fallen into is not known yet
		w.lost++
	}
}

// response is what a window learns from a response.
type response struct {
	limit  Limit
	date   time.Time // by the server's clock
	came   time.Time // when its header arrived, by the local clock
	status int
	jitter float64 // random, in [0, 1)
}

func (w *window) learn(r response) {
	left := r.limit.Reset.Sub(r.date)
	if r.limit.Unknown() || left > LongestWindow || left < -flapping && r.status < 300 {
		// Without usable headers, an error may come from a proxy; a success shows that the server sends none.
		w.unpaced = w.unpaced || r.status < 300 && !r.came.Before(w.ends)
		if r.status != http.StatusTooManyRequests {
			w.lose(r.came)
		}
		return
	}
	w.unpaced = false
	r.limit.Limit = max(r.limit.Limit, r.limit.Remaining) // otherwise, 5 left of 0 would mean one request a window
	follows := r.limit.Reset.After(w.reset.Add(flapping)) &&
		(!r.came.Before(w.ends.Add(-flapping)) || r.limit.Remaining > w.remaining)
	switch {
	case r.limit.Reset.After(w.reset) && (follows || !r.came.Before(w.ends)):
		w.open(r, left)
	case r.limit.Reset.Before(w.reset.Add(-flapping)):
		return // a straggler from an earlier window
	default:
		if r.limit.Remaining < w.remaining-1 {
			w.lastOthers = r.came
		}
		w.limit, w.remaining, w.lastResponse = r.limit.Limit, min(w.remaining, r.limit.Remaining), r.came
		if r.status == http.StatusTooManyRequests && !r.came.Before(w.ends) { // it goes on, unexpectedly
			w.ends = r.came.Add(spread(max(0, left)+time.Second, r.jitter))
		}
	}
	if r.status != http.StatusTooManyRequests { // a 429 takes no slot
		w.own++
	}
}

// open begins a new window.
func (w *window) open(r response, left time.Duration) {
	before, wait, half := w.ratio(), startup, 0
	if r.came.Sub(w.ends) > time.Minute { // too long ago to know who shares the limit now
		before = 1
	}
	if r.came.Sub(w.ends) < gathering {
		wait, half = gathering+left/100, r.limit.Limit/2
	}
	*w = window{
		length: w.length, limit: r.limit.Limit, remaining: r.limit.Remaining, reset: r.limit.Reset,
		inFlight: w.inFlight, sent: w.sent,
		own: w.lost, opener: r.limit.Remaining == r.limit.Limit-1 && r.status != http.StatusTooManyRequests,
		lastResponse: r.came, lastOthers: r.came, ratioBefore: before, keptFree: reserve,
	}
	if w.opener {
		w.keptFree = max(reserve, float64(half))
	}
	left = spread(w.whole(left), r.jitter)
	w.ends, w.gatheredAt = r.came.Add(left), r.came.Add(min(wait, left/4))
}

// whole returns an upper bound of what is left of a window that has just opened. left is the difference of Reset and
// Date, which are in whole seconds, so the window may last up to a second longer, but no longer than windows do. Their
// length is what is left when the response to their opener comes. The server's clock may have reached the next second by
// then, which makes it one too short, so a length counts only for windows after the one that it was learned from.
func (w *window) whole(left time.Duration) time.Duration {
	bound := max(0, left+time.Second)
	if left <= w.length {
		bound = min(bound, w.length)
	}
	if w.opener {
		w.length = max(w.length, left)
	}
	return bound
}

// spread adds up to a hundredth to a wait, at random, so that those who wait for the end of a window do not all return
// at once.
func spread(wait time.Duration, jitter float64) time.Duration {
	return wait + time.Duration(float64(wait/100)*jitter)
}
