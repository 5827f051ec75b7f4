package main

import (
	"fmt"
	"sync"
)

// progress is a line at the bottom of the terminal that says what is done and what it waits for. Without a terminal it
// shows nothing. It is safe for concurrent use.
type progress struct {
	console *console

	mu      sync.Mutex
	done    string
	waiting string
	shown   bool
}

const clearLine = "\r\x1b[K"

// setDone replaces what is done.
func (p *progress) setDone(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = fmt.Sprintf(format, args...)
	p.draw()
}

// setWaiting replaces what the command waits for; "" for nothing.
func (p *progress) setWaiting(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if text != p.waiting {
		p.waiting = text
		p.draw()
	}
}

// draw shows the line anew. The lock is held.
func (p *progress) draw() {
	if !p.console.showProgress {
		return
	}
	line := p.done
	if line != "" && p.waiting != "" {
		line += "; "
	}
	fmt.Fprint(p.console.err, clearLine+line+p.waiting)
	p.shown = true
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
}
