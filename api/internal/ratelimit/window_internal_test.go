package ratelimit

import (
	"testing"
	"time"
)

// now is when each case begins.
var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestWindowDecides(t *testing.T) {
	t.Parallel()
	ends := now.Add(time.Minute)
	open := window{limit: 100, remaining: 99, reset: ends, ends: ends, own: 1, sent: now, length: time.Minute, opener: true, lastResponse: now, lastOthers: now, ratioBefore: 1}
	with := func(change func(*window)) window {
		w := open
		change(&w)
		return w
	}
	tests := map[string]struct {
		window window
		now    time.Time
		share  float64
		ok     bool
		at     time.Time // zero: when an attempt is released
	}{
		"unknown: the first goes":          {window{}, now, 1, true, time.Time{}},
		"unknown: the second waits for it": {window{inFlight: 1, sent: now}, now, 1, false, time.Time{}},
		"unknown: but not for ever":        {window{inFlight: 1, sent: now}, now.Add(patience), 1, true, time.Time{}},
		"unpaced":                          {window{unpaced: true, inFlight: 1000}, now, 1, true, time.Time{}},
		"open":                             {open, now, 1, true, time.Time{}},
		"open: all but what is in flight":  {with(func(w *window) { w.inFlight = 98 }), now, 1, true, time.Time{}},
		"open: the rest is in flight":      {with(func(w *window) { w.inFlight = 99 }), now, 1, false, time.Time{}},
		"open: what hangs keeps the others waiting for a while only": {with(func(w *window) { w.inFlight, w.ratioBefore = 1, 8 }), now.Add(patience), 1, true, time.Time{}},
		"open: what hangs keeps its own slot":                        {with(func(w *window) { w.inFlight, w.remaining, w.own = 1, 1, 49 }), now.Add(patience), 1, false, time.Time{}},
		"closed":                                                     {with(func(w *window) { w.remaining, w.own = 0, 100 }), now, 1, false, ends},
		"closed, with stragglers in flight":                          {with(func(w *window) { w.remaining, w.own, w.inFlight = 0, 98, 2 }), now, 1, false, ends},
		"ended":                                                      {with(func(w *window) { w.remaining, w.own = 0, 100 }), ends, 1, true, time.Time{}},
		"ended: what hangs keeps the others waiting for a while only": {with(func(w *window) { w.inFlight, w.sent = 1, ends }), ends.Add(patience), 1, true, time.Time{}},
		"ended: no more than a share goes without a response":         {with(func(w *window) { w.inFlight, w.sent = 50, ends }), ends.Add(patience), 0.5, false, time.Time{}},
		"share: the last slot of it":                                  {with(func(w *window) { w.remaining, w.own = 51, 49 }), now, 0.5, true, time.Time{}},
		"share: had":                                                  {with(func(w *window) { w.remaining, w.own = 50, 50 }), now, 0.5, false, ends},
		"share: in flight counts":                                     {with(func(w *window) { w.remaining, w.own, w.inFlight = 60, 40, 10 }), now, 0.5, false, time.Time{}},
		"share: at least one":                                         {with(func(w *window) { w.limit, w.remaining, w.own = 1, 1, 0 }), now, 0.1, true, time.Time{}},
		"share: at least one, and no more":                            {with(func(w *window) { w.limit, w.remaining, w.own = 5, 4, 1 }), now, 0.1, false, ends},
		"shared: the last slots are left": {with(func(w *window) {
			w.remaining, w.own, w.lastResponse = 8, 10, now.Add(time.Second) // others took 82
		}), now.Add(time.Second), 1, false, now.Add(15 * time.Second)},
		"shared: the last slots of a window of theirs are left": {with(func(w *window) {
			w.remaining, w.opener, w.own, w.lastResponse = 8, false, 10, now.Add(time.Second)
		}), now.Add(time.Second), 1, false, ends},
		"shared: they have not taken them": {with(func(w *window) {
			w.remaining, w.own, w.lastResponse = 8, 10, now.Add(time.Second)
		}), now.Add(15 * time.Second), 1, true, time.Time{}},
		"shared: the rest goes one by one": {with(func(w *window) {
			w.remaining, w.own, w.inFlight, w.lastResponse, w.sent = 20, 10, 1, now.Add(time.Second), now.Add(15*time.Second)
		}), now.Add(15 * time.Second), 1, false, time.Time{}},
		"shared: the last slot goes": {with(func(w *window) {
			w.remaining, w.own, w.lastResponse = 1, 10, now.Add(time.Second)
		}), now.Add(15 * time.Second), 1, true, time.Time{}},
		"shared: not while one is in flight": {with(func(w *window) {
			w.remaining, w.own, w.inFlight, w.sent = 1, 10, 1, now.Add(15*time.Second)
		}), now.Add(15 * time.Second), 1, false, time.Time{}},
		"shared: others are seen again": {with(func(w *window) {
			w.remaining, w.own, w.lastResponse, w.lastOthers = 8, 10, now.Add(10*time.Second), now.Add(10*time.Second)
		}), now.Add(15 * time.Second), 1, false, now.Add(25 * time.Second)},
		"gathering: slots are left to those who have not come": {with(func(w *window) {
			w.remaining, w.own, w.gatheredAt, w.keptFree = 8, 92, now.Add(time.Second), 8
		}), now, 1, false, now.Add(time.Second)},
		"gathering: and no more than these": {with(func(w *window) {
			w.remaining, w.own, w.gatheredAt, w.keptFree = 9, 91, now.Add(time.Second), 8
		}), now, 1, true, time.Time{}},
		"gathering: what is in flight takes none of these": {with(func(w *window) {
			w.remaining, w.own, w.inFlight, w.gatheredAt, w.keptFree = 11, 86, 3, now.Add(time.Second), 8
		}), now, 1, false, time.Time{}},
		"gathering: all have come": {with(func(w *window) {
			w.remaining, w.own, w.gatheredAt, w.keptFree = 8, 92, now.Add(time.Second), 8
		}), now.Add(time.Second), 1, true, time.Time{}},
		"gathering: one finds out how many came": {with(func(w *window) {
			w.remaining, w.own, w.gatheredAt, w.keptFree, w.inFlight, w.sent = 8, 92, now.Add(time.Second), 8, 1, now.Add(time.Second)
		}), now.Add(time.Second), 1, false, time.Time{}},
		"gathering: that is known": {with(func(w *window) {
			w.remaining, w.own, w.gatheredAt, w.keptFree, w.inFlight, w.lastResponse = 8, 92, now.Add(time.Second), 8, 1, now.Add(time.Second)
		}), now.Add(time.Second), 1, true, time.Time{}},
		"gathering: nothing is left to wait for": {with(func(w *window) {
			w.remaining, w.own, w.gatheredAt, w.keptFree = 0, 100, now.Add(time.Second), 8
		}), now, 1, false, ends},
		"shared: few in flight": {with(func(w *window) {
			w.remaining, w.own, w.inFlight, w.lastResponse = 40, 30, 1, now.Add(time.Second) // one for each of ours
		}), now.Add(time.Second), 1, true, time.Time{}},
		"shared: too many in flight": {with(func(w *window) {
			w.remaining, w.own, w.inFlight, w.lastResponse, w.sent = 40, 30, 4, now.Add(time.Second), now.Add(time.Second)
		}), now.Add(time.Second), 1, false, time.Time{}},
		"shared in the window before": {with(func(w *window) { w.inFlight, w.ratioBefore = 2, 8 }), now, 1, false, time.Time{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if ok, at := test.window.next(test.now, test.share); ok != test.ok || !at.Equal(test.at) {
				t.Errorf("next = %v, %v; want %v, %v", ok, at, test.ok, test.at)
			}
		})
	}
}

