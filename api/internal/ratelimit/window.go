package ratelimit

import (
	"net/http"
	"time"
)

// window is what a client knows of the org's rate limit, and decides by it when an attempt may be sent. It is pure:
// time and responses come in as arguments. These are its states, and what ends them:
//
//	unknown   no window has been seen, or the last one has ended. One attempt at a time goes out to find out.
//	          A response with X-Rate-Limit headers opens a window; one without makes the server unpaced.
//	open      slots are left for this client. Attempts go out, see room. What all clients leave to each other, the one
//	          that opened the window takes in the end, see rest.
//	closed    none are left, or the client has had its share. Nothing goes out before the window ends.
//	unpaced   the server does not speak of limits. Everything goes out, until a response has the headers.
//
// A window is named by its X-Rate-Limit-Reset: a later one opens a new window if this one has ended or more is left
// than before, an earlier one is a straggler's.
type window struct {
	limit, remaining int       // as of the latest response; remaining never rises within a window
	reset            time.Time // by the server's clock; zero while nothing is known
	ends             time.Time // the same by the local clock, with the herd spread
	unpaced          bool
	length           time.Duration // of windows: the longest time from a response to its Reset

	inFlight int       // attempts sent and not yet settled, whatever window they fall into
	own      int       // slots of this window that this client has taken
	sent     time.Time // when the last attempt was sent

	// What others take is seen between this client's responses.
	opened    time.Time // when the first response of the window came
	available int       // remaining in that response
	seen      time.Time // when the latest response came
	crowded   time.Time // when others were last seen to have taken slots, or the first response came
	roundTrip time.Duration
	before    float64 // ratio of the window before
}

const (
	// longestWindow is the longest time from now to a Reset that is believed. Okta's windows take a minute.
	longestWindow = 10 * time.Minute
	// caution is how many slots are kept for each attempt in flight and each slot that others took for one of this
	// client's. Measured: with less, clients of 16 goroutines each overrun the limit they share; with more, they leave
	// some of it.
	caution = 8
	// patience is how long an attempt in flight keeps the others waiting.
	patience = time.Second
	// flapping is by how much the Reset of one window may vary between responses.
	flapping = 2 * time.Second
)

// next tells whether an attempt may be sent now. If not, it says when to ask again; the zero time means: when an
// attempt settles, or after some patience.
func (w *window) next(now time.Time, share float64) (ok bool, at time.Time) {
	late := now.Sub(w.sent) >= patience // what is in flight keeps the others waiting no longer
	switch {
	case w.unpaced:
		return true, time.Time{}
	case !now.Before(w.ends): // unknown
		return w.inFlight == 0 || late, time.Time{}
	case w.own+w.inFlight >= max(1, int(share*float64(w.limit))):
		return false, w.later(w.ends)
	case w.room(now):
		return true, time.Time{}
	case w.inFlight > 0 && late && w.remaining > w.inFlight:
		return true, time.Time{}
	default:
		return false, w.later(w.rest())
	}
}

// later is when an attempt that finds no room may ask again: at a time, or earlier, because what is in flight is counted
// twice until it settles.
func (w *window) later(at time.Time) time.Time {
	if w.inFlight > 0 && w.remaining > 0 {
		return time.Time{}
	}
	return at
}

// rest is when this client may take what others have left, one by one: if it took the first slot of the window, as only
// one client did, and has not seen others for a quarter of it. Otherwise it is the end of the window. A single slot is
// more often taken than not.
func (w *window) rest() time.Time {
	opener := w.available == w.limit-1
	if at := w.crowded.Add(w.length / 4); opener && w.remaining > 1 && at.Before(w.ends) {
		return at
	}
	return w.ends
}

// room tells whether an open window has a slot for one more attempt of this client.
//
// The attempts in flight are this client's reservations. Those of others are guessed: what they took so far in this
// window, by the time until this attempt arrives, but no further ahead than they have been seen. A guess needs caution:
// the more others take, and the less is left, the fewer attempts of this client are in flight at once, down to one.
func (w *window) room(now time.Time) bool {
	if !now.Before(w.rest()) {
		return w.inFlight == 0
	}
	shared := max(w.ratio(), w.before) - 1
	if w.inFlight > 0 && float64(w.inFlight+1)*(1+caution*shared) > float64(w.remaining) {
		return false
	}
	left := float64(w.remaining - w.inFlight)
	ahead := min(now.Sub(w.seen), w.seen.Sub(w.opened)) + w.roundTrip
	if others := w.othersRate() * ahead.Seconds(); others > 0 {
		return left-others >= 2 // one in reserve, for it is a guess
	}
	return left >= 1
}

