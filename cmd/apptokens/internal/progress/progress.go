// Package progress shows on standard error what is done and what is waited for: on a terminal in a line at its bottom,
// elsewhere in a plain line every few seconds.
package progress

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/rivo/uniseg"

	"example.com/apptokens/api"
	"example.com/apptokens/cmd/apptokens/internal/output"
)

// Style is how progress is shown.
type Style int

// The styles. The zero value shows nothing.
const (
	Hidden   Style = iota
	Plain          // a line every few seconds
	Terminal       // a line at the bottom of a terminal, drawn again and again
)

// Progress is what a person sees of the work. It is safe for concurrent use.
type Progress struct {
	w     io.Writer
	width func() int // of the terminal, in columns

	mu      sync.Mutex
	style   Style
	done    string
	bar     *bar // nil where the total is not known
	waiting string
	limit   Limit
	shown   bool
	told    time.Time // when the last plain line was written, or the work began
}

// ClearLine goes to the beginning of the terminal's line, and clears it.
const ClearLine = "\r\x1b[K"

const (
	plainPause = 5 * time.Second // between plain lines
	plainWait  = 3 * time.Second // a longer wait is announced at once
)

// New returns a Progress that writes to w. width is asked each time, because a window may be resized.
func New(w io.Writer, style Style, width func() int) *Progress {
	return &Progress{w: w, style: style, width: width}
}

// Hide shows nothing from now on.
func (p *Progress) Hide() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.style = Hidden
}

// SetDone replaces what is done.
func (p *Progress) SetDone(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.bar = fmt.Sprintf(format, args...), nil
	p.draw()
}

// SetBar shows how far the work is. verb is what happened to what is done, such as "revoked".
func (p *Progress) SetBar(done, total int, verb string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil {
		p.bar = &bar{start: time.Now()}
	}
	p.bar.done, p.bar.total, p.bar.verb = done, total, verb
	p.done = ""
	p.draw()
}

// SetLimit takes in what a response, which came just now, says of the rate limit.
func (p *Progress) SetLimit(limit api.RateLimit, serverTime time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	overtaken := limit.Reset.Equal(p.limit.Reset) && limit.Remaining > p.limit.Remaining
	if limit.Limit > 0 && !overtaken && !serverTime.IsZero() {
		p.limit = Limit{limit, time.Now().Add(limit.Reset.Sub(serverTime))}
	}
}

// Limit returns the rate limit as of the latest response. It is the zero value while none is known.
func (p *Progress) Limit() Limit {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.limit
}

// Wait says why nothing happens until a time.
func (p *Progress) Wait(reason string, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting := reason + until.Local().Format(" 15:04:05")
	if waiting == p.waiting {
		return
	}
	p.waiting = waiting
	if time.Until(until) > plainWait {
		p.told = time.Time{}.Add(1) // long ago
	}
	p.draw()
}

// Resume ends a wait.
func (p *Progress) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting != "" {
		p.waiting = ""
		p.draw()
	}
}

// draw shows the line anew. The lock is held.
func (p *Progress) draw() {
	now := time.Now()
	if p.told.IsZero() {
		p.told = now
	}
	switch {
	case p.style == Terminal:
		width := p.width() - 1 // the last column makes some terminals wrap
		fmt.Fprint(p.w, ClearLine+output.Shorten(p.line(now, width), width))
		p.shown = true
	case p.style == Plain && now.Sub(p.told) >= plainPause:
		if line := p.line(now, 0); line != "" {
			fmt.Fprintln(p.w, "apptokens: "+line)
			p.told = now
		}
	}
}

// line is what is done and what is waited for, with a bar if there is room for one.
func (p *Progress) line(now time.Time, width int) string {
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

// Writer returns a writer that makes room on the terminal before it writes to w. Whatever goes to the same terminal must
// go through one, because requests that run ahead of the output draw at any time.
func (p *Progress) Writer(w io.Writer) io.Writer { return &writer{p, w} }

type writer struct {
	progress *Progress
	w        io.Writer
}

func (w *writer) Write(text []byte) (int, error) {
	w.progress.mu.Lock()
	defer w.progress.mu.Unlock()
	w.progress.clear()
	return w.w.Write(text)
}

// Clear takes the line off the terminal.
func (p *Progress) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
}

func (p *Progress) clear() {
	if p.shown {
		fmt.Fprint(p.w, ClearLine)
		p.shown = false
	}
}

// Finish leaves what is done on the terminal.
func (p *Progress) Finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	if p.style == Terminal && p.done != "" {
		fmt.Fprintln(p.w, p.done)
	}
	p.done, p.bar = "", nil
}
