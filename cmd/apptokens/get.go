package main

import (
	"errors"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/output"
)

func (a *app) getCommand() *cobra.Command {
	var expand bool
	var columns columnsFlag
	command := &cobra.Command{
		Use:     "get APP TOKEN",
		Short:   "Show one refresh token of an app",
		Example: `  apptokens get 0oardd5r32PWsF4421d7 oar1gytf4dW8R5tmZ1d7 -o json`,
		Args:    wantArgs(2, 2),
		RunE: func(command *cobra.Command, args []string) error {
			if err := errors.Join(checkApps(args[0]), checkTokens(args[1])); err != nil {
				return err
			}
			table, err := columns.choose(a, command, args[:1])
			if err != nil {
				return err
			}
			client, err := a.client(2)
			if err != nil {
				return err
			}
			var options []api.GetOption
			if expand {
				options = append(options, api.ExpandScopes())
			}
			match := bulk.Match{AppID: args[0]}
			match.Token, err = client.Get(command.Context(), args[0], args[1], append(options, api.RawTo(&match.Raw))...)
			switch {
			case err != nil:
				return err
			case a.format == output.JSON: // one object, not an array
				return a.printValue(match.Raw)
			case a.format == output.YAML:
				return a.printValue(match.Token)
			}
			rows := table.printer(a)
			return errors.Join(rows.Print(table.row(a, match)), rows.Close())
		},
	}
	command.Flags().BoolVar(&expand, "expand", false, "include the details of each scope (JSON formats)")
	columns.add(command)
	return command
}
