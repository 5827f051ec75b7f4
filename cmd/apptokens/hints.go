package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/api/config"
	"example.com/apptokens/api/oauth"
)

// hint returns the next step after a failure, unless the error names it or there is none.
func (a *app) hint(err error) string {
	var failure *api.Error
	var token *oauth.Error
	switch {
	case a.settings.OrgURL == "":
		return ""
	case errors.As(err, &token) && token.StatusCode != 0:
		return a.credentialHint() // the error says what to do
	case bulk.IsUnreachable(err) && a.watch.reached():
		return "" // the address is right
	case a.proxySource(err) != "":
		return fmt.Sprintf("Requests go through the proxy that %s names. Is it right?", a.proxySource(err))
	case bulk.IsUnreachable(err):
		return fmt.Sprintf("The org URL %s comes from %s. Is it right?", a.settings.OrgURL, a.settings.Source(config.OrgURL))
	case !errors.As(err, &failure):
		return ""
	case failure.StatusCode >= 400 && failure.Code == "":
		return fmt.Sprintf("The response did not come from Okta, but from something on the way to %s: a proxy, or another "+
			"site if that URL (from %s) is wrong.", a.settings.OrgURL, a.settings.Source(config.OrgURL))
	case errors.Is(err, api.ErrRateLimited) && failure.StatusCode == 0 && a.settings.RequestTimeout > 0:
		return fmt.Sprintf("%[2]s limits a call to %[1]v. Raise that limit to wait for the next window.",
			a.settings.RequestTimeout, a.settings.Source(config.RequestTimeout))
	}
	return a.statusHint(failure)
}

// proxySource returns what names the proxy to which connecting failed, or "".
func (a *app) proxySource(err error) string {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "proxyconnect" {
		return ""
	}
	scheme, _, _ := strings.Cut(a.settings.OrgURL, ":")
	upper, lower := strings.ToUpper(scheme)+"_PROXY", scheme+"_proxy"
	switch {
	case a.settings.Source(config.ProxyHost) != "":
		return a.settings.Source(config.ProxyHost)
	case a.getenv(upper) != "": // which net/http prefers
		return upper
	case a.getenv(lower) != "":
		return lower
	}
	return ""
}

// statusHint returns the hint for an answer of Okta itself.
func (a *app) statusHint(e *api.Error) string {
	if e.Code == "E0000015" {
		return "The org lacks the feature; another credential does not help."
	}
	switch e.StatusCode {
	case http.StatusBadRequest:
		if e.Op == "revoke" { // mostly of a sweep, which has listed the app's tokens
			return ""
		}
		return "Is the app an OAuth or OIDC app? Others hold no tokens."
	case http.StatusUnauthorized:
		return a.credentialHint() + " Is it valid, and of this org?"
	case http.StatusForbidden:
		if a.settings.Mode == config.ModeSSWS {
			return a.credentialHint() + " The administrator it belongs to needs a role that may manage the app, such as " +
				"Application Administrator."
		}
		return a.credentialHint() + " It needs the scope okta.apps.read to list and okta.apps.manage to revoke, and a " +
			"service app needs a role that may manage the app."
	case http.StatusNotFound:
		if e.TokenNotFound() {
			return ""
		}
		return fmt.Sprintf("Is %s an app of %s? The ID of an OIDC app is its client ID.", e.AppID, a.settings.OrgURL)
	}
	return ""
}

// credentialHint says where the credential came from.
func (a *app) credentialHint() string {
	if a.settings.Mode != config.ModePrivateKey {
		return "The token comes from " + a.settings.Source(config.Token) + "."
	}
	hint := fmt.Sprintf("The client ID %s comes from %s; its private key from %s", a.settings.ClientID,
		a.settings.Source(config.ClientID), a.settings.Source(config.PrivateKey))
	if scopes := a.settings.Source(config.Scopes); scopes != "" {
		hint += "; its scopes from " + scopes
	}
	return hint + "."
}
