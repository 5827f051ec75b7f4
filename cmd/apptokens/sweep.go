package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
)

func (a *app) sweepCommand() *cobra.Command {
	var (
		apps        appList
		filters     filterFlags
		columns     []string
		dryRun, yes bool
		file        string
		concurrency int
	)
	command := &cobra.Command{
		Use:   "sweep APP...",
		Short: "Revoke the refresh tokens of apps that match",
		Long: `Revoke the refresh tokens of apps that match every filter that is given, and
nothing else. All apps are listed first; if one cannot be listed, nothing is
revoked. On a terminal the command then asks; elsewhere it needs --yes. It keeps
to the org's rate limit, goes on where one token fails, and at last lists the
apps again, to say what is still there.

With --receipts, every token has a record in a file, as JSON lines, from before
it is revoked. A sweep that was interrupted or killed is finished by running it
again with the same file.

The exit code is 0 if every token that matched is gone.`,
		Example: `  apptokens sweep 0oardd5r32PWsF4421d7 --user 00unkw1sfbTw08c0g1d7 --dry-run
  apptokens sweep --apps-file apps.txt --user 00unkw1sfbTw08c0g1d7 --receipts incident.jsonl
  apptokens sweep 0oardd5r32PWsF4421d7 --older-than 90d --yes`,
		RunE: func(command *cobra.Command, args []string) error {
			ids, err := apps.read(a, args)
			if err != nil {
				return err
			}
			filter, given, err := filters.filter(command, a.now())
			switch {
			case err != nil:
				return err
			case !given:
				return usageError{errors.New("sweep needs a filter, such as --user; revoke-all revokes every token")}
			case concurrency < 1 || concurrency > 100:
				return usageError{fmt.Errorf("--concurrency is %d, want 1 to 100", concurrency)}
			case !dryRun && !yes && !a.canAsk:
				return usageError{errors.New("standard input and standard error are no terminal to ask at: sweep needs --yes, or --dry-run")}
			}
			table, err := chooseColumns(columns)
			if err != nil {
				return err
			}
			client, err := a.client(ids...)
			if err != nil {
				return err
			}
			s := &sweep{app: a, client: client, table: table, yes: yes, outcomes: map[bulk.Outcome]int{}}
			job := bulk.Job{AppIDs: ids, Filter: filter, DryRun: dryRun, Concurrency: concurrency}
			if dryRun {
				return s.dryRun(command.Context(), job)
			}
			if file != "" {
				if s.receipts, err = openReceipts(file, a.settings.OrgURL); err != nil {
					return usageError{fmt.Errorf("--receipts: %w", err)}
				}
			}
			return errors.Join(s.run(command.Context(), job), s.receipts.close())
		},
	}
	apps.addFlag(command)
	filters.add(command)
	columnsFlag(command, &columns)
	command.Flags().BoolVar(&dryRun, "dry-run", false, "print the tokens that match, and revoke none")
	command.Flags().BoolVar(&yes, "yes", false, "do not ask")
	command.Flags().StringVar(&file, "receipts", "", "append a record of every token to this file, as JSON lines")
	command.Flags().IntVar(&concurrency, "concurrency", 8, "revocations under way at once, 1 to 100; the rate limit has the last word")
	return command
}

// sweep is one run of the command.
type sweep struct {
	*app
	client   *api.Client
	table    tokenTable
	receipts *receipts // nil for none
	yes      bool

	rows      printer
	total     int
	outcomes  map[bulk.Outcome]int
	gone      int // by the second listing
	remaining int
	appeared  int
	unproved  []error
	outputErr error
}

// dryRun prints what would be revoked.
func (s *sweep) dryRun(ctx context.Context, job bulk.Job) error {
	for event, err := range bulk.Revoke(ctx, s.client, job) {
		if err != nil {
			s.progress.clear()
			return err
		}
		switch event := event.(type) {
		case bulk.Listed:
			s.progress.setDone("%d match", event.Matches)
		case bulk.Selected:
			s.progress.clear()
			rows := s.printer(s.table.columns())
			for _, match := range event.Matches {
				if err := rows.print(s.table.row(s.app, match)); err != nil {
					return err
				}
			}
			fmt.Fprintf(s.err, "%d of %d tokens match; none was revoked (--dry-run)\n", len(event.Matches), event.Tokens)
			return errors.Join(rows.flush(), rows.close())
		}
	}
	return nil
}

