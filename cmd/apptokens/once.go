package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

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

// checkFlags returns an error if a flag is empty or given twice. An empty one may be an unset variable, and must not
// mean the same as leaving the flag out.
func checkFlags(command *cobra.Command) (err error) {
	command.Flags().Visit(func(flag *pflag.Flag) { // those that were given
		value, ok := flag.Value.(*once)
		switch {
		case !ok || err != nil:
		case value.given > 1:
			err = usage("--%s is given twice", flag.Name)
		case value.String() == "":
			err = usage("--%s is empty", flag.Name)
		}
	})
	return err
}
