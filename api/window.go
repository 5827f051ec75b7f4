package api

import "time"

// window is what a client knows of the org's rate limit, and decides by it when an attempt may be sent. It is pure:
// time and responses come in as arguments. These are its states, and what ends them:
//
//	unknown   no window has been seen, or the last one has ended. One attempt at a time goes out to find out.
//	          A response with X-Rate-Limit headers opens a window; one without makes the server unpaced.
//	open      slots are left for this client. Attempts go out, see room.
//	closed    none are left, or the client has had its share. Nothing goes out before the window ends.
//	unpaced   the server does not speak of limits. Everything goes out, until a response has the headers.
//
// A window is named by its X-Rate-Limit-Reset: a later one opens a new window, an earlier one is a straggler's.
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
	// patience is how long one attempt that finds out about a new window keeps the others waiting.
	patience = time.Second
)

// next tells whether an attempt may be sent now. If not, it says when to ask again; the zero time means: when an
// attempt settles, or after some patience.
func (w *window) next(now time.Time, share float64) (ok bool, at time.Time) {
	switch {
	case w.unpaced:
		return true, time.Time{}
	case !now.Before(w.ends): // unknown
		return w.inFlight == 0 || now.Sub(w.sent) >= patience, time.Time{}
	case w.room(now, share):
		return true, time.Time{}
	case w.inFlight > 0 && w.remaining > 0: // what is in flight is counted twice until it settles
		return false, time.Time{}
	default:
		return false, w.ends
	}
}

// room tells whether an open window has a slot for one more attempt of this client.
//
// The attempts in flight are this client's reservations. Those of others are guessed: what they took so far in this
// window, by the time until this attempt arrives. A guess needs caution: the more others take, and the less is left,
// the fewer attempts of this client are in flight at once, down to one.
func (w *window) room(now time.Time, share float64) bool {
	if w.own+w.inFlight >= max(1, int(share*float64(w.limit))) {
		return false
	}
	shared := max(w.ratio(), w.before) - 1
	if w.inFlight > 0 && float64(w.inFlight+1)*(1+caution*shared) > float64(w.remaining) {
		return false
	}
	left := float64(w.remaining - w.inFlight)
	if others := w.othersRate() * (now.Sub(w.seen) + w.roundTrip).Seconds(); others > 0 {
		return left-others >= 2 // one in reserve, for it is a guess
	}
	return left >= 1
}

// ratio is how many slots of the window were taken for each one that this client took.
func (w *window) ratio() float64 { return max(1, float64(w.limit-w.remaining)/float64(max(1, w.own))) }

// othersRate is how many slots a second others have taken in this window.
func (w *window) othersRate() float64 {
	others, time := w.available-w.remaining-(w.own-1), w.seen.Sub(w.opened)
	if others <= 0 || time <= 0 {
		return 0
	}
	return float64(others) / time.Seconds()
}

// send takes note of an attempt that is sent.
func (w *window) send(now time.Time) {
	w.inFlight++
	w.sent = now
}

// settle takes note of an attempt that has ended. One without a response may have taken a slot, and counts as if it
// had: a share is never exceeded.
func (w *window) settle(now time.Time, answered bool) {
	w.inFlight--
	if !answered && now.Before(w.ends) {
		w.own++
	}
}

// learn takes in a response: its rate limit, its Date (by the server's clock), when it came and how long it took.
// limited is set for a 429, which takes no slot. jitter is random, in [0, 1).
func (w *window) learn(limit RateLimit, date, now time.Time, took time.Duration, limited bool, jitter float64) {
	if limit.unknown() {
		w.unpaced = w.unpaced || w.reset.IsZero()
		return
	}
	left := limit.Reset.Sub(date)
	if left > longestWindow {
		return
	}
	w.unpaced = false
	w.seen = now
	if w.roundTrip == 0 {
		w.roundTrip = took
	}
	w.roundTrip += (took - w.roundTrip) / 4
	switch {
	case limit.Reset.After(w.reset):
		left = w.whole(left)
		*w = window{
			length: w.length, limit: limit.Limit, remaining: limit.Remaining, reset: limit.Reset,
			ends:     now.Add(spread(left, jitter)),
			inFlight: w.inFlight, sent: w.sent,
			opened: now, available: limit.Remaining, seen: now, roundTrip: w.roundTrip, before: w.ratio(),
		}
	case limit.Reset.Equal(w.reset):
		w.limit, w.remaining = limit.Limit, min(w.remaining, limit.Remaining)
		if limited && !now.Before(w.ends) { // it goes on, against all reckoning
			w.ends = now.Add(spread(max(0, left)+time.Second, jitter))
		}
	default:
		return
	}
	if !limited {
		w.own++
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
func spread(wait time.Duration, jitter float64) time.Duration { return wait + scale(wait/100, jitter) }
