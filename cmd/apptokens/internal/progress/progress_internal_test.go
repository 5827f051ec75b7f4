package progress

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rivo/uniseg"

	"example.com/apptokens/api"
)

func TestTimeLeft(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	limit := func(limit, remaining int, left time.Duration) Limit {
		return Limit{api.RateLimit{Limit: limit, Remaining: remaining}, now.Add(left)}
	}
	tests := map[string]struct {
		requests int
		rate     float64
		limit    Limit
		want     time.Duration
	}{
		"no limit is known":          {100, 10, Limit{}, 10 * time.Second},
		"all in this window":         {50, 10, limit(100, 60, 30*time.Second), 5 * time.Second},
		"the rest in the next":       {150, 10, limit(100, 60, 30*time.Second), 30 * time.Second},
		"two windows more":           {260, 10, limit(100, 60, 30*time.Second), 90 * time.Second},
		"slower than the limit":      {150, 1, limit(100, 60, 30*time.Second), 90 * time.Second},
		"a window that has ended":    {150, 100, limit(100, 0, -time.Second), time.Minute},
		"a limit that is never felt": {1000, 10, limit(1000000, 999999, 30*time.Second), 100 * time.Second},
	}
	for name, test := range tests {
		if got := timeLeft(test.requests, test.rate, test.limit, now); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestProgressBars(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := New(&out, Terminal, func() int { return 62 })
		p.SetBar(0, 40)
		time.Sleep(10 * time.Second)
		p.SetBar(10, 40)
		p.Wait("the org's rate limit is used up until", time.Now().Add(time.Minute))
		p.clear()
		lines := strings.Split(out.String(), ClearLine)
		if lines[1] != "[------------------------------] 0 of 40 processed" || !strings.HasPrefix(lines[2], "[####----") || !strings.HasSuffix(lines[2], "10 of 40 processed, 1.0 a second, 30s left") {
			t.Errorf("%q", lines)
		}
		for _, line := range lines {
			if uniseg.StringWidth(line) > 61 {
				t.Errorf("%q is too long", line)
			}
		}
		// Without a terminal, there is a plain line every few seconds.
		out.Reset()
		p = New(&out, Plain, nil)
		p.SetBar(1, 40)
		time.Sleep(plainPause)
		p.SetBar(2, 40)
		p.SetBar(3, 40)
		if got := out.String(); got != "apptokens: 2 of 40 processed, 0.4 a second, 1m35s left\n" {
			t.Errorf("%q", got)
		}
		// No line is printed before there is something to report.
		out.Reset()
		p = New(&out, Plain, nil)
		p.waiting = "for the window"
		time.Sleep(plainPause)
		p.Resume()
		if got := out.String(); got != "" {
			t.Errorf("%q", got)
		}
	})
}

// Elsewhere, a wait of more than a few seconds is announced at once, with its end; a short one is not.
func TestAPlainLineAnnouncesALongWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := New(&out, Plain, nil)
		p.SetBar(1, 40)
		p.Wait("rate limit used up until", time.Now().Add(2*time.Second))
		p.Resume()
		if got := out.String(); got != "" {
			t.Errorf("a short wait: %q", got)
		}
		until := time.Now().Add(time.Minute)
		p.Wait("rate limit used up until", until)
		p.Wait("rate limit used up until", until) // another worker's
		if got, want := out.String(), "apptokens: 1 of 40 processed; rate limit used up until "+until.Local().Format(time.TimeOnly)+"\n"; got != want {
			t.Errorf("a long wait: %q, want %q", got, want)
		}
	})
}
