package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the man pages into a directory",
		Example: `  apptokens man ~/.local/share/man/man1
  man apptokens-sweep`,
		Args: wantArgs(1, 1),
		RunE: func(command *cobra.Command, args []string) error {
			if args[0] == "" {
				return usage("DIR is empty")
			}
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			root := command.Root()
			root.DisableAutoGenTag = true
			header := &doc.GenManHeader{Section: "1", Source: "apptokens " + version()}
			if err := doc.GenManTree(root, header, args[0]); err != nil {
				return err
			}
			_, err := fmt.Fprintf(a.out, "The man pages are in %s.\n", args[0])
			return err
		},
	}
}
