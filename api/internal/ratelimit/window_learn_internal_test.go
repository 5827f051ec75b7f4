package ratelimit

import (
	"testing"
	"time"
)

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
		"a window whose reset flaps":                    {[]lesson{{first, now, false}, {Limit{100, 98, reset.Add(time.Second)}, now, false}, {Limit{100, 97, reset}, now, false}}, 97, 3, reset, false},
		"nothing":                                       {[]lesson{{}}, 0, 0, time.Time{}, true},
		"a limit after nothing":                         {[]lesson{{}, {first, now, false}}, 99, 1, reset, false},
		"nothing after a limit":                         {[]lesson{{first, now, false}, {}}, 99, 2, reset, false},
		"a 429 that leaves none of one":                 {[]lesson{{Limit{1, 0, reset}, now, true}, {Limit{1, 0, reset}, now, true}}, 0, 0, reset, false},
		"a reset that flaps, overtaken":                 {[]lesson{{first, now, false}, {Limit{100, 90, reset}, now, false}, {Limit{100, 91, reset.Add(time.Second)}, now, false}}, 90, 3, reset, false},
		"the first of a window":                         {[]lesson{{first, now, false}}, 99, 1, reset, false},
		"by the server's clock":                         {[]lesson{{Limit{100, 99, reset.Add(-10 * time.Minute)}, now.Add(-10 * time.Minute), false}}, 99, 1, reset, false},
		"remaining only falls":                          {[]lesson{{first, now, false}, {Limit{100, 90, reset}, now, false}, {Limit{100, 95, reset}, now, false}}, 90, 3, reset, false},
		"a 429 takes no slot":                           {[]lesson{{first, now, false}, {Limit{100, 0, reset}, now, true}}, 0, 1, reset, false},
		"a used-up one whose reset flaps":               {[]lesson{{Limit{100, 0, reset}, now, false}, {Limit{100, 0, reset.Add(time.Second)}, now, true}}, 0, 1, reset, false},
		"a straggler of an earlier window":              {[]lesson{{first, now, false}, {Limit{100, 0, reset.Add(-time.Minute)}, now, false}}, 99, 1, reset, false},
		"a later window":                                {[]lesson{{Limit{100, 0, now}, now.Add(-time.Minute), false}, {first, now, false}}, 99, 1, reset, false},
		"a later window, a second before this one ends": {[]lesson{{Limit{100, 0, now.Add(time.Second)}, now, false}, {Limit{100, 0, reset}, now, false}}, 0, 1, reset, false},
		"a reset that is moved, with no more slots":     {[]lesson{{first, now, false}, {Limit{100, 99, reset.Add(30 * time.Second)}, now, false}}, 99, 2, reset, false},
		"a window that has ended":                       {[]lesson{{Limit{100, 0, now.Add(-time.Second)}, now, false}}, 0, 1, now, false},
		"the longest window believed":                   {[]lesson{{Limit{100, 0, now.Add(LongestWindow)}, now, false}}, 0, 1, now.Add(LongestWindow + time.Second), false},
		"a window too long to believe":                  {[]lesson{{Limit{100, 0, now.Add(time.Hour)}, now, false}}, 0, 0, time.Time{}, true},
		"a window that ended long ago":                  {[]lesson{{Limit{100, 0, now.Add(-time.Minute)}, now, false}}, 0, 0, time.Time{}, true},
		"a 429 in a window too long to believe":         {[]lesson{{Limit{100, 0, now.Add(time.Hour)}, now, true}}, 0, 0, time.Time{}, false},
		"a reset too far after a limit":                 {[]lesson{{first, now, false}, {Limit{100, 98, now.Add(time.Hour)}, now, false}}, 99, 2, reset, false},
		"the limit of concurrent requests opens none":   {[]lesson{{Limit{0, 0, reset}, now, true}}, 0, 0, time.Time{}, false},
		"the limit of concurrent requests closes none":  {[]lesson{{first, now, false}, {Limit{0, 0, reset}, now, true}}, 99, 1, reset, false},
		"the limit of concurrent requests":              {[]lesson{{first, now, false}, {Limit{0, 0, now.Add(time.Hour)}, now, true}}, 99, 1, reset, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := window{length: time.Minute} // known from an earlier one
			for _, l := range test.lessons {
				status := 204
				if l.limited {
					status = 429
				}
				w.send(now)
				w.release()
				w.learn(response{l.limit, l.date, now, status, 0})
			}
			if w.remaining != test.remaining || w.own != test.own || !w.ends.Equal(test.ends) || w.unpaced != test.unpaced || w.inFlight != 0 {
				t.Errorf("window %+v; want %d remaining, %d own, end %v, unpaced %v", w, test.remaining, test.own, test.ends, test.unpaced)
			}
		})
	}
}

