package main

import (
	"os"

	"github.com/spf13/cobra"

	"example.com/apptokens/cmd/apptokens/internal/output"
	"example.com/apptokens/gen"
)

// completeVariable lets completion ask the org, which costs requests.
const completeVariable = "APPTOKENS_COMPLETE_FROM_ORG"

// completeFlags completes the values of flags wherever a command has them.
func (a *app) completeFlags(root *cobra.Command) {
	fixed := map[string][]string{"output": output.Formats}
	for _, status := range gen.TokenStatusValues() {
		fixed["status"] = append(fixed["status"], string(status))
	}
	for _, c := range tokenColumns {
		fixed["columns"] = append(fixed["columns"], c.Field, "+"+c.Field)
	}
	for _, command := range append(root.Commands(), root) {
		for name, values := range fixed {
			if command.LocalNonPersistentFlags().Lookup(name) != nil || command.PersistentFlags().Lookup(name) != nil {
				_ = command.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
			}
		}
		if command.Flags().Lookup("apps-file") != nil {
			command.ValidArgsFunction = completeApps
		}
		if command.Flags().Lookup("user") != nil {
			_ = command.RegisterFlagCompletionFunc("user", a.completeUsers)
		}
	}
}

// completeApps offers the apps of --apps-file.
func completeApps(command *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	path, _ := command.Flags().GetString("apps-file")
	file, err := os.Open(path)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer file.Close()
	ids, _ := readApps(path, file)
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// completeUsers offers the users who hold tokens of the apps on the command line, if the org may be asked.
func (a *app) completeUsers(command *cobra.Command, args []string, _ string) (users []string, _ cobra.ShellCompDirective) {
	if a.getenv(completeVariable) == "" {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	apps, _ := completeApps(command, nil, "")
	client, err := a.client()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	seen := map[string]bool{}
	for _, appID := range append(args, apps...) {
		for token, err := range client.List(command.Context(), appID) {
			if err == nil && !seen[token.UserID] {
				seen[token.UserID] = true
				users = append(users, token.UserID+"\t"+output.Printable(token.Links.User.Title))
			}
		}
	}
	return users, cobra.ShellCompDirectiveNoFileComp
}
