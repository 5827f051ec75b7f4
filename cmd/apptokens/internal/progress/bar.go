package progress

import (
	"fmt"
	"strings"
	"time"

	"example.com/apptokens/api"
)

// bar is progress towards a total.
type bar struct {
	done, total int
	start       time.Time
}

// draw returns a bar of some columns between brackets.
func (b *bar) draw(columns int) string {
	full := columns * b.done / max(1, b.total)
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", columns-full) + "]"
}

// numbers returns the progress in words, optionally with the rate.
func (b *bar) numbers(limit Limit, now time.Time, withRate bool) string {
	text := fmt.Sprintf("%d of %d processed", b.done, b.total)
	elapsed := now.Sub(b.start)
	if b.done == 0 || b.done >= b.total || elapsed < time.Second {
		return text
	}
	rate := float64(b.done) / elapsed.Seconds()
	left := timeLeft(b.total-b.done, rate, limit, now).Round(time.Second)
	if withRate {
		text += fmt.Sprintf(", %.1f a second", rate)
	}
	return fmt.Sprintf("%s, %v left", text, left)
}

// window is the length of Okta's windows (https://developer.okta.com/docs/reference/rl-best-practices/).
const window = time.Minute

// timeLeft estimates how long some requests take, at the rate so far and under the org's limit.
func timeLeft(requests int, rate float64, limit Limit, now time.Time) time.Duration {
	measured := time.Duration(float64(requests) / rate * float64(time.Second))
	limited := limit.Time(requests, 1, now)
	if limited == 0 {
		return measured
	}
	return max(limited, min(measured, limited+window))
}

// Limit is the org's rate limit, with the end of its window by the local clock.
type Limit struct {
	api.RateLimit
	Ends time.Time
}

// Time returns how long some requests take at a share of the limit: until the beginning of the window in which the last
// of them can be sent. It is 0 if they fit into the current window, or if no limit is known.
func (l Limit) Time(requests int, share float64, now time.Time) time.Duration {
	perWindow := max(1, int(share*float64(l.Limit)))
	later := requests - min(l.Remaining, perWindow) // in windows to come, of which all but the last are used up
	if l.Limit == 0 || later <= 0 {
		return 0
	}
	return max(0, l.Ends.Sub(now)) + time.Duration((later-1)/perWindow)*window
}
