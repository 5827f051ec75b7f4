package main

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/cmd/apptokens/internal/output"
)

const (
	// completeVariable lets completion ask the org, which costs requests.
	completeVariable = "APPTOKENS_COMPLETE_FROM_ORG"
	// completeTimeout bounds how long a shell waits for the org.
	completeTimeout = 2 * time.Second
)

// takesFiles are the flags and commands that take file names. For the others, shells offer none.
var takesFiles = map[string]bool{"config": true, "apps-file": true, "receipts": true, "html": true, "man": true}

// complete registers the completion of arguments and flag values.
func (a *app) complete(root *cobra.Command) {
	values := map[string]cobra.CompletionFunc{
		"output":  completeFormats,
		"columns": cobra.FixedCompletions(columnChoices(), cobra.ShellCompDirectiveNoFileComp),
		"status":  cobra.FixedCompletions(statuses(), cobra.ShellCompDirectiveNoFileComp),
		"user":    a.completeUsers,
		"fault":   completeFaults,
	}
	for _, command := range append(root.Commands(), root) {
		register := func(flag *pflag.Flag) {
			complete := values[flag.Name]
			if complete == nil && !takesFiles[flag.Name] {
				complete = cobra.NoFileCompletions
			}
			if complete != nil {
				_ = command.RegisterFlagCompletionFunc(flag.Name, complete)
			}
		}
		command.Flags().VisitAll(register)
		command.PersistentFlags().VisitAll(register)
		switch {
		case command.Flags().Lookup("apps-file") != nil:
			command.ValidArgsFunction = completeApps
		case !takesFiles[command.Name()]:
			command.ValidArgsFunction = cobra.NoFileCompletions
		}
	}
}

// completionCommand adds cobra's own, and makes it fail without a known shell: its output goes into a file.
func completionCommand(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	command, _, _ := root.Find([]string{"completion"})
	var shells []string
	for _, shell := range command.Commands() {
		shell.Args = wantArgs(0, 0)
		shells = append(shells, shell.Name())
	}
	command.Use, command.Args = "completion SHELL", wantArgs(1, 1)
	command.RunE = func(_ *cobra.Command, args []string) error {
		return usage("unknown shell %q; choose from %s", args[0], strings.Join(shells, ", "))
	}
}

// completeFormats offers the formats that a command prints.
func completeFormats(command *cobra.Command, _ []string, _ string) (formats []string, _ cobra.ShellCompDirective) {
	for _, format := range output.Formats {
		name, _, _ := strings.Cut(format, "\t")
		if !command.HasParent() || checkFormat(command, output.Format(name)) == nil {
			formats = append(formats, format)
		}
	}
	return formats, cobra.ShellCompDirectiveNoFileComp
}

// completeFaults offers the names of faults, with a colon if they take arguments.
func completeFaults(*cobra.Command, []string, string) (faults []string, _ cobra.ShellCompDirective) {
	for line := range strings.Lines(oktatest.FaultUsage()) {
		form, help, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, arguments, found := strings.Cut(form, ":")
		if found {
			name += ":"
		}
		faults = append(faults, name+"\t"+strings.TrimSpace(arguments+" "+strings.TrimSpace(help)))
	}
	return faults, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

func columnChoices() (choices []string) {
	for _, c := range tokenColumns {
		choices = append(choices, c.Field, "+"+c.Field)
	}
	return choices
}

// completeApps offers the apps in --apps-file, unless it is a pipe, which might block.
func completeApps(command *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	path, _ := command.Flags().GetString("apps-file")
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer file.Close()
	ids, _ := readApps(path, file)
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// completeUsers offers the users who hold tokens of the apps on the command line, if completeVariable allows it.
func (a *app) completeUsers(
	command *cobra.Command, args []string, _ string,
) (users []string, _ cobra.ShellCompDirective) {
	apps, _ := completeApps(command, nil, "")
	if a.getenv(completeVariable) == "" || a.load() != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	client, err := a.settings.Client(api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(command.Context(), completeTimeout)
	defer cancel()
	seen := map[string]bool{}
	for page := range bulk.Pages(ctx, client, append(args, apps...), 0) { // an app that fails has no tokens to offer
		for _, token := range page.Tokens {
			if !seen[token.UserID] {
				seen[token.UserID] = true
				users = append(users, token.UserID+"\t"+output.Printable(token.Links.User.Title))
			}
		}
	}
	return users, cobra.ShellCompDirectiveNoFileComp
}
