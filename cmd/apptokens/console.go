package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/apptokens/cmd/apptokens/internal/output"
	"example.com/apptokens/cmd/apptokens/internal/progress"
)

// console holds the inputs and outputs of the command.
type console struct {
	in          *bufio.Reader
	out, stderr io.Writer
	canAsk      bool           // in and stderr are terminals
	showTables  bool           // out is a terminal: times are local, tables fit into its width
	style       progress.Style // Terminal if stderr is one
	colours     bool           // in tables on terminals
	width       func() int     // of the terminal in columns; nil for 80
	getenv      func(string) string
	clock       func() time.Time // nil for time.Now
	configFiles []string         // nil for the usual ones

	started bool // whether a command's own code has begun
}

// now returns the time from which durations are counted.
func (c *console) now() time.Time {
	if c.clock != nil {
		return c.clock()
	}
	return time.Now()
}

// columns returns the width of the terminal.
func (c *console) columns() int {
	if c.width != nil {
		if width := c.width(); width > 0 {
			return width
		}
	}
	return 80
}

// logf writes a line to standard error that begins with the name of the command.
func (c *console) logf(format string, args ...any) { c.errorf("apptokens: "+format, args...) }

// errorf writes a line to standard error. On a terminal it wraps between words.
func (c *console) errorf(format string, args ...any) {
	text := strings.Map(func(r rune) rune { // a file name may contain anything
		if r == '\n' || r == '\t' {
			return r
		}
		return []rune(output.Printable(string(r)))[0]
	}, fmt.Sprintf(format, args...))
	if c.style == progress.Terminal {
		text = output.Wrap(text, c.columns())
	}
	fmt.Fprintln(c.stderr, text)
}

// confirm asks for a word before anything is revoked at an org. It fails on any other answer, and when ctx ends, for
// example by Ctrl-C.
func (c *console) confirm(ctx context.Context, org, question, word string) error {
	c.errorf("%s", question)
	fmt.Fprintf(c.stderr, "Type %s to continue: ", word)
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

// confirmRevokeAll asks for the ID of each app before all its tokens are revoked at an org.
func (c *console) confirmRevokeAll(command *cobra.Command, org string, apps []string) error {
	if !c.canAsk {
		return cannotPrompt(command, "--yes")
	}
	for _, appID := range apps {
		question := fmt.Sprintf("This revokes every refresh token of app %s of %s.", appID, org)
		if err := c.confirm(command.Context(), org, question, appID); err != nil {
			return err
		}
	}
	return nil
}

// cannotPrompt returns a usage error that names the flags to pass where nobody can be asked.
func cannotPrompt(command *cobra.Command, flags string) error {
	return usage("%s cannot prompt: standard input or standard error is not a terminal; pass %s", command.Name(), flags)
}

// await returns what read returns, or the cause of ctx if that ends first: reading a terminal or a pipe may never end.
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

// plural returns a number with what is counted.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
