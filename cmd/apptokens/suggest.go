package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError adds similar flags to the error about an unknown one.
func flagError(command *cobra.Command, err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !unknown {
		return err
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
