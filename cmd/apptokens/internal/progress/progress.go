// Package progress shows what is done and what a command waits for: in the bottom line of a terminal, or elsewhere as a
// plain line every few seconds.
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

// Progress shows the progress of a command. It is safe for concurrent use.
type Progress struct {
	w     io.Writer
	width func() int // of the terminal

	mu      sync.Mutex
	style   Style
	done    string
	bar     *bar // nil if the total is unknown
	waiting string
	limit   Limit
	shown   bool
	printed time.Time // when the last plain line was printed, or the work began
}

// ClearLine moves to the beginning of the terminal's line and clears it.
const ClearLine = "\r\x1b[K"

const (
	plainPause = 5 * time.Second // between plain lines
	plainWait  = 3 * time.Second // a longer wait is announced at once
)

// New returns a Progress that writes to w. It calls width for each line, because a window may be resized.
func New(w io.Writer, style Style, width func() int) *Progress {
	return &Progress{w: w, style: style, width: width, printed: time.Now()}
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

// SetBar shows how much of a known total is done.
func (p *Progress) SetBar(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil {
		p.bar = &bar{start: time.Now()}
	}
	p.bar.done, p.bar.total = done, total
	p.done = ""
	p.draw()
}

// SetLimit notes the rate limit of a response that has just arrived.
func (p *Progress) SetLimit(limit api.RateLimit, serverTime time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	overtaken := limit.Reset.Equal(p.limit.Reset) && limit.Remaining > p.limit.Remaining
	if limit.Limit > 0 && !overtaken && !serverTime.IsZero() {
		p.limit = Limit{limit, time.Now().Add(limit.Reset.Sub(serverTime))}
	}
}

// Limit returns the rate limit as of the latest response, or the zero value if none is known.
func (p *Progress) Limit() Limit {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.limit
}

// Wait shows why nothing happens until a time.
func (p *Progress) Wait(reason string, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting := reason + until.Local().Format(" 15:04:05")
	if waiting == p.waiting {
		return
	}
	p.waiting = waiting
	if time.Until(until) > plainWait {
		p.printed = time.Time{} // long ago
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

// draw shows the line again. The caller holds the lock.
func (p *Progress) draw() {
	now := time.Now()
	switch {
	case p.style == Terminal:
		width := p.width() - 1 // the last column makes some terminals wrap
		fmt.Fprint(p.w, ClearLine+output.Shorten(p.line(now, width), width))
		p.shown = true
	case p.style == Plain && now.Sub(p.printed) >= plainPause:
		if line := p.line(now, 0); line != "" {
			fmt.Fprintln(p.w, "apptokens: "+line)
			p.printed = now
		}
	}
}

// line returns what is done and what is waited for, with a bar if there is room for one.
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

// Writer returns a writer that clears the progress line before it writes to w. All output to the same terminal must go
// through one, because requests that run ahead of the output draw at any time.
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

func (p *Progress) clear() {
	if p.shown {
		fmt.Fprint(p.w, ClearLine)
		p.shown = false
	}
}

// Finish ends the progress, and leaves what is done on the terminal.
func (p *Progress) Finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	if p.style == Terminal && p.done != "" {
		fmt.Fprintln(p.w, p.done)
	}
	p.done, p.bar = "", nil
}
