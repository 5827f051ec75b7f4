package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
)

func (a *app) listCommand() *cobra.Command {
	var (
		pageSize int
		expand   bool
		apps     appList
		filters  filterFlags
		columns  []string
	)
	command := &cobra.Command{
		Use:   "list APP...",
		Short: "List the refresh tokens of apps",
		Long: `List the refresh tokens of apps: all of them, or those that match every filter
that is given. Okta's API has no filters, so whole listings are fetched.

With -o json or jsonl, each token is JSON as the API sends it. An app that cannot
be listed does not keep the others from being listed; the command then exits
with 1, and a JSON array stays open.`,
		Example: `  apptokens list 0oardd5r32PWsF4421d7
  apptokens list 0oardd5r32PWsF4421d7 --user 00unkw1sfbTw08c0g1d7
  apptokens list --apps-file apps.txt --older-than 90d -o csv > old.csv
  apptokens list 0oardd5r32PWsF4421d7 --columns id,userName,scopes`,
		RunE: func(command *cobra.Command, args []string) error {
			ids, err := apps.read(a, command, args)
			if err != nil {
				return err
			}
			filter, _, err := filters.filter(command, a.now())
			if err != nil {
				return err
			}
			table, err := chooseColumns(a.fitColumns(command, columns, len(ids)))
			if err != nil {
				return err
			}
			options := []api.ListOption{api.PageSize(pageSize)}
			if expand {
				options = append(options, api.ExpandScopes())
			}
			return a.list(command.Context(), ids, filter, table, options)
		},
	}
	command.Flags().IntVar(&pageSize, "page-size", api.MaxPageSize, fmt.Sprintf("tokens per request, up to %d", api.MaxPageSize))
	command.Flags().BoolVar(&expand, "expand", false, "include the details of each scope (JSON formats)")
	apps.addFlag(command)
	filters.add(command)
	columnsFlag(command, &columns)
	return command
}

func (a *app) list(ctx context.Context, apps []string, filter bulk.Filter, table tokenTable, options []api.ListOption) error {
	client, err := a.client(apps...)
	if err != nil {
		return err
	}
	l := lister{app: a, client: client, filter: filter, table: table, rows: a.printer(table.columns()), options: options}
	var failures []error
	for _, appID := range apps {
		err := l.list(ctx, appID)
		var output outputError
		switch {
		case err == nil:
		case errors.As(err, &output), errors.Is(err, context.Canceled), errors.Is(err, api.ErrUnauthorized), len(apps) == 1:
			return l.incomplete(err)
		default:
			failures = append(failures, err)
			fmt.Fprintln(a.err, err)
		}
	}
	if len(failures) > 0 {
		return fmt.Errorf("%d of %d apps could not be listed; %d tokens were listed, the listing is not complete: %w", len(failures), len(apps), l.listed, failures[0])
	}
	a.progress.finish()
	return l.rows.close()
}

// lister lists apps, one after the other, into one output.
type lister struct {
	*app
	client         *api.Client
	filter         bulk.Filter
	table          tokenTable
	rows           printer
	options        []api.ListOption
	listed, passed int // tokens that were shown, and that the filter left out
}

// outputError is a failure to print.
type outputError struct{ error }

func (e outputError) Unwrap() error { return e.error }

func (l *lister) list(ctx context.Context, appID string) error {
	for page, err := range l.client.Pages(ctx, appID, l.options...) {
		l.progress.clear()
		if err != nil {
			return err
		}
		for _, token := range page.Tokens {
			if !l.filter.Match(token) {
				l.passed++
				continue
			}
			l.listed++
			if err := l.rows.print(l.table.row(l.app, bulk.Match{AppID: appID, Token: token})); err != nil {
				return outputError{err}
			}
		}
		if err := l.rows.flush(); err != nil {
			return outputError{err}
		}
		l.progress.setDone("%s", l.done())
	}
	return nil
}

func (l *lister) done() string {
	if l.passed == 0 {
		return fmt.Sprintf("%d tokens", l.listed)
	}
	return fmt.Sprintf("%d of %d tokens", l.listed, l.listed+l.passed)
}

// incomplete says so of a listing that has begun.
func (l *lister) incomplete(err error) error {
	var output outputError
	switch {
	case errors.As(err, &output):
		return err
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("interrupted: %d tokens were listed, the listing is not complete", l.listed)
	case l.listed > 0:
		return fmt.Errorf("%w; %d tokens were listed, the listing is not complete", err, l.listed)
	default:
		return err
	}
}

func (a *app) getCommand() *cobra.Command {
	var expand bool
	var columns []string
	command := &cobra.Command{
		Use:     "get APP TOKEN",
		Short:   "Show one refresh token of an app",
		Example: `  apptokens get 0oardd5r32PWsF4421d7 oar1gytf4dW8R5tmZ1d7 -o json`,
		Args:    wantArgs(2, 2),
		RunE: func(command *cobra.Command, args []string) error {
			table, err := chooseColumns(a.fitColumns(command, columns, 1))
			if err != nil {
				return err
			}
			client, err := a.client(args...)
			if err != nil {
				return err
			}
			var options []api.GetOption
			if expand {
				options = append(options, api.ExpandScopes())
			}
			token, err := client.Get(command.Context(), args[0], args[1], options...)
			a.progress.clear()
			if err != nil {
				return err
			}
			if a.format == formatJSON {
				a.format = formatJSONL // one object, not an array of one
			}
			rows := a.printer(table.columns())
			return errors.Join(rows.print(table.row(a, bulk.Match{AppID: args[0], Token: token})), rows.close())
		},
	}
	command.Flags().BoolVar(&expand, "expand", false, "include the details of each scope (JSON formats)")
	columnsFlag(command, &columns)
	return command
}