// How many slots are taken for each one of ours.
func TestWindowEstimatesOthers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		window window
		want   float64
	}{
		"nothing is known":                  {window{}, 1},
		"all slots are ours":                {window{limit: 100, remaining: 90, own: 10}, 1},
		"others take as many":               {window{limit: 100, remaining: 80, own: 10}, 2},
		"others take three times as many":   {window{limit: 100, remaining: 60, own: 10}, 4},
		"others took some before our first": {window{limit: 100, remaining: 49, own: 1}, 51},
		"we have none yet, after a 429":     {window{limit: 100, remaining: 50, own: 0}, 50},
		"we took more than the org counts":  {window{limit: 100, remaining: 95, own: 10}, 1},
	}
	for name, test := range tests {
		if got := test.window.ratio(); got != test.want {
			t.Errorf("%s: %v for each one of ours, want %v", name, got, test.want)
		}
	}
}

// The edges of room: each pair of cases differs by one slot, one attempt or one moment.
func TestWindowHasRoomUpToItsEdges(t *testing.T) {
	t.Parallel()
	ends := now.Add(time.Minute)
	// Others took ten slots, and we ten: two for each of ours.
	shared := func(remaining, inFlight int) window {
		return window{limit: remaining + 20, remaining: remaining, own: 10, inFlight: inFlight,
			opener: true, lastResponse: now, lastOthers: ends, ends: ends}
	}
	alone := func(remaining, inFlight int, before float64) window {
		return window{limit: 100, remaining: remaining, own: 100 - remaining, inFlight: inFlight, ratioBefore: before,
			opener: true, lastResponse: now, lastOthers: ends, ends: ends}
	}
	tests := map[string]struct {
		window window
		want   bool
	}{
		"alone: the last slot":                                {alone(1, 0, 1), true},
		"alone: no slot":                                      {alone(0, 0, 1), false},
		"alone: the last slot that is not reserved":           {alone(3, 2, 1), true},
		"alone: every slot is reserved":                       {alone(3, 3, 1), false},
		"others: three slots, two of which are left to them":  {shared(3, 0), true},
		"others: the last two slots are left to them":         {shared(2, 0), false},
		"others: a second attempt needs 18 slots":             {shared(18, 1), true},
		"others: a second attempt with 17 slots":              {shared(17, 1), false},
		"others: a third attempt needs 27 slots":              {shared(27, 2), true},
		"others: a third attempt with 26 slots":               {shared(26, 2), false},
		"others in the window before: a second attempt":       {alone(34, 1, 3), true},
		"others in the window before: with one slot fewer":    {alone(33, 1, 3), false},
		"others in the window before: the first needs 5":      {alone(5, 0, 3), true},
		"others in the window before: the first with 4 slots": {alone(4, 0, 3), false},
		"many others in the window before: 8 slots are left":  {alone(9, 0, 30), true},
		"many others in the window before: the last 8 slots":  {alone(8, 0, 30), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.window.room(now); got != test.want {
				t.Errorf("room is %v, want %v", got, test.want)
			}
		})
	}
}

// While no window is known, an attempt makes the others wait for its response, but not for ever.
func TestAnAttemptInFlightMakesTheOthersWait(t *testing.T) {
	t.Parallel()
	var w window
	w.send(now)
	for after, want := range map[time.Duration]bool{0: false, patience - 1: false, patience: true} {
		if ok, _ := w.next(now.Add(after), 1); ok != want {
			t.Errorf("%v after the first attempt, another one may be sent: %v, want %v", after, ok, want)
		}
	}
}
