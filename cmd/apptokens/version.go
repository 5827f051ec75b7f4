package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"example.com/apptokens"
)

// version returns the version of the module, as recorded by the build.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Show the versions of the command, of Go, and of the contract",
		Example: `  apptokens version`,
		Args:    wantArgs(0, 0),
		RunE: func(*cobra.Command, []string) error {
			var contract struct{ Info struct{ Version string } }
			if err := yaml.Unmarshal(apptokens.OpenAPI, &contract); err != nil {
				return err
			}
			_, err := fmt.Fprintf(a.out, "apptokens %s\n%s, %s/%s\ncontract %s\n",
				version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, contract.Info.Version)
			return err
		},
	}
}
