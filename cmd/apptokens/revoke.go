package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// outcome is what became of a revocation.
type outcome struct {
	AppID   string `json:"appId"`
	TokenID string `json:"tokenId,omitempty"` // empty for all tokens of the app
	Outcome string `json:"outcome"`           // revoked or failed
	Error   string `json:"error,omitempty"`
}

var (
	outcomeHeader = []string{"APP", "TOKEN", "OUTCOME", "ERROR"}
	outcomeFields = []string{"appId", "tokenId", "outcome", "error"}
)

func (o outcome) row() row {
	return row{value: o, cells: []string{o.AppID, o.TokenID, o.Outcome, o.Error}}
}

func (a *app) revokeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "revoke APP TOKEN...",
		Short: "Revoke refresh tokens of an app",
		Long: `Revoke refresh tokens of an app, and the access tokens that were issued together
with them. Each token's outcome is printed. One that fails does not keep the
others from being revoked, but the command exits with 1.`,
		Example: `  apptokens revoke 0oardd5r32PWsF4421d7 oar1gytf4dW8R5tmZ1d7`,
		Args:    wantArgs(2, 0),
		RunE: func(command *cobra.Command, args []string) error {
			client, err := a.client()
			if err != nil {
				return err
			}
			appID, tokens := args[0], args[1:]
			return a.revoke(command.Context(), len(tokens), func(i int) (outcome, error) {
				return outcome{AppID: appID, TokenID: tokens[i]}, client.Revoke(command.Context(), appID, tokens[i])
			})
		},
	}
}

func (a *app) revokeAllCommand() *cobra.Command {
	var yes bool
	command := &cobra.Command{
		Use:   "revoke-all APP...",
		Short: "Revoke every refresh token of apps",
		Long: `Revoke every refresh token of apps, and the access tokens that were issued
together with them. All users of the apps have to sign in again.

On a terminal, the command asks for each app. Elsewhere it needs --yes.`,
		Example: `  apptokens revoke-all 0oardd5r32PWsF4421d7`,
		Args:    wantArgs(1, 0),
		RunE: func(command *cobra.Command, apps []string) error {
			client, err := a.client()
			if err != nil {
				return err
			}
			if !yes {
				if err := a.confirmRevokeAll(apps); err != nil {
					return err
				}
			}
			return a.revoke(command.Context(), len(apps), func(i int) (outcome, error) {
				return outcome{AppID: apps[i]}, client.RevokeAll(command.Context(), apps[i])
			})
		},
	}
	command.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return command
}

// confirmRevokeAll asks for every app before the first is touched.
func (a *app) confirmRevokeAll(apps []string) error {
	if !a.canAsk {
		return usageError{errors.New("revoke-all needs --yes where it cannot ask")}
	}
	for _, appID := range apps {
		yes, err := a.confirm(fmt.Sprintf("This revokes every refresh token of app %s of %s.", printable(appID), a.org()), printable(appID))
		if err != nil {
			return err
		}
		if !yes {
			return errors.New("not confirmed: nothing was revoked")
		}
	}
	return nil
}

// revoke revokes one thing after the other and prints what became of each.
func (a *app) revoke(ctx context.Context, n int, revoke func(i int) (outcome, error)) error {
	rows := a.format.newPrinter(a.out, outcomeHeader, outcomeFields)
	failed := 0
	for i := range n {
		o, err := revoke(i)
		a.progress.clear()
		if ctx.Err() != nil && err != nil {
			return errors.Join(rows.close(), interrupted(err, fmt.Sprintf("%d of %d done, %d failed; what became of the next is not known, the rest was not attempted",
				i-failed, n, failed)))
		}
		o.Outcome = "revoked"
		if err != nil {
			o.Outcome, o.Error = "failed", err.Error()
			failed++
		}
		if err := errors.Join(rows.print(o.row()), rows.flush()); err != nil {
			return err
		}
	}
	if err := rows.close(); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d failed", failed, n)
	}
	return nil
}
