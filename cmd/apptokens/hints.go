package main

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/apptokens/api"
	"example.com/apptokens/api/config"
	"example.com/apptokens/api/oauth"
)

// hint is the next step after a failure, where there is one that the error does not name.
func (a *app) hint(err error) string {
	var dial *net.OpError
	var token *oauth.Error
	switch {
	case errors.As(err, &token) && token.StatusCode != 0:
		return a.credentialHint() // what to do stands in the error
	case errors.Is(err, api.ErrUnauthorized):
		return a.credentialHint() + " Is it valid, and of this org?"
	case errors.Is(err, api.ErrForbidden) && a.settings.Mode == config.ModeSSWS:
		return a.credentialHint() + " The administrator it belongs to needs a role that may manage the app, such as Application Administrator."
	case errors.Is(err, api.ErrForbidden):
		return a.credentialHint() + " It needs the scope okta.apps.read to list and okta.apps.manage to revoke, and a service app a role that may manage the app."
	case errors.As(err, &dial) && dial.Op == "dial":
		return fmt.Sprintf("The org URL %s comes from %s. Is it right?", a.settings.OrgURL, a.settings.Source(config.OrgURL))
	}
	return ""
}

// credentialHint says where the credential came from.
func (a *app) credentialHint() string {
	if a.settings.Mode == config.ModePrivateKey {
		return "The private key comes from " + a.settings.Source(config.PrivateKey) + "."
	}
	return "The token comes from " + a.settings.Source(config.Token) + "."
}

// flagError adds the flag that was meant to the error about one that there is not.
func flagError(command *cobra.Command, err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !unknown {
		return err
	}
	nearest, distance := "", 3 // letters that may be wrong, and one
	command.Flags().VisitAll(func(flag *pflag.Flag) {
		if d := editDistance(name, flag.Name); d < distance {
			nearest, distance = flag.Name, d
		}
	})
	if nearest == "" {
		return err
	}
	return fmt.Errorf("%w; did you mean --%s?", err, nearest)
}

// editDistance is how many letters have to be put in, taken out or replaced to make b of a (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
