package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/apptokens/api/config"
	"example.com/apptokens/cmd/apptokens/internal/output"
	"example.com/apptokens/cmd/apptokens/internal/progress"
)

// app is shared by all subcommands.
type app struct {
	*console
	progress  *progress.Progress
	watch     *watch
	settings  config.Config // set by load
	format    output.Format
	noHeaders bool
	verbose   bool
	appIDs    []string // all that may be printed, so that the width of their column is known

	orgURL, configFile, rateShare string // flags; empty if not given
}

func newApp(console *console) *app {
	shown := progress.New(console.stderr, console.style, console.columns)
	console.out, console.stderr = shown.Writer(console.out), shown.Writer(console.stderr)
	return &app{console: console, progress: shown, watch: &watch{progress: shown, now: console.now}, format: output.Table}
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "apptokens",
		Short: "List and revoke the refresh tokens of Okta apps",
		Long: `List and revoke the OAuth 2.0 refresh tokens of Okta apps.

The org and its credential come from the same places as for Okta's own tools, in
this order: the environment, ./.okta.yaml, ~/.okta/okta.yaml. --config replaces
both files. A credential from elsewhere never goes to an org that only
./.okta.yaml names. No flag takes a secret, because process lists show flags.

  OKTA_CLIENT_ORGURL       such as https://acme.okta.com; --org-url overrides it
  OKTA_CLIENT_TOKEN        an administrator's API token; or for a service app:
  OKTA_CLIENT_CLIENTID     its client ID, and
  OKTA_CLIENT_PRIVATEKEY   its private key (PEM or JWK) or the path of its file

Exit codes: 0 done, 1 failed, 2 usage error, 3 a filter value of a sweep matched
no token. After a signal, the command reports what was done, and then ends by
that signal (shells show 130 for Ctrl-C and 143 for SIGTERM).`,
		Example: `  apptokens summary 0oardd5r32PWsF4421d7
  apptokens list 0oardd5r32PWsF4421d7 --user 00unkw1sfbTw08c0g1d7
  apptokens sweep 0oardd5r32PWsF4421d7 --user 00unkw1sfbTw08c0g1d7 --receipts incident.jsonl
  apptokens revoke 0oardd5r32PWsF4421d7 oar1gytf4dW8R5tmZ1d7
  apptokens demo`,
		Version:           version(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: a.begin,
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.stderr)
	flags := root.PersistentFlags()
	flags.StringVar(&a.orgURL, "org-url", "", "URL of the org (overrides $OKTA_CLIENT_ORGURL)")
	flags.StringVar(&a.configFile, "config", "", "read this okta.yaml instead of those in . and ~/.okta; it must be a regular file")
	flags.StringVar(&a.rateShare, "rate-share", "",
		"share of the rate limit to use, such as 0.5 (overrides $OKTA_CLIENT_RATESHARE)")
	flags.VarP(&a.format, "output", "o",
		"output format: table, json, jsonl, csv or yaml; contract also has junit, summary html")
	flags.BoolVar(&a.noHeaders, "no-headers", false, "omit the header of table and csv")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "log every request to standard error")
	root.AddCommand(a.listCommand(), a.getCommand(), a.revokeCommand(), a.revokeAllCommand(), a.sweepCommand(),
		a.summaryCommand(), a.contractCommand(), a.serveCommand(), a.demoCommand(), a.manCommand(), a.versionCommand())
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(helpCommand())
	a.wrapHelp(root)
	a.complete(root)
	countFlags(root)
	completionCommand(root)
	return root
}

// checkFormat returns an error if a command does not print a format.
func checkFormat(command *cobra.Command, format output.Format) error {
	only := map[output.Format]string{output.JUnit: "contract", output.HTML: "summary"}[format]
	switch {
	case only != "" && only != command.Name():
		return fmt.Errorf("-o %s works only with %s", format, only)
	case command.Name() == "contract" && (format == output.JSONL || format == output.CSV):
		return errors.New("contract prints a table, json, yaml or junit")
	}
	return nil
}

// printsRaw reports whether the format prints tokens as Okta sent them.
func (a *app) printsRaw() bool { return a.format == output.JSON || a.format == output.JSONL }

// begin runs before every subcommand's own code.
func (a *app) begin(command *cobra.Command, _ []string) error {
	if err := checkFlags(command); err != nil {
		return err
	}
	if err := checkIgnored(command); err != nil {
		return err
	}
	if err := checkFormat(command, a.format); err != nil {
		return err
	}
	a.started = true
	if a.verbose {
		a.progress.Hide() // the log says more
	}
	return nil
}

// printer returns a printer of rows in the chosen format. On a terminal, tables fit its width and have colours.
func (a *app) printer(columns []output.Column) output.Printer {
	for i, c := range columns {
		if c.Field == "appId" {
			columns[i].MinWidth = longest(a.appIDs)
		}
	}
	options := output.Options{Writer: a.out, Format: a.format, Columns: columns, NoHeaders: a.noHeaders}
	if a.showTables {
		options.Width, options.Colours = a.console.columns(), a.colours
	}
	return output.New(options)
}

