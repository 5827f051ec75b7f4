package main

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/cmd/apptokens/internal/output"
	"example.com/apptokens/gen"
)

const (
	// completeVariable lets completion ask the org, which costs requests.
	completeVariable = "APPTOKENS_COMPLETE_FROM_ORG"
	// completeTimeout is how long a shell waits for the org.
	completeTimeout = 2 * time.Second
)

// takesFiles are the flags and the command whose values are names of files. Shells offer these for nothing else.
var takesFiles = map[string]bool{"config": true, "apps-file": true, "receipts": true, "html": true, "man": true}

// complete completes arguments, and the values of flags wherever a command has them.
func (a *app) complete(root *cobra.Command) {
	var statuses []string
	for _, status := range gen.TokenStatusValues() {
		statuses = append(statuses, string(status))
	}
	values := map[string]cobra.CompletionFunc{
		"output":  completeFormats,
		"columns": cobra.FixedCompletions(columnChoices(), cobra.ShellCompDirectiveNoFileComp),
		"status":  cobra.FixedCompletions(statuses, cobra.ShellCompDirectiveNoFileComp),
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

// completeFormats offers the formats that a command has.
func completeFormats(command *cobra.Command, _ []string, _ string) (formats []string, _ cobra.ShellCompDirective) {
	for _, format := range output.Formats {
		name, _, _ := strings.Cut(format, "\t")
		if only := onlyOf[output.Format(name)]; only == "" || only == command.Name() || !command.HasParent() {
			formats = append(formats, format)
		}
	}
	return formats, cobra.ShellCompDirectiveNoFileComp
}

// completeFaults offers the names of faults, with a colon where arguments follow.
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

// completeApps offers the apps of --apps-file, unless it is a pipe, which would be waited for.
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

// completeUsers offers the users who hold tokens of the apps on the command line, if the org may be asked.
func (a *app) completeUsers(command *cobra.Command, args []string, _ string) (users []string, _ cobra.ShellCompDirective) {
	if a.getenv(completeVariable) == "" {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	apps, _ := completeApps(command, nil, "")
	if a.load() != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	client, err := a.settings.Client(api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(command.Context(), completeTimeout)
	defer cancel()
	seen := map[string]bool{}
	for _, appID := range append(args, apps...) {
		for token, err := range client.List(ctx, appID) {
			if err == nil && !seen[token.UserID] {
				seen[token.UserID] = true
				users = append(users, token.UserID+"\t"+output.Printable(token.Links.User.Title))
			}
		}
	}
	return users, cobra.ShellCompDirectiveNoFileComp
}
