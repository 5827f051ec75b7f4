package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/output"
	"example.com/apptokens/gen"
)

// list is one run of the subcommand.
type list struct {
	*app
	apps       appList
	filters    filterFlags
	columns    columnsFlag
	pageSize   int
	expand     bool
	expectNone bool

	client  *api.Client
	matcher *bulk.Matcher
	table   tokenTable
	rows    output.Printer
	listed  int // tokens that were shown
	live    int // of these, not revoked or asked for by --status
	skipped int // tokens that the filter excluded
}

func (a *app) listCommand() *cobra.Command {
	l := &list{app: a}
	command := &cobra.Command{
		Use:   "list APP...",
		Short: "List the refresh tokens of apps",
		Long: `List the refresh tokens of apps: all of them, or those that match every given
filter. Okta's API has no filters, so the command always fetches whole listings.

With -o json or jsonl, each token is the JSON that the API sent, on one line and
without control characters that a terminal would obey. If an app cannot be
listed, the command continues with the others, unless all would fail. It then
exits with 1, and a JSON array stays open.

With --expect-none the command proves that nothing matches: it exits with 0 only
if it could list every app completely, could read every time that a filter asks
for, and no token matches.`,
		Example: `  apptokens list 0oardd5r32PWsF4421d7
  apptokens list 0oardd5r32PWsF4421d7 --user 00unkw1sfbTw08c0g1d7
  apptokens list --apps-file apps.txt --older-than 90d -o csv > old.csv
  apptokens list 0oardd5r32PWsF4421d7 --columns id,userName,scopes
  apptokens list --apps-file apps.txt --user 00unkw1sfbTw08c0g1d7 --expect-none`,
		RunE: l.run,
	}
	flags := command.Flags()
	flags.IntVar(&l.pageSize, "page-size", api.MaxPageSize, fmt.Sprintf("tokens per request, up to %d", api.MaxPageSize))
	flags.BoolVar(&l.expand, "expand", false, "include the details of each scope (JSON formats)")
	flags.BoolVar(&l.expectNone, "expect-none", false, "fail if any token matches")
	l.apps.addFlags(command, "apps listed")
	l.filters.add(command)
	l.columns.add(command, "table and csv")
	return command
}

func (l *list) run(command *cobra.Command, args []string) error {
	ids, err := l.apps.read(command.Context(), l.app, args)
	if err != nil {
		return err
	}
	if l.pageSize < gen.ListTokensLimitMinimum || l.pageSize > api.MaxPageSize {
		return usage("--page-size is %d, want %d to %d", l.pageSize, gen.ListTokensLimitMinimum, api.MaxPageSize)
	}
	filter, _, err := l.filters.filter(command, l.now())
	if err != nil {
		return err
	}
	if l.table, err = l.columns.choose(l.app, command, ids); err != nil {
		return err
	}
	options := []api.ListOption{api.PageSize(l.pageSize)}
	if l.expand {
		options = append(options, api.ExpandScopes())
	}
	if l.printsRaw() {
		options = append(options, api.KeepRaw())
	}
	if l.client, err = l.app.client(2 * l.apps.concurrency); err != nil {
		return err
	}
	l.matcher, l.rows = bulk.NewMatcher(filter), l.table.printer(l.app)
	if err := l.all(command.Context(), ids, options); err != nil {
		return err
	}
	return l.finish(len(ids))
}

// all lists every app. It skips one that cannot be listed, unless all would fail.
func (l *list) all(ctx context.Context, apps []string, options []api.ListOption) error {
	var failures []error
	ended := 0
	for page, err := range bulk.Pages(ctx, l.client, apps, l.apps.concurrency, options...) {
		if err == nil {
			err = l.page(page)
		}
		switch {
		case err == nil:
		case !errors.As(err, new(*api.Error)), bulk.IsFatal(err), len(apps) == 1:
			return l.incomplete(err)
		default:
			failures = append(failures, err)
			l.errorf("%v", err)
		}
		if err != nil || page.Next == "" {
			ended++
		}
		l.progress.SetDone("%s%s", l.done(), ofApps(ended, len(apps)))
	}
	if len(failures) > 0 {
		text := fmt.Sprintf("%d of %d apps could not be listed; %d tokens were listed, and the listing is not complete",
			len(failures), len(apps), l.listed)
		return reported{text, failures[0]}
	}
	return nil
}

// page prints the tokens of a page that match.
func (l *list) page(page bulk.Page) error {
	if err := l.filters.checkClock(l.watch); err != nil {
		return err
	}
	l.filters.note(page.Tokens)
	for i, token := range page.Tokens {
		if !l.matcher.Match(token) {
			l.skipped++
			continue
		}
		l.listed++
		if token.Status != api.TokenStatusRevoked || len(l.filters.statuses) > 0 {
			l.live++
		}
		match := bulk.Match{AppID: page.AppID, Token: token}
		if page.Raw != nil {
			match.Raw = page.Raw[i]
		}
		if err := l.rows.Print(l.table.row(l.app, match)); err != nil {
			return err
		}
	}
	return l.rows.Flush()
}

func (l *list) done() string {
	if l.skipped == 0 {
		return fmt.Sprintf("%d tokens", l.listed)
	}
	return fmt.Sprintf("%d of %d tokens", l.listed, l.listed+l.skipped)
}

// finish ends a complete listing.
func (l *list) finish(apps int) error {
	l.progress.Finish()
	if err := l.rows.Close(); err != nil {
		return err
	}
	unmatched := l.matcher.Unmatched()
	l.warnUnmatched(unmatched...)
	if !l.expectNone {
		return nil
	}
	looked := fmt.Sprintf("%s in %s of %s",
		plural(l.listed+l.skipped, "token", "tokens"), plural(apps, "app", "apps"), l.settings.OrgURL)
	switch similar := slices.IndexFunc(unmatched, func(u bulk.Unmatched) bool { return u.Similar != "" }); {
	case l.live > 0:
		return fmt.Errorf("%d of %s match, and none should (--expect-none)", l.live, looked)
	case similar >= 0:
		return fmt.Errorf("%q may be mistyped, so this proves nothing (--expect-none)", unmatched[similar].Value)
	}
	if err := l.filters.checkTimes(l.watch); err != nil {
		return fmt.Errorf("this proves nothing (--expect-none): %w", err)
	}
	l.logf("proved: none of %s matches", looked)
	return nil
}

// incomplete adds the number of listed tokens to err.
func (l *list) incomplete(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("interrupted: %d tokens were listed, and the listing is not complete", l.listed)
	case l.listed > 0 && errors.As(err, new(*api.Error)):
		return fmt.Errorf("%w; %d tokens were listed, and the listing is not complete", err, l.listed)
	default:
		return err
	}
}
