package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
)

// revocation is one token, or all tokens of one app, and what became of it.
type revocation struct {
	AppID   string  `json:"appId"`
	TokenID string  `json:"tokenId,omitempty"` // empty for all tokens of the app
	Outcome outcome `json:"outcome"`
	Status  int     `json:"status,omitempty"` // of the last response, if it was no success
	Code    string  `json:"code,omitempty"`   // Okta's error code
	Error   string  `json:"error,omitempty"`
}

type outcome string

const (
	revoked      outcome = "revoked"
	notFound     outcome = "not found"
	failed       outcome = "failed"
	unknown      outcome = "unknown" // interrupted while a request was under way
	notAttempted outcome = "not attempted"
)

var revocationColumns = []column{
	{"APP", "appId", fixed}, {"TOKEN", "tokenId", fixed}, {"OUTCOME      ", "outcome", fixed}, {"ERROR", "error", shrinks}, // as wide as "not attempted"
}

func (r revocation) row() row {
	return row{value: r, cells: []string{r.AppID, r.TokenID, string(r.Outcome), r.Error}}
}

// settle takes in how the revocation ended.
func (r *revocation) settle(err error) {
	var failure *api.Error
	errors.As(err, &failure)
	switch {
	case err == nil:
		r.Outcome = revoked
		return
	case errors.Is(err, api.ErrNotFound):
		r.Outcome = notFound
	case failure != nil && failure.Attempts == 0:
		r.Outcome = notAttempted
		return
	case errors.Is(err, context.Canceled) && !errors.Is(err, api.ErrRateLimited):
		r.Outcome = unknown
	default:
		r.Outcome = failed
	}
	r.Error = shortError(err)
	if failure != nil {
		r.Status, r.Code = failure.StatusCode, failure.Code
	}
}

// shortError leaves out what other columns say: the operation and the IDs.
func shortError(err error) string {
	var failure *api.Error
	if !errors.As(err, &failure) {
		return err.Error()
	}
	short := *failure
	short.AppID, short.TokenID = "", ""
	return strings.TrimPrefix(short.Error(), "apptokens: "+short.Op+": ")
}

// isFatal tells whether the next revocation would fail like this one: the credential is no good, the org is out of
// reach, or its rate limit is used up for too long.
func isFatal(err error) bool {
	var failure *api.Error
	return errors.Is(err, context.Canceled) || errors.Is(err, api.ErrUnauthorized) || errors.As(err, &failure) && failure.StatusCode == 0
}

func (a *app) revokeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "revoke APP TOKEN...",
		Short: "Revoke refresh tokens of an app",
		Long: `Revoke refresh tokens of an app, and the access tokens that were issued together
with them. Each token's outcome is printed: revoked, not found, failed, unknown
or not attempted. One that fails does not keep the others from being revoked,
unless the credential is refused or the org cannot be reached. The exit code is
0 if all were revoked.`,
		Example: `  apptokens revoke 0oardd5r32PWsF4421d7 oar1gytf4dW8R5tmZ1d7

  # all tokens of one user
  apptokens list 0oardd5r32PWsF4421d7 -o jsonl |
    jq -r 'select(.userId == "00unkw1sfbTw08c0g1d7").id' |
    xargs apptokens revoke 0oardd5r32PWsF4421d7`,
		Args: wantArgs(2, 0),
		RunE: func(command *cobra.Command, args []string) error {
			client, err := a.client(args...)
			if err != nil {
				return err
			}
			var revocations []revocation
			for _, id := range unique(args[1:]) {
				revocations = append(revocations, revocation{AppID: args[0], TokenID: id})
			}
			return a.revoke(revocations, func(r revocation) error {
				return client.Revoke(command.Context(), r.AppID, r.TokenID)
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

On a terminal, the command asks for each app before it revokes the first.
Elsewhere it needs --yes.`,
		Example: `  apptokens revoke-all 0oardd5r32PWsF4421d7`,
		Args:    wantArgs(1, 0),
		RunE: func(command *cobra.Command, args []string) error {
			client, err := a.client(args...)
			if err != nil {
				return err
			}
			apps := unique(args)
			if !yes {
				if err := a.confirmRevokeAll(command, apps); err != nil {
					return err
				}
			}
			var revocations []revocation
			for _, id := range apps {
				revocations = append(revocations, revocation{AppID: id})
			}
			return a.revoke(revocations, func(r revocation) error {
				return client.RevokeAll(command.Context(), r.AppID)
			})
		},
	}
	command.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return command
}

func (a *app) confirmRevokeAll(command *cobra.Command, apps []string) error {
	if !a.canAsk {
		return usageError{fmt.Errorf("standard input and standard error are no terminal to ask at: %s needs --yes", command.Name())}
	}
	for _, appID := range apps {
		yes, err := a.confirm(command.Context(), fmt.Sprintf("This revokes every refresh token of app %s of %s.", appID, a.settings.OrgURL), appID)
		if err != nil {
			return err
		}
		if !yes {
			return errors.New("not confirmed: nothing was revoked")
		}
	}
	return nil
}

// revoke makes one revocation after the other and prints what became of each. It goes on when nobody reads the output.
func (a *app) revoke(revocations []revocation, revoke func(revocation) error) error {
	signal.Ignore(syscall.SIGPIPE)
	rows := a.printer(revocationColumns)
	var outputErr, fatal error
	done := 0
	for i, r := range revocations {
		a.progress.setBar(i, len(revocations), "dealt with")
		if fatal != nil {
			r.Outcome = notAttempted
		} else {
			err := revoke(r)
			if r.settle(err); isFatal(err) {
				fatal = err
			}
		}
		if r.Outcome == revoked {
			done++
		}
		a.progress.clear()
		outputErr = errors.Join(outputErr, rows.print(r.row()), rows.flush())
	}
	outputErr = errors.Join(outputErr, rows.close())
	switch {
	case outputErr != nil:
		return fmt.Errorf("%d of %d revoked, but not all could be printed: %w", done, len(revocations), outputErr)
	case errors.Is(fatal, context.Canceled):
		return fmt.Errorf("interrupted: %d of %d revoked", done, len(revocations))
	case fatal != nil:
		return fmt.Errorf("%d of %d revoked, then: %w", done, len(revocations), fatal)
	case done < len(revocations):
		return fmt.Errorf("%d of %d revoked", done, len(revocations))
	}
	return nil
}

// unique drops what comes again.
func unique(ids []string) (once []string) {
	seen := map[string]bool{}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			once = append(once, id)
		}
	}
	return once
}
