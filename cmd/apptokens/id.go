package main

import (
	"fmt"
	"slices"
	"strings"

	"example.com/apptokens/api"
)

// kinds maps the first three characters of an Okta ID to its kind. An ID of the wrong kind is in the wrong place.
var kinds = map[string]string{"0oa": "app ID", "oar": "token ID", "00u": "user ID"}

// checkApps returns a usage error for a string that cannot be the ID of an app.
func checkApps(ids ...string) error { return checkIDs("app ID", ids) }

// checkTokens returns a usage error for a string that cannot be the ID of a token.
func checkTokens(ids ...string) error { return checkIDs("token ID", ids) }

func checkIDs(want string, ids []string) error {
	for _, id := range ids {
		if err := api.CheckID(want, id); err != nil {
			return usageError{err}
		}
		if kind := kinds[id[:min(3, len(id))]]; kind != "" && kind != want {
			return usage("want %s, got %s %q; %s", want, kind, id, place(kind, id))
		}
	}
	return nil
}

// place says where an ID of a kind belongs.
func place(kind, id string) string {
	if kind == "user ID" {
		return "users go with --user; to revoke a user's tokens: apptokens sweep APP --user " + id
	}
	return "the app comes first, then its tokens"
}

// checkUser returns an error for a string that cannot be the ID of a user. It is stricter than the others, because it
// is easy to pass a name or an email address.
func checkUser(id string) error {
	if api.CheckID("user ID", id) != nil || !strings.HasPrefix(id, "00u") {
		return fmt.Errorf("%q is not the ID of a user: those begin with 00u; 'apptokens list APP --columns userId,userName' "+
			"shows them with names, and the Admin Console has them in the address of a user's page", id)
	}
	return nil
}

// checkClient returns an error for a string that cannot be a client ID. The creator of an app may choose any.
func checkClient(id string) error {
	kind := kinds[id[:min(3, len(id))]]
	if api.CheckID("client ID", id) != nil || kind == "token ID" || kind == "user ID" {
		return fmt.Errorf("%q is not a client ID; for an OIDC app it is the app's ID, which begins with 0oa", id)
	}
	return nil
}

// unique returns each ID once.
func unique(ids []string) (once []string) {
	for _, id := range ids {
		if !slices.Contains(once, id) {
			once = append(once, id)
		}
	}
	return once
}
