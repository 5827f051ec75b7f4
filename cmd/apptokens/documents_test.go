package main

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// documents show command lines.
var documents = []string{
	"README.md", "cmd/apptokens/README.md", "api/contract/README.md", "api/oktatest/README.md", ".github/CONTRIBUTING.md",
}

// Every command line in the documents is one that the command takes: its subcommand, flags, their values, and arguments.
func TestCommandLinesInDocumentsParse(t *testing.T) {
	t.Parallel()
	line := regexp.MustCompile("(?m)(?:^|[\\s(`])(?:\\./cmd/)?apptokens ([a-z][^`|>;&)#\n]*)")
	for _, name := range documents {
		lines := line.FindAllStringSubmatch(codeOf(t, name), -1)
		if len(lines) == 0 {
			t.Errorf("%s has no command line", name)
		}
		for _, match := range lines {
			if err := parse(strings.Fields(strings.NewReplacer(`"`, "", "'", "").Replace(match[1]))); err != nil {
				t.Errorf("%s: apptokens %s: %v", name, match[1], err)
			}
		}
	}
}

// parse reads a command line as the command does, and runs nothing.
func parse(args []string) error {
	root := newRoot()
	command, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	command.InitDefaultHelpFlag()
	if err := command.ParseFlags(rest); err != nil {
		return err
	}
	if help, _ := command.Flags().GetBool("help"); help {
		return nil
	}
	return command.ValidateArgs(command.Flags().Args())
}

// Every flag that the documents name is a flag of some subcommand.
func TestFlagsInDocumentsExist(t *testing.T) {
	t.Parallel()
	flags := flagNames()
	for _, name := range documents {
		for _, match := range regexp.MustCompile("`(?:[a-z]+ )?--([a-z-]+)").FindAllStringSubmatch(codeOf(t, name), -1) {
			if !slices.Contains(flags, match[1]) {
				t.Errorf("%s: no subcommand has a flag --%s", name, match[1])
			}
		}
	}
}

func newRoot() *cobra.Command {
	root := newApp(&console{in: bufio.NewReader(strings.NewReader("")), out: io.Discard, stderr: io.Discard}).root()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}

// codeOf returns the code in a document: blocks, fenced or indented, and what stands between backquotes.
func codeOf(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(regexp.MustCompile("(?ms)^```\\w+$.*?^```$|^    [^\n]*|`[^`\n]+`").FindAllString(string(text), -1), "\n")
}

// Lists of processes show flags, so none of them takes a secret.
func TestNoFlagTakesASecret(t *testing.T) {
	t.Parallel()
	secret := regexp.MustCompile(`secret|password|credential|key|token$`)
	if i := slices.IndexFunc(flagNames(), secret.MatchString); i >= 0 {
		t.Errorf("--%s takes a secret", flagNames()[i])
	}
}

// valueFlags returns the flags of a subcommand, its parent's included, that need a value.
func valueFlags(command *cobra.Command) (names []string) {
	command.InheritedFlags() // adds them to those of the subcommand
	command.Flags().VisitAll(func(flag *pflag.Flag) {
		if flag.NoOptDefVal == "" {
			names = append(names, flag.Name)
		}
	})
	return names
}

// flagNames returns the flags of all subcommands.
func flagNames() (names []string) {
	root := newRoot()
	for _, command := range append(root.Commands(), root) {
		command.InitDefaultHelpFlag()
		for _, flags := range []*pflag.FlagSet{command.Flags(), command.PersistentFlags()} {
			flags.VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
		}
	}
	return names
}
