// Command apptokens lists and revokes the OAuth 2.0 refresh tokens of the apps of an Okta org.
//
//	export OKTA_CLIENT_ORGURL=https://acme.okta.com
//	read -rs OKTA_CLIENT_TOKEN && export OKTA_CLIENT_TOKEN
//	apptokens list 0oardd5r32PWsF4421d7
//
// Data goes to standard output; progress and questions go to standard error, and only to a terminal. It exits with 0
// when all is done, 1 when something failed, and 2 on a usage error.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"

	"example.com/apptokens/api"
)

func main() {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], &console{
		in: bufio.NewReader(os.Stdin), out: os.Stdout, err: os.Stderr,
		canAsk:       term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd())),
		showTables:   term.IsTerminal(int(os.Stdout.Fd())),
		showProgress: term.IsTerminal(int(os.Stderr.Fd())),
		colours:      os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", // https://no-color.org
		width:        width,
		getenv:       os.Getenv,
	}))
}

// width asks each time, for a window may be resized.
func width() int {
	for _, file := range []*os.File{os.Stderr, os.Stdout} {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil {
			return width
		}
	}
	return 0
}

// run executes the command line and returns the exit code.
func run(ctx context.Context, args []string, console *console) int {
	console.out, console.err = &lockedWriter{w: console.out}, &lockedWriter{w: console.err}
	app := newApp(console)
	root := app.root()
	root.SetArgs(args)
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	message := err.Error()
	if !strings.HasPrefix(message, "apptokens: ") { // the errors of package api begin like this
		message = "apptokens: " + message
	}
	fmt.Fprintln(console.err, message)
	if hint := app.hint(err); hint != "" && app.settings.OrgURL != "" {
		fmt.Fprintln(console.err, hint)
	}
	// What cobra refuses never gets to a command's own code.
	if !console.started || errors.As(err, new(usageError)) || errors.Is(err, api.ErrInvalidArgument) {
		fmt.Fprintf(console.err, "See '%s --help'.\n", command.CommandPath())
		return 2
	}
	return 1
}

// usageError is a mistake in the call that only the command's own code can see.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }
