package main

import (
	"cmp"
	"errors"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/output"
)

// getRun is one run of the subcommand.
type getRun struct {
	*app
	columns columnsFlag
	expand  bool
}

func (a *app) getCommand() *cobra.Command {
	g := &getRun{app: a}
	command := &cobra.Command{
		Use:     "get APP TOKEN",
		Short:   "Show one refresh token of an app",
		Example: `  apptokens get 0oardd5r32PWsF4421d7 oar1gytf4dW8R5tmZ1d7 -o json`,
		Args:    wantArgs(2, 2),
		RunE:    g.run,
	}
	command.Flags().BoolVar(&g.expand, "expand", false, "include the details of each scope (JSON formats)")
	g.columns.add(command, "table and csv")
	return command
}

func (g *getRun) run(command *cobra.Command, args []string) error {
	if err := cmp.Or(checkApps(args[0]), checkTokens(args[1])); err != nil {
		return err
	}
	table, err := g.columns.choose(g.app, command, args[:1])
	if err != nil {
		return err
	}
	client, err := g.client(2)
	if err != nil {
		return err
	}
	match := bulk.Match{AppID: args[0]}
	options := []api.GetOption{api.RawTo(&match.Raw)}
	if g.expand {
		options = append(options, api.ExpandScopes())
	}
	match.Token, err = client.Get(command.Context(), args[0], args[1], options...)
	switch {
	case err != nil:
		return err
	case g.format == output.JSON: // one object, not an array
		return g.printValue(match.Raw)
	case g.format == output.YAML:
		return g.printValue(match.Token)
	}
	rows := table.printer(g.app)
	return errors.Join(rows.Print(table.row(g.app, match)), rows.Close())
}
