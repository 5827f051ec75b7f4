package main

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// once is a flag that may be given one time: of two files or two times, one would be dropped without a word.
type once struct {
	pflag.Value
	given bool
}

func (o *once) Set(value string) error {
	if o.given {
		return errors.New("it is given twice")
	}
	o.given = true
	return o.Value.Set(value)
}

// allowOnce makes an error of a second value wherever a flag takes one text.
func allowOnce(root *cobra.Command) {
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