func TestTheHerdIsSpread(t *testing.T) {
	t.Parallel()
	early, late := window{length: time.Minute}, window{length: time.Minute}
	limit := Limit{Limit: 100, Remaining: 99, Reset: now.Add(time.Minute)}
	early.learn(response{limit, now, now, 204, 0})
	late.learn(response{limit, now, now, 204, 0.999})
	if spread := late.ends.Sub(early.ends); spread < 500*time.Millisecond || spread > 600*time.Millisecond {
		t.Errorf("windows of a minute end up to %v apart, want up to 600ms", spread)
	}
}

// A window may last a second longer than Reset and Date say, but not longer than one of which this client took the
// first slot.
func TestWindowsLastAtMostAsLongAsTheLongest(t *testing.T) {
	t.Parallel()
	var w window
	for i, test := range []struct {
		left   time.Duration
		opener bool
		want   time.Duration
	}{
		{40 * time.Second, false, 41 * time.Second},
		{40 * time.Second, true, 41 * time.Second}, // the first one of ours
		{40 * time.Second, true, 40 * time.Second},
		{40 * time.Second, false, 40 * time.Second},
		{60 * time.Second, true, 61 * time.Second}, // a longer one
		{60 * time.Second, true, 60 * time.Second},
		{40 * time.Second, true, 41 * time.Second},
		{59*time.Second + 500*time.Millisecond, false, 60 * time.Second},
		{61 * time.Second, false, 62 * time.Second}, // longer than ours were
		{0, false, time.Second},
		{-time.Second, false, 0},
		{-2 * time.Second, false, 0},
	} {
		w.opener = test.opener
		if got := w.whole(test.left); got != test.want {
			t.Errorf("%d: %v left is %v, want %v", i, test.left, got, test.want)
		}
	}
}

// Others are waited for, longer if they may have waited for this window, too, and not beyond its end. Who opens such a
// window leaves half of it to them.
func TestOthersAreWaitedFor(t *testing.T) {
	t.Parallel()
	const spreadOfAMinute = 600 * time.Millisecond
	for name, test := range map[string]struct {
		ends             time.Time // of the window before
		limit, remaining int
		left             time.Duration
		want             time.Duration
		spared           float64
	}{
		"the first window":                 {time.Time{}, 100, 99, time.Minute, startup, 8},
		"a window that follows":            {now, 100, 99, time.Minute, gathering + spreadOfAMinute, 50},
		"a window that another one opened": {now, 100, 98, time.Minute, gathering + spreadOfAMinute, 8},
		"a small limit":                    {now, 10, 9, time.Minute, gathering + spreadOfAMinute, 8},
		"a window that follows somewhat":   {now.Add(-gathering + 1), 100, 99, time.Minute, gathering + spreadOfAMinute, 50},
		"a window that follows much later": {now.Add(-gathering), 100, 99, time.Minute, startup, 8},
		"a short window":                   {now, 100, 99, time.Second, time.Second / 4, 50},
	} {
		w := window{ends: test.ends, length: test.left}
		w.learn(response{Limit{test.limit, test.remaining, now.Add(test.left)}, now, now, 204, 0})
		if got := w.gatheredAt.Sub(now); got != test.want || w.keptFree != test.spared {
			t.Errorf("%s: %v for %v slots, want %v for %v", name, got, w.keptFree, test.want, test.spared)
		}
	}
}

