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
	open := window{limit: 100, remaining: 99, reset: ends, ends: ends, own: 1, sent: now, length: time.Minute, opened: now, crowded: now, available: 99, seen: now, before: 1}
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
		"open: what hangs keeps the others waiting for a while only": {with(func(w *window) { w.inFlight, w.before = 2, 8 }), now.Add(patience), 1, true, time.Time{}},
		"closed":                            {with(func(w *window) { w.remaining, w.own = 0, 100 }), now, 1, false, ends},
		"closed, with stragglers in flight": {with(func(w *window) { w.remaining, w.own, w.inFlight = 0, 98, 2 }), now, 1, false, ends},
		"ended":                             {with(func(w *window) { w.remaining, w.own = 0, 100 }), ends, 1, true, time.Time{}},
		"share: the last slot of it":        {with(func(w *window) { w.remaining, w.own = 51, 49 }), now, 0.5, true, time.Time{}},
		"share: had":                        {with(func(w *window) { w.remaining, w.own = 50, 50 }), now, 0.5, false, ends},
		"share: in flight counts":           {with(func(w *window) { w.remaining, w.own, w.inFlight = 60, 40, 10 }), now, 0.5, false, time.Time{}},
		"share: at least one":               {with(func(w *window) { w.limit, w.remaining, w.own = 1, 1, 0 }), now, 0.1, true, time.Time{}},
		"shared: others will have taken the rest": {with(func(w *window) {
			w.remaining, w.own, w.seen, w.roundTrip = 20, 10, now.Add(time.Second), 300*time.Millisecond // 70 a second
		}), now.Add(time.Second), 1, false, now.Add(15 * time.Second)},
		"shared: others will have taken the rest of a window of theirs": {with(func(w *window) {
			w.remaining, w.available, w.own, w.seen, w.roundTrip = 20, 90, 10, now.Add(time.Second), 300*time.Millisecond
		}), now.Add(time.Second), 1, false, ends},
		"shared: they have not": {with(func(w *window) {
			w.remaining, w.own, w.seen, w.roundTrip = 20, 10, now.Add(time.Second), 300*time.Millisecond
		}), now.Add(15 * time.Second), 1, true, time.Time{}},
		"shared: the rest goes one by one": {with(func(w *window) {
			w.remaining, w.own, w.inFlight, w.seen, w.sent = 20, 10, 1, now.Add(time.Second), now.Add(15*time.Second)
		}), now.Add(15 * time.Second), 1, false, time.Time{}},
		"shared: the last slot is left": {with(func(w *window) {
			w.remaining, w.own, w.seen = 1, 10, now.Add(time.Second)
		}), now.Add(15 * time.Second), 1, false, ends},
		"shared: others are seen again": {with(func(w *window) {
			w.remaining, w.own, w.seen, w.crowded, w.roundTrip = 20, 10, now.Add(10*time.Second), now.Add(10*time.Second), 10*time.Second
		}), now.Add(15 * time.Second), 1, false, now.Add(25 * time.Second)},
		"shared: others are slow": {with(func(w *window) {
			w.remaining, w.own, w.seen, w.roundTrip = 20, 1, now.Add(50*time.Second), 300*time.Millisecond // 79 in 50 seconds
		}), now.Add(50 * time.Second), 1, true, time.Time{}},
		"shared: few in flight": {with(func(w *window) {
			w.remaining, w.own, w.inFlight, w.seen = 40, 30, 1, now.Add(time.Second) // one for each of ours
		}), now.Add(time.Second), 1, true, time.Time{}},
		"shared: too many in flight": {with(func(w *window) {
			w.remaining, w.own, w.inFlight, w.seen, w.sent = 40, 30, 4, now.Add(time.Second), now.Add(time.Second)
		}), now.Add(time.Second), 1, false, time.Time{}},
		"shared in the window before": {with(func(w *window) { w.inFlight, w.before = 2, 8 }), now, 1, false, time.Time{}},
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

func TestWindowLearns(t *testing.T) {
	t.Parallel()
	reset := now.Add(time.Minute)
	first := Limit{Limit: 100, Remaining: 99, Reset: reset}
	type lesson struct {
		limit   Limit
		date    time.Time
		limited bool
	}
	tests := map[string]struct {
		lessons        []lesson
		remaining, own int
		ends           time.Time
		unpaced        bool
	}{
		"a window whose reset flaps":       {[]lesson{{first, now, false}, {Limit{100, 98, reset.Add(time.Second)}, now, false}, {Limit{100, 97, reset}, now, false}}, 97, 3, reset, false},
		"nothing":                          {[]lesson{{}}, 0, 0, time.Time{}, true},
		"a limit after nothing":            {[]lesson{{}, {first, now, false}}, 99, 1, reset, false},
		"nothing after a limit":            {[]lesson{{first, now, false}, {}}, 99, 1, reset, false},
		"the first of a window":            {[]lesson{{first, now, false}}, 99, 1, reset, false},
		"by the server's clock":            {[]lesson{{Limit{100, 99, reset.Add(-10 * time.Minute)}, now.Add(-10 * time.Minute), false}}, 99, 1, reset, false},
		"remaining only falls":             {[]lesson{{first, now, false}, {Limit{100, 90, reset}, now, false}, {Limit{100, 95, reset}, now, false}}, 90, 3, reset, false},
		"a 429 takes no slot":              {[]lesson{{first, now, false}, {Limit{100, 0, reset}, now, true}}, 0, 1, reset, false},
		"a straggler of an earlier window": {[]lesson{{first, now, false}, {Limit{100, 0, reset.Add(-time.Minute)}, now, false}}, 99, 1, reset, false},
		"a later window":                   {[]lesson{{Limit{100, 0, now}, now.Add(-time.Minute), false}, {first, now, false}}, 99, 1, reset, false},
		"a window that has ended":          {[]lesson{{Limit{100, 0, now.Add(-time.Second)}, now, false}}, 0, 1, now, false},
		"a window too long to believe":     {[]lesson{{Limit{100, 0, now.Add(time.Hour)}, now, false}}, 0, 0, time.Time{}, false},
		"the limit of concurrent requests": {[]lesson{{first, now, false}, {Limit{0, 0, now.Add(time.Hour)}, now, true}}, 99, 1, reset, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w window
			for _, l := range test.lessons {
				status := 204
				if l.limited {
					status = 429
				}
				w.send(now)
				w.release(now, false)
				w.learn(response{l.limit, l.date, now, time.Second, status, 0})
			}
			if w.remaining != test.remaining || w.own != test.own || !w.ends.Equal(test.ends) || w.unpaced != test.unpaced || w.inFlight != 0 {
				t.Errorf("window %+v; want %d remaining, %d own, end %v, unpaced %v", w, test.remaining, test.own, test.ends, test.unpaced)
			}
		})
	}
}

func TestTheHerdIsSpread(t *testing.T) {
	t.Parallel()
	var early, late window
	limit := Limit{Limit: 100, Remaining: 99, Reset: now.Add(time.Minute)}
	early.learn(response{limit, now, now, 0, 204, 0})
	late.learn(response{limit, now, now, 0, 204, 0.999})
	if spread := late.ends.Sub(early.ends); spread < 500*time.Millisecond || spread > 600*time.Millisecond {
		t.Errorf("windows of a minute end up to %v apart, want up to 600ms", spread)
	}
}
