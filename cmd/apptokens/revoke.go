package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"example.com/apptokens/api/bulk"
)

func (a *app) revokeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "revoke APP TOKEN...",
		Short: "Revoke refresh tokens of an app",
		Long: `Revoke refresh tokens of an app, and the access tokens that were issued together
with them. The command prints each token's outcome: revoked, not found, failed,
unknown (no answer says whether it was revoked) or not attempted. It continues
after a failure, and stops where all would fail: the credential is rejected or
lacks the scope, the org cannot be reached, or its rate limit is used up for
longer than the command may wait.
The exit code is 0 if all were revoked.`,
		Example: `  apptokens revoke 0oardd5r32PWsF4421d7 oar1gytf4dW8R5tmZ1d7

  # all tokens of one user
  apptokens sweep 0oardd5r32PWsF4421d7 --user 00unkw1sfbTw08c0g1d7`,
		Args: wantArgs(2, 0),
		RunE: a.revokeTokens,
	}
}

func (a *app) revokeTokens(command *cobra.Command, args []string) error {
	if err := cmp.Or(checkApps(args[0]), checkTokens(args[1:]...)); err != nil {
		return err
	}
	client, err := a.client(2)
	if err != nil {
		return err
	}
	var targets []target
	for _, id := range unique(args[1:]) {
		targets = append(targets, target{args[0], id})
	}
	return a.revoke(command.Context(), targets, func(t target) error {
		return client.Revoke(command.Context(), t.appID, t.tokenID)
	})
}

// target is one token, or all tokens of one app.
type target struct{ appID, tokenID string }

// revoke makes one revocation after the other and prints each outcome. It continues if the output is lost.
func (a *app) revoke(ctx context.Context, targets []target, revoke func(target) error) error {
	signal.Ignore(syscall.SIGPIPE)
	results := a.newResults(len(targets))
	results.apps = targets[0].tokenID == ""
	var fatal error
	for i, t := range targets {
		a.progress.SetBar(i, len(targets))
		outcome, err := bulk.NotAttempted, error(nil)
		if fatal == nil {
			err = revoke(t)
			if outcome = bulk.OutcomeOf(err); bulk.IsFatal(err) {
				fatal = err
			}
		}
		results.add(a.receipt(t.appID, t.tokenID, outcome, err), err)
	}
	results.keep(results.rows.Close())
	text := results.text() + " at " + a.settings.OrgURL
	switch {
	case results.err != nil:
		return fmt.Errorf("%s, but not all could be printed: %w", text, results.err)
	case ctx.Err() != nil && fatal != nil:
		return errors.New("interrupted: " + text + results.again())
	case fatal != nil:
		return fmt.Errorf("%s; stopped: %w%s", text, unprefixed(fatal), results.again())
	case results.left() > 0:
		return reported{text + results.again(), results.failed}
	}
	a.logf("%s", text)
	return nil
}

// again returns the next step if some targets are not known to be revoked, or were not attempted.
func (r *results) again() string {
	switch {
	case r.counts[bulk.Unknown]+r.counts[bulk.NotAttempted] == 0:
		return ""
	case r.apps:
		return "; run the same command again"
	}
	return `; run the same command again: tokens that are gone will be "not found"`
}
