package main

import (
	"bufio"
	"context"
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
	text := strings.Map(func(r rune) rune { // a file's name may hold anything
		if r == '\n' || r == '\t' {
			return r
		}
		return []rune(output.Printable(string(r)))[0]
	}, fmt.Sprintf(format, args...))
	if c.showProgress {
		text = output.Wrap(text, c.columns())
	}
	fmt.Fprintln(c.stderr, text)
}

// confirm asks the person to type a word before something is revoked at an org. Anything else is an error, and so is the end
// of ctx, by Ctrl-C.
func (c *console) confirm(ctx context.Context, org, question, word string) error {
	c.tell("%s", question)
	fmt.Fprintf(c.stderr, "Type %s to go on: ", word)
	line, err := await(ctx, func() (string, error) { return c.in.ReadString('\n') })
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(c.stderr)
		return fmt.Errorf("interrupted: nothing was revoked at %s", org)
	case err != nil && err != io.EOF:
		return err
	case strings.TrimSpace(line) != word:
		return fmt.Errorf("not confirmed: nothing was revoked at %s", org)
	}
	return nil
}

// await returns what read does, or the context's error if that ends first: to read a terminal or a pipe may never end.
func await[T any](ctx context.Context, read func() (T, error)) (value T, err error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value, err}
	}()
	select {
	case <-ctx.Done():
		return value, context.Cause(ctx)
	case r := <-done:
		return r.value, r.err
	}
}
