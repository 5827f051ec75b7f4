package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/output"
	"example.com/apptokens/cmd/apptokens/internal/receipts"
)

// sweep is one run of the subcommand.
type sweep struct {
	*app
	apps           appList
	filters        filterFlags
	columns        columnsFlag
	dryRun, yes    bool
	allowUnmatched bool
	file           string // of receipts; empty for none

	client    *api.Client
	filter    bulk.Filter
	table     tokenTable
	record    *receipts.File // nil for none
	cancel    context.CancelFunc
	listing   *listing
	unmatched int      // values that matched nothing and should have
	results   *results // nil until revocations may begin
	proof     proof
	recordErr error  // of the receipts; no further revocation begins after it
	done      string // the result, if nothing failed
}

func (a *app) sweepCommand() *cobra.Command {
	s := &sweep{app: a}
	command := &cobra.Command{
		Use:   "sweep APP...",
		Short: "Revoke the refresh tokens of apps that match filters",
		Long: `Revoke the refresh tokens of apps that match every given filter, and nothing
else. The command lists all apps first; if one cannot be listed, it revokes
nothing. On a terminal it then asks for confirmation; elsewhere it needs --yes.
It keeps within the org's rate limit, and continues if a token fails. Finally it
lists the apps that had matches again, and reports what is still there.

With --receipts, it records every token in a file of JSON lines before it
revokes any. To finish a sweep that was interrupted or killed, run it again with
the same file.

The exit code is 0 if every token that matched is gone and no new one matches,
or after a dry run. It is 1 if not, if an app cannot be listed again, or if a
time that a filter asks for cannot be read. It is 3 if a value of --user,
--client, --scope or --issuer matched no token, because it may be a typo; it
stays 0 with --allow-unmatched, or if the receipts show that what matched is
already gone.`,
		Example: `  apptokens sweep 0oardd5r32PWsF4421d7 --user 00unkw1sfbTw08c0g1d7 --dry-run
  apptokens sweep --apps-file apps.txt --user 00unkw1sfbTw08c0g1d7 --receipts incident.jsonl
  apptokens sweep 0oardd5r32PWsF4421d7 --older-than 90d --yes
  apptokens sweep --apps-file apps.txt --user "$(cat leavers.txt)" --allow-unmatched --yes`,
		RunE: s.command,
	}
	flags := command.Flags()
	flags.BoolVar(&s.dryRun, "dry-run", false, "print the tokens that match; revoke nothing")
	flags.BoolVar(&s.yes, "yes", false, "do not ask for confirmation")
	flags.BoolVar(&s.allowUnmatched, "allow-unmatched", false, "succeed even if a filter value matches no token")
	flags.StringVar(&s.file, "receipts", "", "append a record of every token to this file, as JSON lines")
	s.apps.addFlags(command, "apps listed and tokens revoked")
	s.filters.add(command)
	s.columns.add(command, "table and csv of --dry-run")
	return command
}

func (s *sweep) command(command *cobra.Command, args []string) error {
	apps, err := s.apps.read(command.Context(), s.app, args)
	if err != nil {
		return err
	}
	filter, given, err := s.filters.filter(command, s.now())
	switch {
	case err != nil:
		return err
	case !given:
		return usage("sweep needs a filter, such as --user; revoke-all revokes every token")
	case !s.dryRun && command.Flags().Changed("columns"):
		return usage("--columns works only with --dry-run")
	case !s.dryRun && !s.yes && !s.canAsk:
		return cannotPrompt(command, "--yes or --dry-run")
	}
	if s.table, err = s.columns.choose(s.app, command, apps); err != nil {
		return err
	}
	if s.client, err = s.app.client(s.apps.concurrency); err != nil {
		return err
	}
	if s.record, err = s.openReceipts(); err != nil {
		return err
	}
	s.listing, s.filter = newListing(apps, s.record.Unfinished()), filter
	job := bulk.Job{
		AppIDs: apps, Filter: filter, KeepRaw: s.dryRun && s.printsRaw(), DryRun: s.dryRun,
		Concurrency: s.apps.concurrency,
	}
	return errors.Join(s.run(command.Context(), job), s.record.Close())
}

// openReceipts returns nil if there is nothing to record or look up.
func (s *sweep) openReceipts() (*receipts.File, error) {
	switch s.file {
	case "":
		return nil, nil
	case "-":
		return nil, usage(`--receipts: "-" is not a file; name one that keeps the record`)
	}
	if _, err := os.Stat(s.file); s.dryRun && errors.Is(err, fs.ErrNotExist) {
		if info, err := os.Stat(filepath.Dir(s.file)); err != nil || !info.IsDir() {
			return nil, usage("--receipts: folder %s does not exist", filepath.Dir(s.file))
		}
		return nil, nil
	}
	record, err := receipts.Open(s.file, s.settings.OrgURL)
	switch {
	case errors.Is(err, receipts.ErrLocked):
		return nil, fmt.Errorf("--receipts: %w; nothing was revoked; wait for it to end, or use another file", err)
	case err != nil:
		return nil, usage("--receipts: %w", err)
	}
	return record, nil
}

