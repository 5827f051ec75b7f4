package oktatest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// authenticate reports whether a request is authorized. If it is not, authenticate answers it as Okta does.
func (o *Org) authenticate(answer *response, r *http.Request, now time.Time) bool {
	scheme, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case credential == "":
	case strings.EqualFold(scheme, "SSWS"):
		if !slices.Contains(o.apiTokens, credential) {
			o.fail(answer, http.StatusUnauthorized, "E0000011", "Invalid token provided")
			return false
		}
		return true
	case strings.EqualFold(scheme, "Bearer"), strings.EqualFold(scheme, "DPoP"):
		return o.authenticateToken(answer, r, scheme, credential, now)
	}
	o.fail(answer, http.StatusForbidden, "E0000005", "Invalid session")
	return false
}

func (o *Org) authenticateToken(answer *response, r *http.Request, scheme, value string, now time.Time) bool {
	token, known := o.bearerTokens[value]
	if !known {
		token, known = o.accessTokens.entries[value]
	}
	bound := strings.EqualFold(scheme, "DPoP")
	refuse := func(status int, code, description string) bool {
		answer.challenge(status, baseURL(r), bound, code, description)
		return false
	}
	if !known || !token.expires.IsZero() && !now.Before(token.expires) {
		return refuse(http.StatusUnauthorized, "invalid_token", "The access token is invalid.")
	}
	if bound != (token.thumbprint != "") {
		return refuse(http.StatusUnauthorized, "invalid_token", "The access token is of another type.")
	}
	if bound {
		if refused := o.checkBinding(r, value, token, now); refused != nil {
			if refused.Code == "use_dpop_nonce" {
				answer.header.Set("DPoP-Nonce", o.nonce)
			}
			return refuse(refused.status, refused.Code, refused.Description)
		}
	}
	needed := readScope
	if r.Method != http.MethodGet {
		needed = manageScope
	}
	if !slices.Contains(token.scopes, needed) {
		return refuse(http.StatusForbidden, "insufficient_scope", "The access token must provide the scope "+needed+".")
	}
	return true
}