// A 429 takes no slot, so it does not show how long windows are, although it leaves none of one.
func TestA429DoesNotOpenAWindow(t *testing.T) {
	t.Parallel()
	var w window
	w.learn(response{Limit{1, 0, now.Add(20 * time.Second)}, now, now, 429, 0})
	if w.opener || w.length != 0 {
		t.Errorf("the client opened a window of %v, after a 429", w.length)
	}
}

// What was learnt of others in one window counts in the next, unless that begins more than a window later.
func TestANewWindowRemembersWhoSharesTheLimit(t *testing.T) {
	t.Parallel()
	for pause, want := range map[time.Duration]float64{0: 4, time.Minute: 4, time.Minute + 1: 1} {
		w := window{limit: 100, remaining: 60, own: 10, length: time.Minute, reset: now, ends: now}
		came := now.Add(pause)
		w.learn(response{Limit{100, 99, came.Add(time.Minute)}, came, came, 204, 0})
		if w.ratioBefore != want || w.own != 1 || !w.opener {
			t.Errorf("after %v: %+v; want %v slots for each of ours in the window before", pause, w, want)
		}
	}
}

// Others were seen if more slots are gone than the one of the response itself.
func TestAWindowSeesOthers(t *testing.T) {
	t.Parallel()
	for remaining, crowded := range map[int]bool{99: false, 98: false, 97: true, 50: true} {
		w := window{limit: 100, remaining: 99, own: 1, reset: now.Add(time.Minute), ends: now.Add(time.Minute), lastOthers: now}
		came := now.Add(time.Second)
		w.learn(response{Limit{100, remaining, w.reset}, came, came, 204, 0})
		if got := w.lastOthers.Equal(came); got != crowded {
			t.Errorf("%d remaining after 99: others are seen %v, want %v", remaining, got, crowded)
		}
	}
}

// Only a success without headers shows that the server sends none: a redirect or an error may come from a proxy.
func TestOnlyASuccessLiftsPacing(t *testing.T) {
	t.Parallel()
	for status, unpaced := range map[int]bool{200: true, 204: true, 299: true, 300: false, 302: false, 404: false, 502: false} {
		var w window
		w.learn(response{date: now, came: now, status: status})
		if w.unpaced != unpaced {
			t.Errorf("%d without headers: unpaced %v, want %v", status, w.unpaced, unpaced)
		}
	}
}

// A limit counts as soon as the server speaks of it again, even in a window that was taken to be over.
func TestALimitEndsTheUnpacedState(t *testing.T) {
	t.Parallel()
	w := window{limit: 100, remaining: 50, unpaced: true, reset: now, ends: now}
	w.learn(response{Limit{100, 49, now}, now, now, 204, 0})
	if w.unpaced {
		t.Errorf("%+v is unpaced", w)
	}
}

// A 429 shows that a window goes on beyond its end; it is waited for until its Reset and a second more.
func TestA429ExtendsAWindowThatHasEnded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status     int
		date, ends time.Time
	}{
		"Reset lies ahead by the server's clock": {429, now.Add(-5 * time.Second), now.Add(6 * time.Second)},
		"Reset has passed":                       {429, now.Add(5 * time.Second), now.Add(time.Second)},
		"a success":                              {204, now.Add(-5 * time.Second), now},
	} {
		w := window{limit: 100, reset: now, ends: now, length: time.Minute}
		w.learn(response{Limit{100, 0, now}, test.date, now, test.status, 0})
		if !w.ends.Equal(test.ends) {
			t.Errorf("%s: the window ends at %v, want %v", name, w.ends, test.ends)
		}
	}
}

// A 429 after the end of a window opens the next one, with no slot of ours and none left.
func TestA429AfterTheEndOfAWindowOpensTheNext(t *testing.T) {
	t.Parallel()
	w := window{limit: 100, remaining: 5, own: 10, length: time.Minute, reset: now, ends: now}
	w.learn(response{Limit{100, 0, now.Add(time.Minute)}, now, now, 429, 0})
	if ok, at := w.next(now, 1); ok || !at.Equal(now.Add(time.Minute)) || w.own != 0 {
		t.Errorf("next = %v, %v with %d own; want to wait until the next window ends", ok, at, w.own)
	}
}