// run continues if the output is lost.
func (s *sweep) run(ctx context.Context, job bulk.Job) error {
	signal.Ignore(syscall.SIGPIPE)
	ctx, s.cancel = context.WithCancel(ctx)
	defer s.cancel()
	var stopped error
	for event, err := range bulk.Revoke(ctx, s.client, job) {
		if stopped = err; err == nil {
			stopped = s.handle(ctx, event)
		}
		if stopped != nil {
			break
		}
	}
	if s.results != nil {
		s.results.keep(s.results.rows.Close())
		stopped = s.verdict(stopped)
	} else if errors.Is(stopped, context.Canceled) {
		stopped = fmt.Errorf("interrupted: nothing was revoked at %s", s.settings.OrgURL)
	} else if errors.Is(stopped, api.ErrRateLimited) {
		stopped = fmt.Errorf("%w; %s", stopped, s.advice(stopped))
	}
	if stopped == nil {
		stopped = s.checkSelection()
	}
	took := "; this took " + plural(s.watch.sent(), "request", "requests") // retries included
	if stopped != nil {
		return fmt.Errorf("%w%s", stopped, took)
	}
	s.logf("%s%s", s.done, took)
	return nil
}

// checkSelection returns why the sweep is not an all-clear although nothing failed, or nil.
func (s *sweep) checkSelection() error {
	err := s.filters.checkTimes(s.watch)
	if err == nil && s.unmatched > 0 {
		err = unmatchedError{fmt.Errorf("%s matched no token; pass --allow-unmatched if that is fine",
			plural(s.unmatched, "value", "values"))}
	}
	switch {
	case err == nil:
		return nil
	case s.results != nil:
		return fmt.Errorf("%s, but %w", s.done, err)
	}
	s.logf("%s", s.done)
	return err
}

func (s *sweep) handle(ctx context.Context, event bulk.Event) error {
	switch event := event.(type) {
	case bulk.Listed:
		s.listing.add(event)
		s.filters.note(event.Tokens)
		s.progress.SetDone("%d match%s", event.Matches, ofApps(event.Apps, len(s.listing.apps)))
		return s.filters.checkClock(s.watch)
	case bulk.Selected:
		return s.begin(ctx, event)
	case bulk.Result:
		s.result(event)
	case bulk.Proof:
		s.prove(event)
	}
	return nil
}

// begin shows what was selected, asks for confirmation, and records the plan.
func (s *sweep) begin(ctx context.Context, selected bulk.Selected) error {
	if skew, tooFar := s.watch.clockSkew(); tooFar && s.record != nil {
		s.logf("warning: receipts have this machine's time, which differs from the org's by %v",
			skew.Abs().Round(time.Second))
	}
	gone := s.listing.gone(s.now())
	if !s.dryRun {
		if err := s.record.Append(gone...); err != nil {
			return fmt.Errorf("%w; nothing was revoked", err)
		}
	}
	s.reportOpen(gone, selected)
	s.checkUnmatched(selected.Unmatched, s.filter)
	total := len(selected.Matches)
	switch {
	case s.dryRun:
		return s.printMatches(selected)
	case total == 0:
		s.done = fmt.Sprintf("no token matches: nothing was revoked at %s (%s checked)",
			s.settings.OrgURL, plural(selected.Tokens, "token was", "tokens were"))
		return s.newResults(0).rows.Close()
	}
	if !s.yes {
		if err := s.preview(selected); err != nil {
			return err
		}
	}
	question := fmt.Sprintf("This revokes %d of %d refresh tokens of %s: %s.",
		total, selected.Tokens, s.settings.OrgURL, s.cost(selected))
	if whole := s.listing.whole(selected); len(whole) > 0 {
		question += "\n" + revokeAllHint(whole)
	}
	if s.yes {
		s.logf("%s", question)
	} else if err := s.confirm(ctx, s.settings.OrgURL, question, fmt.Sprint(total)); err != nil {
		return err
	}
	var plan []receipts.Receipt
	for _, match := range selected.Matches {
		plan = append(plan, s.newReceipt(match, receipts.Planned, nil))
	}
	if err := s.record.Append(plan...); err != nil {
		return fmt.Errorf("%w; nothing was revoked", err)
	}
	s.results, s.proof.apps = s.newResults(total), len(byApp(selected.Matches))
	s.progress.SetBar(0, total)
	return nil
}

// result takes the outcome of one token. If it cannot be recorded, no further revocation begins; those in flight still
// have their results.
func (s *sweep) result(r bulk.Result) {
	shown := r.Err
	if cause := (*api.Error)(nil); r.Outcome == bulk.NotAttempted && errors.As(shown, &cause) &&
		(cause.AppID != r.Match.AppID || cause.TokenID != r.Match.Token.ID) {
		shown = errors.New("the sweep had stopped") // because of another token
	}
	record := s.newReceipt(r.Match, r.Outcome, shown)
	if r.Outcome != bulk.Revoked && r.Outcome != bulk.Gone {
		s.proof.doubt(record)
	}
	s.results.count(r.Outcome, r.Err)
	if s.show(record); s.recordErr != nil {
		s.cancel()
	}
	if done := s.results.done(); done < s.results.total {
		s.progress.SetBar(done, s.results.total)
	} else {
		s.progress.SetDone("listing again to verify%s", ofApps(0, s.proof.apps))
	}
}

// show records an outcome before it prints it. One that cannot be recorded is named on standard error instead. A token
// that was not attempted stays planned.
func (s *sweep) show(r receipts.Receipt) {
	if r.Outcome != bulk.NotAttempted {
		if err := s.record.Append(r); err != nil {
			s.recordErr = cmp.Or(s.recordErr, err)
			s.logf("token %s of app %s: %s, but not recorded", output.Printable(r.TokenID), r.AppID, r.Outcome)
			return
		}
	}
	s.results.print(r)
}

func (s *sweep) newReceipt(m bulk.Match, outcome bulk.Outcome, err error) receipts.Receipt {
	r := s.receipt(m.AppID, m.Token.ID, outcome, err)
	r.UserID, r.ClientID, r.Issuer, r.Scopes = m.Token.UserID, m.Token.ClientID, m.Token.Issuer, m.Token.Scopes
	return r
}