// run goes on when nobody reads the output.
func (s *sweep) run(ctx context.Context, job bulk.Job) error {
	signal.Ignore(syscall.SIGPIPE)
	var stopped error
	for event, err := range bulk.Revoke(ctx, s.client, job) {
		if err != nil {
			stopped = err
			break
		}
		if stopped = s.handle(ctx, event); stopped != nil {
			break
		}
	}
	s.progress.clear()
	if s.rows == nil {
		return s.unbegun(stopped)
	}
	s.outputErr = errors.Join(s.outputErr, s.rows.flush(), s.rows.close())
	s.tell()
	return s.verdict(stopped)
}

// errNothingMatches ends a sweep that has nothing to do.
var errNothingMatches = errors.New("nothing matches")

func (s *sweep) unbegun(err error) error {
	if errors.Is(err, errNothingMatches) {
		fmt.Fprintln(s.err, "No token matches: nothing was revoked.")
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted: nothing was revoked")
	}
	return err
}

func (s *sweep) handle(ctx context.Context, event bulk.Event) error {
	switch event := event.(type) {
	case bulk.Listed:
		s.progress.setDone("%d match", event.Matches)
	case bulk.Selected:
		return s.begin(ctx, event)
	case bulk.Result:
		return s.result(event)
	case bulk.Proof:
		s.gone += event.Gone
		s.remaining += len(event.Remaining)
		s.appeared += len(event.New)
		if event.Err != nil {
			s.unproved = append(s.unproved, event.Err)
		}
		s.progress.setDone("looking what is left")
	}
	return nil
}

// begin shows what was selected, asks, and writes the plan down.
func (s *sweep) begin(ctx context.Context, selected bulk.Selected) error {
	s.progress.clear()
	if err := s.resolve(ctx, selected); err != nil {
		return err
	}
	s.total = len(selected.Matches)
	if s.total == 0 {
		return errNothingMatches
	}
	if !s.yes {
		if err := s.preview(selected); err != nil {
			return err
		}
		question := fmt.Sprintf("This revokes %d of %d refresh tokens of %s.", s.total, selected.Tokens, s.settings.OrgURL)
		if yes, err := s.confirm(ctx, question, fmt.Sprint(s.total)); err != nil {
			return err
		} else if !yes {
			return errors.New("not confirmed: nothing was revoked")
		}
	}
	var plan []receipt
	for _, match := range selected.Matches {
		plan = append(plan, s.newReceipt(match, planned, nil))
	}
	if err := s.receipts.write(plan...); err != nil {
		return fmt.Errorf("%w; nothing was revoked", err)
	}
	s.rows = s.printer(sweepColumns)
	s.progress.setBar(0, s.total, "dealt with")
	return nil
}

// resolve finds out about tokens that an earlier sweep had planned to revoke, and that are not listed any more: it was
// killed before it could say so.
func (s *sweep) resolve(ctx context.Context, selected bulk.Selected) error {
	if s.receipts == nil {
		return nil
	}
	for _, match := range selected.Matches {
		delete(s.receipts.open, tokenKey{match.AppID, match.Token.ID})
	}
	for _, open := range s.receipts.open {
		_, err := s.client.Get(ctx, open.AppID, open.TokenID)
		if !errors.Is(err, api.ErrNotFound) {
			continue // it is still there, and not selected this time; or nobody knows
		}
		open.Time, open.Outcome = s.now().UTC(), bulk.Gone
		if err := s.receipts.write(open); err != nil {
			return fmt.Errorf("%w; nothing was revoked", err)
		}
	}
	return nil
}

// previewRows is as much as fits on a screen.
const previewRows = 20