// ratio is how many slots of the window were taken for each one that this client took.
func (w *window) ratio() float64 { return max(1, float64(w.limit-w.remaining)/float64(max(1, w.own))) }

// othersRate is how many slots a second others have taken in this window.
func (w *window) othersRate() float64 {
	others, span := w.available-w.remaining-(w.own-1), w.seen.Sub(w.opened)
	if others <= 0 || span <= 0 {
		return 0
	}
	return float64(others) / span.Seconds()
}

// send takes note of an attempt that is sent.
func (w *window) send(now time.Time) {
	w.inFlight++
	w.sent = now
}

// settle takes note of an attempt that has ended. One that was lost, or answered without the headers, may have taken a
// slot, and counts as if it had: a share is never exceeded.
func (w *window) settle(now time.Time, lost bool) {
	w.inFlight--
	if lost && now.Before(w.ends) {
		w.own++
	}
}

// response is what a window learns from.
type response struct {
	limit  Limit
	date   time.Time     // by the server's clock
	came   time.Time     // its head, by the local clock
	took   time.Duration // until then
	status int
	jitter float64 // random, in [0, 1)
}

func (w *window) learn(r response) {
	left := r.limit.Reset.Sub(r.date)
	switch {
	case r.limit.Reset.IsZero(): // no headers; only a success proves that the server has none, and no proxy is in between
		w.unpaced = w.unpaced || r.status < 300 && !r.came.Before(w.ends)
		return
	case r.limit.Unknown() || left > longestWindow:
		return
	}
	w.unpaced = false
	r.limit.Limit = max(r.limit.Limit, r.limit.Remaining) // or 5 left of 0 would mean one request a window
	if w.roundTrip == 0 {
		w.roundTrip = r.took
	}
	w.roundTrip += (r.took - w.roundTrip) / 4
	switch over := !r.came.Before(w.ends.Add(-flapping)) || r.limit.Remaining > w.remaining; {
	case r.limit.Reset.After(w.reset) && over:
		w.open(r, left)
	case r.limit.Reset.Before(w.reset.Add(-flapping)):
		return // a straggler of an earlier window
	default:
		if r.limit.Remaining < w.remaining-1 {
			w.crowded = r.came
		}
		w.limit, w.remaining, w.seen = r.limit.Limit, min(w.remaining, r.limit.Remaining), r.came
		if r.status == http.StatusTooManyRequests && !r.came.Before(w.ends) { // it goes on, against all reckoning
			w.ends = r.came.Add(spread(max(0, left)+time.Second, r.jitter))
		}
	}
	if r.status != http.StatusTooManyRequests { // which takes no slot
		w.own++
	}
}

// open begins a new window.
func (w *window) open(r response, left time.Duration) {
	before := w.ratio()
	if r.came.Sub(w.ends) > w.length { // too long ago to tell who shares the limit now
		before = 1
	}
	left = w.whole(left)
	*w = window{
		length: w.length, limit: r.limit.Limit, remaining: r.limit.Remaining, reset: r.limit.Reset,
		ends:     r.came.Add(spread(left, r.jitter)),
		inFlight: w.inFlight, sent: w.sent,
		opened: r.came, crowded: r.came, available: r.limit.Remaining, seen: r.came, roundTrip: w.roundTrip, before: before,
	}
}

// whole returns an upper bound of what is left of a window. Reset and Date, whose difference is left, come in whole
// seconds, so the window may go on for up to a second more; but no longer than windows are.
func (w *window) whole(left time.Duration) time.Duration {
	if left < 0 {
		return 0
	}
	w.length = max(w.length, left)
	return min(left+time.Second, w.length)
}

// spread adds a random part of a hundredth of a wait, for all who wait for the end of a window would come at once.
func spread(wait time.Duration, jitter float64) time.Duration {
	return wait + time.Duration(float64(wait/100)*jitter)
}
