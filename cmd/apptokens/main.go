// Command apptokens lists and revokes the OAuth 2.0 refresh tokens of the apps of an Okta org. In bash or zsh:
//
//	export OKTA_CLIENT_ORGURL=https://acme.okta.com
//	read -rs OKTA_CLIENT_TOKEN && export OKTA_CLIENT_TOKEN
//	apptokens list 0oardd5r32PWsF4421d7
//
// Data goes to standard output; progress and questions go to standard error. The exit code is 0 if all is done, 1 if
// something failed, 2 after a usage error, and 3 if a filter value of a sweep matched no token. After a signal, the
// command reports what was done, and then ends by that signal.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/term"

	"example.com/apptokens/api"
	"example.com/apptokens/cmd/apptokens/internal/progress"
)

func main() {
	log.SetOutput(io.Discard) // net/http quotes there what a server sends unasked, which may be a credential
	ctx, received := notify(context.Background())
	style := progress.Plain
	if term.IsTerminal(int(os.Stderr.Fd())) {
		style = progress.Terminal
	}
	code := run(ctx, os.Args[1:], &console{
		in: bufio.NewReader(os.Stdin), out: os.Stdout, stderr: os.Stderr,
		canAsk:     term.IsTerminal(int(os.Stdin.Fd())) && style == progress.Terminal,
		showTables: term.IsTerminal(int(os.Stdout.Fd())),
		style:      style,
		colours:    os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", // https://no-color.org
		width:      width,
		getenv:     os.Getenv,
	})
	if sig := received(); sig != nil {
		die(sig)
		code = 128 + int(sig.(syscall.Signal)) // where a process cannot end by a signal
	}
	os.Exit(code)
}

// notify returns a context that ends with the first signal, and a function that returns that signal, or nil. A second
// signal ends the process at once. What is ignored from the start stays so: a hangup under nohup, and an interrupt in the
// background of a script.
func notify(ctx context.Context) (context.Context, func() os.Signal) {
	signals := slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}, signal.Ignored)
	ctx, cancel := context.WithCancel(ctx)
	caught, first := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(caught, signals...)
	go func() {
		sig := <-caught
		signal.Reset(signals...)
		first <- sig
		cancel()
	}()
	return ctx, func() os.Signal {
		select {
		case sig := <-first:
			return sig
		default:
			return nil
		}
	}
}

// width returns the current width of the terminal, or 0 without one.
func width() int {
	for _, file := range []*os.File{os.Stderr, os.Stdout} {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil {
			return width
		}
	}
	return 0
}

// Exit codes.
const (
	exitDone      = 0
	exitFailed    = 1
	exitUsage     = 2
	exitUnmatched = 3
)

// run executes the command line and returns the exit code.
func run(ctx context.Context, args []string, console *console) int {
	out := &checked{Writer: console.out}
	console.out = out
	app := newApp(console)
	root := app.root()
	root.SetArgs(args)
	command, err := root.ExecuteContextC(ctx)
	if warning := app.watch.warned(); warning != "" {
		console.logf("warning: %s", warning)
	}
	if err == nil {
		err = out.err
	}
	if err == nil {
		return exitDone
	}
	message := interrupted(err.Error())
	if !strings.HasPrefix(message, "apptokens: ") { // errors of package api have the prefix
		message = "apptokens: " + message
	}
	console.errorf("%s", message)
	if hint := app.hint(err); hint != "" {
		console.errorf("%s", hint)
	}
	switch {
	case out.err != nil:
		return exitFailed
	case !console.started || errors.As(err, new(usageError)): // cobra rejects these before a command's own code begins
		console.errorf("See '%s --help'.", command.CommandPath())
		return exitUsage
	case errors.Is(err, api.ErrInvalidArgument) && app.watch.sent() == 0: // a setting, which the root's help explains
		console.errorf("See '%s --help'.", command.Root().Name())
		return exitUsage
	case errors.As(err, new(unmatchedError)):
		return exitUnmatched
	}
	return exitFailed
}

// checked keeps the first error of a writer, because cobra drops those of its help.
type checked struct {
	io.Writer
	err error
}

func (w *checked) Write(p []byte) (n int, err error) {
	n, err = w.Writer.Write(p)
	w.err = cmp.Or(w.err, err)
	return n, err
}

// usageError is a usage error that a command's own code finds.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// usage returns a usageError.
func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// unmatchedError reports that a filter value of a sweep matched nothing.
type unmatchedError struct{ error }

// reported is an error whose cause has been printed already. It keeps the cause for hints.
type reported struct {
	text  string
	cause error
}

func (e reported) Error() string { return e.text }

func (e reported) Unwrap() error { return e.cause }