// preview shows who loses how many tokens for which app.
func (s *sweep) preview(selected bulk.Selected) error {
	type holder struct{ app, user string }
	counts, names := map[holder]int{}, map[holder][2]string{}
	var holders []holder
	for _, m := range selected.Matches {
		h := holder{m.AppID, m.Token.UserID}
		if counts[h]++; counts[h] == 1 {
			holders = append(holders, h)
			names[h] = [2]string{m.Token.Links.App.Title, m.Token.Links.User.Title}
		}
	}
	slices.SortStableFunc(holders, func(a, b holder) int { return counts[b] - counts[a] })
	columns := []column{{"APP", "", false}, {"APP NAME", "", true}, {"USER", "", false}, {"USER NAME", "", true}, {"TOKENS", "", false}}
	table := &tablePrinter{w: s.err, columns: columns, rows: [][]string{{"APP", "APP NAME", "USER", "USER NAME", "TOKENS"}}, widths: make([]int, len(columns)), limit: s.console.columns()}
	for _, h := range holders[:min(previewRows, len(holders))] {
		_ = table.print(row{cells: []string{h.app, names[h][0], h.user, names[h][1], fmt.Sprint(counts[h])}})
	}
	if err := table.flush(); err != nil {
		return err
	}
	if more := len(holders) - previewRows; more > 0 {
		fmt.Fprintf(s.err, "and %d more; --dry-run prints every token\n", more)
	}
	return nil
}

var sweepColumns = []column{
	{"APP", "appId", false}, {"TOKEN", "tokenId", false}, {"USER", "userId", false}, {"OUTCOME      ", "outcome", false}, {"ERROR", "error", true},
}

// result records an outcome before anything else. What was not attempted stays planned.
func (s *sweep) result(r bulk.Result) error {
	s.outcomes[r.Outcome]++
	record := s.newReceipt(r.Match, r.Outcome, r.Err)
	var failure error
	if r.Outcome != bulk.NotAttempted {
		failure = s.receipts.write(record)
	}
	done := 0
	for _, n := range s.outcomes {
		done += n
	}
	s.progress.clear()
	s.outputErr = errors.Join(s.outputErr, s.rows.print(row{value: record, cells: []string{record.AppID, record.TokenID, record.UserID, string(record.Outcome), record.Error}}), s.rows.flush())
	s.progress.setBar(done, s.total, "dealt with")
	return failure
}

// tell ends with a count per outcome, and with what the second listing says.
func (s *sweep) tell() {
	var parts []string
	for _, outcome := range []bulk.Outcome{bulk.Revoked, bulk.Gone, bulk.Failed, bulk.NotAttempted} {
		if n := s.outcomes[outcome]; n > 0 || outcome == bulk.Revoked {
			parts = append(parts, fmt.Sprintf("%d %s", n, outcome))
		}
	}
	fmt.Fprintf(s.err, "%s, of %d\n", strings.Join(parts, ", "), s.total)
	if s.gone+s.remaining > 0 {
		fmt.Fprintf(s.err, "Listed again: %d of them are gone, %d are still there.\n", s.gone, s.remaining)
	}
	if s.appeared > 0 {
		fmt.Fprintf(s.err, "%d new tokens match, which were not there before: run it again to revoke them.\n", s.appeared)
	}
}

func (s *sweep) verdict(stopped error) error {
	left := s.total - s.outcomes[bulk.Revoked] - s.outcomes[bulk.Gone]
	switch {
	case stopped != nil && errors.Is(stopped, context.Canceled):
		return fmt.Errorf("interrupted: %d of %d are left; run it again to go on", left, s.total)
	case stopped != nil:
		return fmt.Errorf("%d of %d are left; run it again to go on: %w", left, s.total, stopped)
	case left > 0:
		return fmt.Errorf("%d of %d could not be revoked", left, s.total)
	case s.remaining > 0:
		return fmt.Errorf("%d tokens are still listed, though the org said that it revoked them", s.remaining)
	case len(s.unproved) > 0:
		return fmt.Errorf("all were revoked, but the proof failed: %w", errors.Join(s.unproved...))
	case s.outputErr != nil:
		return fmt.Errorf("all were revoked, but not all could be printed: %w", s.outputErr)
	}
	return nil
}