// printValue prints one value as JSON or YAML.
func (a *app) printValue(value any) error {
	encode := output.EncodeJSON
	if a.format == output.YAML {
		encode = output.EncodeYAML
	}
	text, err := encode(value)
	if err != nil {
		return err
	}
	_, err = a.out.Write(text)
	return err
}

// wantArgs checks the number of arguments, and shows the correct usage. If most is below least, any larger number is
// allowed. It rejects "-", because the org would not find such an ID, which looks as if a token were gone.
func wantArgs(least, most int) cobra.PositionalArgs {
	return func(command *cobra.Command, args []string) error {
		limited := most >= least
		if len(args) < least || limited && len(args) > most {
			return fmt.Errorf("want '%s', got %s", strings.TrimSuffix(command.UseLine(), " [flags]"),
				plural(len(args), "argument", "arguments"))
		}
		if dash := slices.Index(args, "-"); dash >= 0 {
			way := append([]string{command.CommandPath()}, args[:dash]...)
			if limited {
				way = append([]string{"-n 1"}, way...)
			}
			return fmt.Errorf(`%s does not take "-" for standard input; use 'xargs %s'`, command.Name(), strings.Join(way, " "))
		}
		return nil
	}
}

// once is a flag that may be given only once: of two files or two dates, one would be dropped silently.
type once struct {
	pflag.Value
	given int
}

func (o *once) Set(value string) error {
	o.given++
	return o.Value.Set(value)
}

// countFlags lets checkFlags see how often a string flag was given.
func countFlags(root *cobra.Command) {
	for _, command := range append(root.Commands(), root) {
		wrap := func(flag *pflag.Flag) {
			if flag.Value.Type() == "string" {
				flag.Value = &once{Value: flag.Value}
			}
		}
		command.LocalNonPersistentFlags().VisitAll(wrap)
		command.PersistentFlags().VisitAll(wrap)
	}
}

// checkFlags returns an error if a flag is given twice, or has no value of its own. An empty one may be an unset
// variable, and must not mean the same as leaving the flag out. Without quotes, such a variable makes the next flag the
// value: of --receipts $UNSET --dry-run, the second would be dropped silently.
func checkFlags(command *cobra.Command) (err error) {
	command.Flags().Visit(func(flag *pflag.Flag) { // those that were given
		if counted, ok := flag.Value.(*once); ok && counted.given > 1 && err == nil {
			err = usage("--%s is given twice", flag.Name)
		}
		for _, value := range texts(flag) {
			switch {
			case err != nil:
			case value == "":
				err = usage("--%s is empty", flag.Name)
			case flagPattern.MatchString(value) && takesFiles[flag.Name]:
				err = usage("--%s: %q looks like a flag; is a value missing? If it is a file, write ./%s", flag.Name, value, value)
			case flagPattern.MatchString(value):
				err = usage("--%s: %q looks like a flag; is a value missing?", flag.Name, value)
			}
		}
	})
	return err
}

// ignoring names the subcommands that neither call an org nor print rows, with the global flag that they use.
var ignoring = map[string]string{"serve": "verbose", "demo": "", "man": "", "version": "", "completion": ""}

// checkIgnored returns an error if a global flag asks for what the command does not do.
func checkIgnored(command *cobra.Command) (err error) {
	name := strings.Fields(command.CommandPath())[1] // of bash, completion
	used, ignores := ignoring[name]
	command.Root().PersistentFlags().VisitAll(func(flag *pflag.Flag) {
		if ignores && flag.Name != used && flag.Value.String() != flag.DefValue {
			err = usage("%s ignores --%s; leave it out", name, flag.Name)
		}
	})
	return err
}

// flagPattern matches what looks like a flag, and no negative number.
var flagPattern = regexp.MustCompile(`^-(-|[A-Za-z])`)

// texts returns the values of a flag that takes text.
func texts(flag *pflag.Flag) []string {
	if list, ok := flag.Value.(pflag.SliceValue); ok {
		return list.GetSlice()
	}
	if flag.Value.Type() == "string" {
		return []string{flag.Value.String()}
	}
	return nil
}

// flagError adds similar flags to the error about an unknown one, and explains a value of the wrong type.
func flagError(command *cobra.Command, err error) error {
	if invalid := new(pflag.InvalidValueError); errors.As(err, &invalid) {
		if want := wanted[invalid.GetFlag().Value.Type()]; want != "" {
			return fmt.Errorf("--%s is %q, want %s", invalid.GetFlag().Name, invalid.GetValue(), want)
		}
		return err
	}
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return err
	}
	name := unknown.GetSpecifiedName()
	if short := unknown.GetSpecifiedShortnames(); short != "" { // of -user=x, user=x
		name, _, _ = strings.Cut(short, "=")
	}
	names := &cobra.Command{SuggestionsMinimumDistance: 2} // cobra finds similar names only among commands
	command.Flags().VisitAll(func(flag *pflag.Flag) {
		names.AddCommand(&cobra.Command{Use: flag.Name, Run: func(*cobra.Command, []string) {}})
	})
	if similar := names.SuggestionsFor(name); len(similar) > 0 {
		return fmt.Errorf("%w; did you mean --%s?", err, strings.Join(similar, " or --"))
	}
	return err
}

// wanted says what flags of a type take.
var wanted = map[string]string{
	"bool": "true or false", "int": "a whole number", "uint64": "a whole number of 0 or more",
}
