package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
)

// app is what the subcommands share.
type app struct {
	*console
	progress progress
	orgURL   string
	format   format
	verbose  bool
}

func newRoot(console *console) *cobra.Command {
	a := &app{console: console, progress: progress{console: console}, format: formatTable}
	root := &cobra.Command{
		Use:   "apptokens",
		Short: "List and revoke the refresh tokens of Okta apps",
		Long: `List and revoke the OAuth 2.0 refresh tokens of Okta apps.

The org and its credential come from the environment, since flags show in
process lists:

  OKTA_CLIENT_ORGURL   such as https://acme.okta.com; --org-url overrides it
  OKTA_CLIENT_TOKEN    an API token of an administrator

Exit codes: 0 done, 1 failed, 2 usage error.`,
		Example: `  apptokens list 0oardd5r32PWsF4421d7
  apptokens list 0oardd5r32PWsF4421d7 -o jsonl | jq -r .userId | sort | uniq -c
  apptokens revoke 0oardd5r32PWsF4421d7 oar1gytf4dW8R5tmZ1d7
  apptokens demo`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(command *cobra.Command, _ []string) error {
			if command.Flags().Changed("org-url") && a.orgURL == "" {
				return errors.New("--org-url is empty") // and must not mean the org of the environment
			}
			console.started = true
			console.showProgress = console.showProgress && !a.verbose
			return nil
		},
	}
	root.SetIn(console.in)
	root.SetOut(console.out)
	root.SetErr(console.err)
	flags := root.PersistentFlags()
	flags.StringVar(&a.orgURL, "org-url", "", "URL of the org (default $OKTA_CLIENT_ORGURL)")
	flags.VarP(&a.format, "output", "o", "format: table, json, jsonl or csv")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "log every request to standard error")
	root.AddCommand(a.listCommand(), a.getCommand(), a.revokeCommand(), a.revokeAllCommand(), a.serveCommand(), a.demoCommand())
	return root
}

// org returns the URL that flags and environment give, or "".
func (a *app) org() string {
	if a.orgURL != "" {
		return a.orgURL
	}
	return a.getenv("OKTA_CLIENT_ORGURL")
}

// client returns a client of the org that flags and environment name, if the IDs on the command line can be some: a
// command with one that cannot be is refused before its first request.
func (a *app) client(ids ...string) (*api.Client, error) {
	if err := checkIDs(ids...); err != nil {
		return nil, err
	}
	org := a.org()
	if org == "" {
		return nil, usageError{errors.New("no org: set OKTA_CLIENT_ORGURL or pass --org-url")}
	}
	token := a.getenv("OKTA_CLIENT_TOKEN")
	if token == "" {
		return nil, usageError{errors.New("no credential: set OKTA_CLIENT_TOKEN to an API token of the org")}
	}
	options := []api.Option{api.WithUserAgent("apptokens/" + version()), api.WithObserver(a.waiting)}
	if a.verbose {
		options = append(options, api.WithLogger(slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	}
	client, err := api.New(org, api.APIToken(token), options...)
	if err != nil {
		return nil, usageError{fmt.Errorf("the org URL or OKTA_CLIENT_TOKEN: %w", err)}
	}
	return client, nil
}

// waiting tells a person why nothing seems to happen.
func (a *app) waiting(_ context.Context, attempt api.Attempt) {
	text := ""
	switch until := attempt.RateLimit.Reset; {
	case attempt.Again && attempt.Wait > time.Second:
		text = fmt.Sprintf("%s, trying again at %s", reason(attempt), time.Now().Add(attempt.Wait).Format(time.TimeOnly))
	case !attempt.Again && attempt.RateLimit.Limit > 0 && attempt.RateLimit.Remaining == 0 && time.Until(until) > time.Second:
		// the client holds the next attempt back
		text = "the org's rate limit is used up until " + until.Local().Format(time.TimeOnly)
	}
	a.progress.setWaiting(text)
}

func reason(attempt api.Attempt) string {
	var timeout net.Error
	var dial *net.OpError
	switch {
	case errors.Is(attempt.Err, api.ErrRateLimited) && attempt.RateLimit.Limit == 0:
		return "the org takes no more requests just now"
	case errors.Is(attempt.Err, api.ErrRateLimited):
		return "the org's rate limit is used up"
	case attempt.StatusCode >= 400:
		return fmt.Sprintf("the org answered %d", attempt.StatusCode)
	case attempt.StatusCode != 0:
		return "the response broke off"
	case errors.As(attempt.Err, &dial) && dial.Op == "dial":
		return "the org cannot be reached"
	case errors.As(attempt.Err, &timeout) && timeout.Timeout():
		return "no response came in time"
	default:
		return "the connection broke"
	}
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// wantArgs checks the number of arguments, and shows the line that would be right.
func wantArgs(least, most int) cobra.PositionalArgs {
	return func(command *cobra.Command, args []string) error {
		if len(args) < least || most > 0 && len(args) > most {
			return fmt.Errorf("want '%s', got %d argument(s)", strings.TrimSuffix(command.UseLine(), " [flags]"), len(args))
		}
		return nil
	}
}

// checkIDs makes a usage error of an ID that cannot be one.
func checkIDs(ids ...string) error {
	for _, id := range ids {
		if err := api.CheckID(id); err != nil {
			return usageError{err}
		}
	}
	return nil
}
