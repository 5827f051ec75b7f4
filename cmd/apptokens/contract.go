package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
	"example.com/apptokens/api/contract"
	"example.com/apptokens/cmd/apptokens/internal/output"
)

// deniedVariable holds a whole Authorization header, because the credential may have any scheme.
const deniedVariable = "APPTOKENS_DENIED_AUTHORIZATION"

// contractRun is one run of the subcommand.
type contractRun struct {
	*app
	write, yes bool
	maxPages   int
}

func (a *app) contractCommand() *cobra.Command {
	c := &contractRun{app: a}
	command := &cobra.Command{
		Use:   "contract [APP]",
		Short: "Check that a running server keeps the contract",
		Long: `Probe a server with HTTP requests of its own, and report for each rule of the
contract whether the server keeps it, and where the rule comes from. The server
may be a team's mock, a proxy, or the live org. Pass an app that holds a few
hundred tokens; without one, only some rules can be checked. The command only
reads, and uses at most half of the rate limit, or less with --rate-share.

With --write it also revokes one token of the app, and then all of them.

  ` + deniedVariable + `   a credential that must not read the app, as a
    whole header ("SSWS 00b…"), to check that it is refused

The exit code is 1 if a rule is broken.`,
		Example: `  apptokens contract 0oardd5r32PWsF4421d7
  apptokens contract 0oardd5r32PWsF4421d7 -o junit > contract.xml`,
		Args: wantArgs(0, 1),
		RunE: c.run,
	}
	command.Flags().BoolVar(&c.write, "write", false, "also revoke tokens: first one, then all of the app")
	command.Flags().BoolVar(&c.yes, "yes", false, "do not ask for confirmation")
	command.Flags().IntVar(&c.maxPages, "max-pages", 100, "maximum number of pages to read of one listing")
	return command
}

func (c *contractRun) run(command *cobra.Command, args []string) error {
	switch {
	case c.write && len(args) == 0:
		return usage("--write needs an app")
	case c.maxPages < 1:
		return usage("--max-pages is %d, want 1 or more", c.maxPages)
	}
	target, err := c.target(args)
	if err != nil {
		return err
	}
	if c.write && !c.yes {
		if err := c.confirmRevokeAll(command, c.settings.OrgURL, args); err != nil {
			return err
		}
	}
	return c.check(command.Context(), target)
}

func (c *contractRun) target(apps []string) (contract.Target, error) {
	if err := checkApps(apps...); err != nil {
		return contract.Target{}, err
	}
	if err := c.load(); err != nil {
		return contract.Target{}, err
	}
	auth, err := c.settings.Auth()
	if err != nil {
		return contract.Target{}, err
	}
	target := contract.Target{
		URL: c.settings.OrgURL, PlainHTTP: c.settings.PlainHTTP, Auth: auth,
		HTTPClient: &http.Client{Transport: c.settings.Transport()}, Logger: c.settings.Logger,
		RateShare: c.settings.RateShare, Write: c.write, MaxPages: c.maxPages,
	}
	if len(apps) > 0 {
		target.AppID = apps[0]
	}
	if denied := strings.TrimSpace(c.getenv(deniedVariable)); denied != "" {
		scheme, credential, _ := strings.Cut(denied, " ")
		if scheme == "" || credential == "" || strings.ContainsFunc(credential, notVisible) {
			return contract.Target{}, usage("%s is not an Authorization header; want a scheme and a credential, "+
				"like SSWS 00b…", deniedVariable)
		}
		target.Denied = authorization(denied)
	}
	return target, nil
}

// authorization is a whole Authorization header. It is an [api.Auth].
type authorization string

// Authorize sets the header.
func (h authorization) Authorize(_ context.Context, req *http.Request) error {
	req.Header.Set("Authorization", string(h))
	return nil
}

var _ api.Auth = authorization("")

func (c *contractRun) check(ctx context.Context, target contract.Target) error {
	var outputErr error
	target.OnResult = func(r contract.Result) {
		if c.format == output.Table && outputErr == nil {
			outputErr = c.printResult(r)
		}
		c.progress.Resume()
		c.progress.SetDone("%s: %s", r.Probe, r.Outcome)
	}
	target.OnWait = func(reason string, until time.Time) {
		if time.Until(until) > time.Second {
			c.progress.Wait(reason+", waiting until", until)
		}
	}
	report, err := contract.Check(ctx, target)
	if outputErr == nil {
		outputErr = c.printReport(report)
	}
	if outputErr != nil {
		return outputErr
	}
	failed, errored := report.Count(contract.Failed), report.Count(contract.Errored)
	switch {
	case errors.Is(err, context.Canceled):
		return errors.New("interrupted: the report is incomplete")
	case err != nil:
		return err
	case failed > 0:
		return fmt.Errorf("%d of %d probes failed", failed, len(report.Results))
	case errored > 0:
		return fmt.Errorf("%d of %d probes could not be made: the server was not available, or refused the credential",
			errored, len(report.Results))
	}
	return nil
}

// printResult prints a line for a probe; for a failed one also the reason and the source of its rule.
func (c *contractRun) printResult(r contract.Result) error {
	line := fmt.Sprintf("%-7s  %-16s  %s", r.Outcome, r.Probe, r.Rule)
	switch {
	case r.Outcome == contract.Errored:
		line += "\n           " + output.Printable(r.Detail)
	case r.Outcome == contract.Failed:
		line += "\n           " + output.Printable(r.Detail) + "\n           rule from: " + r.Source
	case r.Detail != "":
		line += " (" + r.Detail + ")"
	}
	_, err := fmt.Fprintln(c.out, line)
	return err
}

func (c *contractRun) printReport(report contract.Report) error {
	switch c.format {
	case output.JUnit:
		return report.WriteJUnit(c.out)
	case output.JSON, output.YAML:
		return c.printValue(report)
	}
	requests := 0
	for _, result := range report.Results {
		requests += result.Requests
	}
	counts := fmt.Sprintf("%d passed, %d failed", report.Count(contract.Passed), report.Count(contract.Failed))
	if errored := report.Count(contract.Errored); errored > 0 {
		counts += fmt.Sprintf(", %d errored", errored)
	}
	_, err := fmt.Fprintf(c.out, "%s, %d skipped; %s in %v\n", counts,
		report.Count(contract.Skipped), plural(requests, "request", "requests"), report.Duration.Round(10*time.Millisecond))
	return err
}
