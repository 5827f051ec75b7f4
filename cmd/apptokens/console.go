package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"example.com/apptokens/cmd/apptokens/internal/output"
)

// console is where the command reads and writes.
type console struct {
	in           *bufio.Reader
	out, stderr  io.Writer
	canAsk       bool       // a person sits at in and stderr
	showTables   bool       // out is a terminal: times are local, tables fit into its width
	showProgress bool       // stderr is a terminal
	colours      bool       // in what is shown on terminals
	width        func() int // of the terminal, in columns; nil for 80
	getenv       func(string) string
	clock        func() time.Time // nil for time.Now
	configFiles  []string         // nil for the usual ones

	started bool // a command's own code runs
}

// now is the time from which spans of time are counted.
func (c *console) now() time.Time {
	if c.clock != nil {
		return c.clock()
	}
	return time.Now()
}

// columns is the width of the terminal.
func (c *console) columns() int {
	if c.width != nil {
		if width := c.width(); width > 0 {
			return width
		}
	}
	return 80
}

// warn writes a line to standard error.
func (c *console) warn(format string, args ...any) { c.tell("apptokens: "+format, args...) }

// tell writes a line to standard error. On a terminal it breaks between words.
func (c *console) tell(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if c.showProgress {
		text = output.Wrap(text, c.columns())
	}
	fmt.Fprintln(c.stderr, text)
}

var errNotConfirmed = errors.New("not confirmed: nothing was revoked")

// confirm asks the person to type a word. Anything else is errNotConfirmed, and so is the end of ctx, by Ctrl-C.
func (c *console) confirm(ctx context.Context, question, word string) error {
	c.tell("%s", question)
	fmt.Fprintf(c.stderr, "Type %s to go on: ", word)
	type result struct {
		line string
		err  error
	}
	typed := make(chan result, 1)
	go func() {
		line, err := c.in.ReadString('\n')
		typed <- result{line, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(c.stderr)
		return errors.New("interrupted: nothing was revoked")
	case r := <-typed:
		switch {
		case r.err != nil && r.err != io.EOF:
			return r.err
		case strings.TrimSpace(r.line) != word:
			return errNotConfirmed
		}
		return nil
	}
}
