package main

import "github.com/spf13/cobra"

// revokeAll is one run of the subcommand.
type revokeAll struct {
	*app
	yes bool
}

func (a *app) revokeAllCommand() *cobra.Command {
	r := &revokeAll{app: a}
	command := &cobra.Command{
		Use:   "revoke-all APP...",
		Short: "Revoke every refresh token of apps",
		Long: `Revoke every refresh token of apps, and the access tokens that were issued
together with them. All users of the apps must sign in again.

On a terminal, the command asks for confirmation of every app before it revokes
anything. Elsewhere it needs --yes.`,
		Example: `  apptokens revoke-all 0oardd5r32PWsF4421d7`,
		Args:    wantArgs(1, 0),
		RunE:    r.run,
	}
	command.Flags().BoolVar(&r.yes, "yes", false, "do not ask for confirmation")
	return command
}

func (r *revokeAll) run(command *cobra.Command, args []string) error {
	if err := checkApps(args...); err != nil {
		return err
	}
	client, err := r.client(2)
	if err != nil {
		return err
	}
	apps := unique(args)
	r.appIDs = apps
	if !r.yes {
		if err := r.confirmRevokeAll(command, r.settings.OrgURL, apps); err != nil {
			return err
		}
	}
	var targets []target
	for _, id := range apps {
		targets = append(targets, target{appID: id})
	}
	return r.revoke(command.Context(), targets, func(t target) error {
		return client.RevokeAll(command.Context(), t.appID)
	})
}
