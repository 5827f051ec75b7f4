package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/output"
)

// list is one run of the subcommand: it lists apps, one after the other, into one output.
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
	passed  int // tokens that the filter left out
}

func (a *app) listCommand() *cobra.Command {
	l := &list{app: a}
	command := &cobra.Command{
		Use:   "list APP...",
		Short: "List the refresh tokens of apps",
		Long: `List the refresh tokens of apps: all of them, or those that match every filter
that is given. Okta's API has no filters, so whole listings are fetched.

With -o json or jsonl, each token is JSON as the API sends it. An app that
cannot be listed does not keep the others from being listed; the command then
exits with 1, and a JSON array stays open.

With --expect-none the command proves that nothing matches: it exits with 0 only
if every app could be listed to its end, and no token matches.`,
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
	flags.BoolVar(&l.expectNone, "expect-none", false, "fail if a token matches")
	l.apps.addFlag(command)
	l.filters.add(command)
	l.columns.add(command)
	return command
}

func (l *list) run(command *cobra.Command, args []string) error {
	ids, err := l.apps.read(l.app, command, args)
	if err != nil {
		return err
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
	if l.client, err = l.app.client(); err != nil {
		return err
	}
	l.matcher, l.rows = bulk.NewMatcher(filter), l.table.printer(l.app)
	if err := l.all(command.Context(), ids, options); err != nil {
		return err
	}
	return l.finish(len(ids))
}

// all lists every app, and goes on past one that cannot be listed.
func (l *list) all(ctx context.Context, apps []string, options []api.ListOption) error {
	var failures []error
	for _, appID := range apps {
		err := l.one(ctx, appID, options)
		switch {
		case err == nil:
		case !errors.As(err, new(*api.Error)), errors.Is(err, context.Canceled), errors.Is(err, api.ErrUnauthorized), len(apps) == 1:
			return l.incomplete(err)
		default:
			failures = append(failures, err)
			l.tell("%v", err)
		}
	}
	if len(failures) > 0 {
		text := fmt.Sprintf("%d of %d apps could not be listed; %d tokens were listed, the listing is not complete", len(failures), len(apps), l.listed)
		return reported{text, failures[0]}
	}
	return nil
}

func (l *list) one(ctx context.Context, appID string, options []api.ListOption) error {
	for page, err := range l.client.Pages(ctx, appID, options...) {
		if err != nil {
			return err
		}
		if err := l.filters.checkClock(l.watch); err != nil {
			return err
		}
		for _, token := range page.Tokens {
			if !l.matcher.Match(token) {
				l.passed++
				continue
			}
			l.listed++
			if err := l.rows.Print(l.table.row(l.app, bulk.Match{AppID: appID, Token: token})); err != nil {
				return err
			}
		}
		if err := l.rows.Flush(); err != nil {
			return err
		}
		l.progress.SetDone("%s", l.done())
	}
	return nil
}

func (l *list) done() string {
	if l.passed == 0 {
		return fmt.Sprintf("%d tokens", l.listed)
	}
	return fmt.Sprintf("%d of %d tokens", l.listed, l.listed+l.passed)
}

// finish ends a listing that is complete.
func (l *list) finish(apps int) error {
	l.progress.Finish()
	if err := l.rows.Close(); err != nil {
		return err
	}
	l.warnUnmatched(l.matcher.Unmatched()...)
	if !l.expectNone {
		return nil
	}
	looked := fmt.Sprintf("%s in %s of %s", plural(l.listed+l.passed, "token", "tokens"), plural(apps, "app", "apps"), l.settings.OrgURL)
	if l.listed > 0 {
		return fmt.Errorf("%d of %s match, and none should (--expect-none)", l.listed, looked)
	}
	l.warn("none of %s matches", looked)
	return nil
}

// incomplete says so of a listing that has begun.
func (l *list) incomplete(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("interrupted: %d tokens were listed, the listing is not complete", l.listed)
	case l.listed > 0 && errors.As(err, new(*api.Error)):
		return fmt.Errorf("%w; %d tokens were listed, the listing is not complete", err, l.listed)
	default:
		return err
	}
}
