package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
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
			ids, err := apps.read(a, command, args)
			if err != nil {
				return err
			}
			filter, given, err := filters.filter(command, a.now())
			switch {
			case err != nil:
				return err
			case !given:
				return usageError{errors.New("sweep needs a filter, such as --user; revoke-all revokes every token")}
			case command.Flags().Changed("receipts") && file == "":
				return usageError{errors.New("--receipts is empty")}
			case concurrency < 1 || concurrency > 100:
				return usageError{fmt.Errorf("--concurrency is %d, want 1 to 100", concurrency)}
			case !dryRun && !yes && !a.canAsk:
				return usageError{errors.New("standard input and standard error are no terminal to ask at: sweep needs --yes, or --dry-run")}
			}
			table, err := chooseColumns(a.fitColumns(command, columns, len(ids)))
			if err != nil {
				return err
			}
			client, err := a.client(ids...)
			if err != nil {
				return err
			}
			s := &sweep{app: a, client: client, table: table, yes: yes}
			job := bulk.Job{AppIDs: ids, Filter: filter, DryRun: dryRun, Concurrency: concurrency}
			if dryRun {
				return s.dryRun(command.Context(), job)
			}
			s.failed = map[tokenKey]receipt{}
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
	cancel    context.CancelFunc
	tally     tally
	failed    map[tokenKey]receipt // until the second listing says that they are gone
	recordErr error                // of the receipts, after which nothing more is begun
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
	s.progress.clear()
	if s.rows == nil {
		return s.unbegun(stopped)
	}
	s.print(s.rows.close())
	fmt.Fprint(s.err, s.tally.text())
	switch {
	case s.recordErr != nil:
		return fmt.Errorf("stopped, since the receipts could not be written: %w", s.recordErr)
	case s.outputErr != nil:
		return errors.Join(s.tally.verdict(stopped), fmt.Errorf("not all could be printed: %w", s.outputErr))
	}
	return s.tally.verdict(stopped)
}

// print keeps the first error of the output, and no more: each line would have one.
func (s *sweep) print(err error) {
	if s.outputErr == nil {
		s.outputErr = err
	}
}

// errNothingMatches ends a sweep that has nothing to do.
var errNothingMatches = errors.New("nothing matches")

func (s *sweep) unbegun(err error) error {
	switch {
	case errors.Is(err, errNothingMatches):
		fmt.Fprintln(s.err, "No token matches: nothing was revoked.")
		return s.printer(sweepColumns).close()
	case errors.Is(err, context.Canceled):
		return errors.New("interrupted: nothing was revoked")
	}
	return err
}

func (s *sweep) handle(ctx context.Context, event bulk.Event) error {
	switch event := event.(type) {
	case bulk.Listed:
		s.progress.setDone("%d match", event.Matches)
		s.receipts.listed(event)
	case bulk.Selected:
		return s.begin(ctx, event)
	case bulk.Result:
		s.result(event)
	case bulk.Proof:
		s.prove(event)
		s.progress.setDone("looking what is left")
	}
	return nil
}

// begin shows what was selected, asks, and writes the plan down.
func (s *sweep) begin(ctx context.Context, selected bulk.Selected) error {
	s.progress.clear()
	if err := s.receipts.write(s.receipts.missing(s.now())...); err != nil {
		return fmt.Errorf("%w; nothing was revoked", err)
	}
	s.tally = tally{total: len(selected.Matches), outcomes: map[bulk.Outcome]int{}}
	if s.tally.total == 0 {
		return errNothingMatches
	}
	if !s.yes {
		if err := s.preview(selected); err != nil {
			return err
		}
		question := fmt.Sprintf("This revokes %d of %d refresh tokens of %s.", s.tally.total, selected.Tokens, s.settings.OrgURL)
		yes, err := s.confirm(ctx, question, fmt.Sprint(s.tally.total))
		if err != nil {
			return err
		}
		if !yes {
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
	s.progress.setBar(0, s.tally.total, "dealt with")
	return nil
}

var sweepColumns = []column{
	{"APP", "appId", fixed}, {"TOKEN", "tokenId", fixed}, {"USER", "userId", fixed}, {"OUTCOME      ", "outcome", fixed}, {"ERROR", "error", shrinks},
}

// result records an outcome before it shows it. What was not attempted stays planned. Without a record, nothing more is
// begun; what is under way still has its result.
func (s *sweep) result(r bulk.Result) {
	s.tally.add(r)
	record := s.newReceipt(r.Match, r.Outcome, r.Err)
	if r.Outcome == bulk.Failed {
		s.failed[tokenKey{record.AppID, record.TokenID}] = record
	}
	if r.Outcome != bulk.NotAttempted {
		if err := s.receipts.write(record); err != nil && s.recordErr == nil {
			s.recordErr = err
			s.cancel()
		}
	}
	s.progress.clear()
	cells := []string{record.AppID, record.TokenID, record.UserID, string(record.Outcome), record.Error}
	s.print(errors.Join(s.rows.print(row{value: record, cells: cells}), s.rows.flush()))
	s.progress.setBar(s.tally.done(), s.tally.total, "dealt with")
}

// prove takes in what the second listing says: what failed, and is not there any more, was revoked after all.
func (s *sweep) prove(proof bulk.Proof) {
	s.tally.prove(proof)
	if proof.Err != nil {
		return
	}
	for _, match := range proof.Remaining {
		delete(s.failed, tokenKey{match.AppID, match.Token.ID})
	}
	for key, record := range s.failed {
		if key.app != proof.AppID {
			continue
		}
		record.Time, record.Outcome, record.Error = s.now().UTC(), bulk.Gone, ""
		if err := s.receipts.write(record); err != nil && s.recordErr == nil {
			s.recordErr = err
		}
		s.tally.afterAll(bulk.Failed, bulk.Gone)
		delete(s.failed, key)
	}
}
