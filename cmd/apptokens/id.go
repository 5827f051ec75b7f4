package main

import (
	"fmt"
	"strings"

	"example.com/apptokens/api"
)

// kinds are what the first three characters of Okta's IDs tell. An ID of another kind than the one that is wanted was put in
// the wrong place.
var kinds = map[string]string{"0oa": "an app", "oar": "a token", "00u": "a user"}

// checkApps makes a usage error of what cannot be the ID of an app.
func checkApps(ids ...string) error { return checkIDs("an app", ids) }

// checkTokens makes a usage error of what cannot be the ID of a token.
func checkTokens(ids ...string) error { return checkIDs("a token", ids) }

func checkIDs(want string, ids []string) error {
	for _, id := range ids {
		if err := api.CheckID(strings.Fields(want)[1]+" ID", id); err != nil {
			return usageError{err}
		}
		if kind := kinds[id[:min(3, len(id))]]; kind != "" && kind != want {
			return usage("%q is the ID of %s, not of %s; the app comes first, then its tokens, and users go with --user", id, kind, want)
		}
	}
	return nil
}

// checkUser returns an error for what cannot be the ID of a user. It is stricter than the others, because a name or a mail
// address is easily taken for one.
func checkUser(id string) error {
	if api.CheckID("user ID", id) != nil || !strings.HasPrefix(id, "00u") {
		return fmt.Errorf("%q is not the ID of a user: those begin with 00u; 'apptokens list APP --columns userId,userName' shows them with names, "+
			"and the Admin Console has them in the address of a user's page", id)
	}
	return nil
}

// checkClient returns an error for what cannot be a client ID. Whoever creates an app may choose one.
func checkClient(id string) error {
	kind := kinds[id[:min(3, len(id))]]
	if api.CheckID("client ID", id) != nil || kind == "a token" || kind == "a user" {
		return fmt.Errorf("%q is not a client ID; for an OIDC app it is the app's ID, which begins with 0oa", id)
	}
	return nil
}
