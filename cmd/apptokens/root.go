package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
	"example.com/apptokens/api/config"
)

// app is what the subcommands share.
type app struct {
	*console
	progress progress
	settings config.Config // once client has been called

	orgURL, configFile, rateShare string // flags; empty for what is not given

	format  format
	verbose bool
}

func newApp(console *console) *app {
	return &app{console: console, progress: progress{console: console}, format: formatTable}
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "apptokens",
		Short: "List and revoke the refresh tokens of Okta apps",
		Long: `List and revoke the OAuth 2.0 refresh tokens of Okta apps.

The org and its credential come from where Okta's own tools have them, in this
order: the environment, ./.okta.yaml, ~/.okta/okta.yaml; --config names a file
in place of both. ./.okta.yaml decides where its own credential goes, and no
other one. No flag takes a secret, since process lists show flags.

  OKTA_CLIENT_ORGURL       such as https://acme.okta.com; --org-url overrides it
  OKTA_CLIENT_TOKEN        an API token of an administrator; or, for a service app,
  OKTA_CLIENT_CLIENTID     its client ID, and
  OKTA_CLIENT_PRIVATEKEY   its private key (PEM or JWK) or the path of the file

Exit codes: 0 done, 1 failed, 2 usage error.`,
		Example: `  apptokens summary 0oardd5r32PWsF4421d7
  apptokens list 0oardd5r32PWsF4421d7 --user 00unkw1sfbTw08c0g1d7
  apptokens sweep 0oardd5r32PWsF4421d7 --user 00unkw1sfbTw08c0g1d7 --receipts incident.jsonl
  apptokens revoke 0oardd5r32PWsF4421d7 oar1gytf4dW8R5tmZ1d7
  apptokens demo`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(command *cobra.Command, _ []string) error {
			for name, value := range map[string]string{"org-url": a.orgURL, "config": a.configFile, "rate-share": a.rateShare} {
				if command.Flags().Changed(name) && value == "" {
					return fmt.Errorf("--%s is empty", name) // and must not mean what the environment says
				}
			}
			if only := onlyOf[a.format]; only != "" && command.Name() != only {
				return fmt.Errorf("-o %s is for %s alone", a.format, only)
			}
			a.started = true
			a.showProgress, a.plainProgress = a.showProgress && !a.verbose, !a.showProgress && !a.verbose
			return nil
		},
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	flags := root.PersistentFlags()
	flags.StringVar(&a.orgURL, "org-url", "", "URL of the org (before $OKTA_CLIENT_ORGURL)")
	flags.StringVar(&a.configFile, "config", "", "the only okta.yaml to read; it must be a regular file")
	flags.StringVar(&a.rateShare, "rate-share", "", "share of the rate limit to use, such as 0.5 (before $OKTA_CLIENT_RATESHARE)")
	flags.VarP(&a.format, "output", "o", "format: table, json, jsonl or csv; contract has junit, summary html")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "log every request to standard error")
	root.AddCommand(a.listCommand(), a.getCommand(), a.revokeCommand(), a.revokeAllCommand(), a.sweepCommand(), a.summaryCommand(), a.contractCommand(), a.serveCommand(), a.demoCommand(), a.manCommand())
	root.SetFlagErrorFunc(flagError)
	return root
}

// waiting tells a person why nothing seems to happen.
func (a *app) waiting(_ context.Context, attempt api.Attempt) {
	text := ""
	switch until := attempt.RateLimit.Reset; {
	case attempt.Again && attempt.Wait > time.Second:
		text = fmt.Sprintf("%s, trying again at %s", reason(attempt), time.Now().Add(attempt.Wait).Format(time.TimeOnly))
	case !attempt.Again && attempt.RateLimit.Limit > 0 && attempt.RateLimit.Remaining == 0 && time.Until(until) > time.Second:
		// the client holds the next attempt back
		text = "rate limit used up until " + until.Local().Format(time.TimeOnly)
	}
	a.progress.setWaiting(text, attempt.RateLimit)
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
