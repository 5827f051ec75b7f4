package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/rivo/uniseg"

	"example.com/apptokens/api"
)

// progress tells a person on standard error what is done and what it waits for: on a terminal in a line at its bottom,
// elsewhere in a plain line every few seconds. It is safe for concurrent use.
type progress struct {
	console *console

	mu      sync.Mutex
	done    string
	bar     *bar // nil where the total is not known
	waiting string
	limit   api.RateLimit
	shown   bool
	told    time.Time // when the last plain line was written, or the work began
}

// bar is progress towards a total.
type bar struct {
	done, total int
	start       time.Time
	verb        string // "revoked"
}

const (
	clearLine  = "\r\x1b[K"
	plainPause = 5 * time.Second // between plain lines
)

// setDone replaces what is done.
func (p *progress) setDone(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.bar = fmt.Sprintf(format, args...), nil
	p.draw()
}

// setBar shows how far the work is.
func (p *progress) setBar(done, total int, verb string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil {
		p.bar = &bar{start: time.Now()}
	}
	p.bar.done, p.bar.total, p.bar.verb = done, total, verb
	p.done = ""
	p.draw()
}

// setWaiting replaces what the command waits for; "" for nothing.
func (p *progress) setWaiting(text string, limit api.RateLimit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if straggler := limit.Reset.Equal(p.limit.Reset) && limit.Remaining > p.limit.Remaining; limit.Limit > 0 && straggler {
		return // a response that was overtaken
	}
	if limit.Limit > 0 {
		p.limit = limit
	}
	if text != p.waiting {
		p.waiting = text
		p.draw()
	}
}

// draw shows the line anew. The lock is held.
func (p *progress) draw() {
	now := time.Now()
	if p.told.IsZero() {
		p.told = now
	}
	switch {
	case p.console.showProgress:
		width := p.console.columns() - 1 // the last column makes some terminals wrap
		fmt.Fprint(p.console.err, clearLine+shorten(p.line(now, width), width))
		p.shown = true
	case p.console.plainProgress && now.Sub(p.told) >= plainPause:
		if line := p.line(now, 0); line != "" {
			fmt.Fprintln(p.console.err, "apptokens: "+line)
			p.told = now
		}
	}
}

// line is what is done and what is waited for, with a bar if there is room for one.
func (p *progress) line(now time.Time, width int) string {
	parts := []string{}
	if p.bar != nil {
		parts = append(parts, p.bar.numbers(p.limit, now, p.waiting == ""))
	} else if p.done != "" {
		parts = append(parts, p.done)
	}
	if p.waiting != "" {
		parts = append(parts, p.waiting)
	}
	line := strings.Join(parts, "; ")
	if p.bar == nil || width == 0 {
		return line
	}
	if room := min(30, width-uniseg.StringWidth(line)-3); room >= 5 {
		return p.bar.draw(room) + " " + line
	}
	return line
}

// draw is a bar of some columns between brackets.
func (b *bar) draw(columns int) string {
	full := columns * b.done / max(1, b.total)
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", columns-full) + "]"
}

// numbers leave the rate out where there is something more important to say.
func (b *bar) numbers(limit api.RateLimit, now time.Time, withRate bool) string {
	text := fmt.Sprintf("%d of %d %s", b.done, b.total, b.verb)
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

// window is Okta's (https://developer.okta.com/docs/reference/rl-best-practices/).
const window = time.Minute

// timeLeft estimates how long some requests take: as long as they took so far, or as the org's limit makes them take.
func timeLeft(requests int, rate float64, limit api.RateLimit, now time.Time) time.Duration {
	measured := time.Duration(float64(requests) / rate * float64(time.Second))
	if limit.Limit == 0 || requests <= limit.Remaining {
		return measured
	}
	later := requests - limit.Remaining // in windows to come, of which each but the last is used up
	limited := max(0, limit.Reset.Sub(now)) + time.Duration((later-1)/limit.Limit)*window
	return max(limited, min(measured, limited+window))
}

// clear makes room for output.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.console.err, clearLine)
		p.shown = false
	}
}

// finish leaves what is done on the terminal.
func (p *progress) finish() {
	p.clear()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.console.showProgress && p.done != "" {
		fmt.Fprintln(p.console.err, p.done)
	}
	p.done, p.bar = "", nil
}
