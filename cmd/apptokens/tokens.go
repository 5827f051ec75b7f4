package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
)

func (a *app) listCommand() *cobra.Command {
	var pageSize int
	var expand bool
	command := &cobra.Command{
		Use:   "list APP...",
		Short: "List the refresh tokens of apps",
		Long: `List the refresh tokens of apps, all of them.

With -o json or jsonl, each token is JSON as the API sends it. If a listing fails
half-way, the command exits with 1, and a JSON array stays open.`,
		Example: `  apptokens list 0oardd5r32PWsF4421d7
  apptokens list 0oardd5r32PWsF4421d7 -o jsonl | wc -l
  apptokens list 0oardd5r32PWsF4421d7 -o csv > tokens.csv`,
		Args: wantArgs(1, 0),
		RunE: func(command *cobra.Command, apps []string) error {
			options := []api.ListOption{api.PageSize(pageSize)}
			if expand {
				options = append(options, api.ExpandScopes())
			}
			return a.list(command.Context(), apps, options)
		},
	}
	command.Flags().IntVar(&pageSize, "page-size", 200, "tokens per request, 1 to 200")
	command.Flags().BoolVar(&expand, "expand", false, "include the details of each scope (JSON formats)")
	return command
}

func (a *app) list(ctx context.Context, apps []string, options []api.ListOption) error {
	client, err := a.client(apps...)
	if err != nil {
		return err
	}
	rows := a.format.newPrinter(a.out, tokenHeader, tokenFields)
	tokens := 0
	for _, appID := range apps {
		for page, err := range client.Pages(ctx, appID, options...) {
			a.progress.clear()
			if err != nil {
				return incomplete(err, tokens)
			}
			for _, token := range page.Tokens {
				if err := rows.print(tokenRow(token)); err != nil {
					return err
				}
			}
			if err := rows.flush(); err != nil {
				return err
			}
			tokens += len(page.Tokens)
			a.progress.setDone("%d tokens", tokens)
		}
	}
	a.progress.finish()
	return rows.close()
}

// incomplete says so of a listing that has begun.
func incomplete(err error, tokens int) error {
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("interrupted: %d tokens were listed, the listing is not complete", tokens)
	case tokens > 0:
		return fmt.Errorf("%w; %d tokens were listed, the listing is not complete", err, tokens)
	default:
		return err
	}
}

func (a *app) getCommand() *cobra.Command {
	var expand bool
	command := &cobra.Command{
		Use:     "get APP TOKEN",
		Short:   "Show one refresh token of an app",
		Example: `  apptokens get 0oardd5r32PWsF4421d7 oar1gytf4dW8R5tmZ1d7 -o json`,
		Args:    wantArgs(2, 2),
		RunE: func(command *cobra.Command, args []string) error {
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
			format := a.format
			if format == formatJSON {
				format = formatJSONL // one object, not an array of one
			}
			rows := format.newPrinter(a.out, tokenHeader, tokenFields)
			return errors.Join(rows.print(tokenRow(token)), rows.close())
		},
	}
	command.Flags().BoolVar(&expand, "expand", false, "include the details of each scope (JSON formats)")
	return command
}

var (
	tokenHeader = []string{"ID", "STATUS", "APP", "USER", "CREATED", "EXPIRES", "SCOPES"}
	tokenFields = []string{"id", "status", "clientId", "userId", "created", "expiresAt", "scopes"}
)

func tokenRow(t api.Token) row {
	return row{value: t, cells: []string{
		t.ID, string(t.Status), t.ClientID, t.UserID, timestamp(t.Created), timestamp(t.ExpiresAt), strings.Join(t.Scopes, " "),
	}}
}

func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
