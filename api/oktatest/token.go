package oktatest

import (
	"slices"
	"time"

	"example.com/apptokens/gen"
)

// scopeSets are the combinations of scopes that tokens carry.
var scopeSets = [][]string{
	{"openid", "offline_access"},
	{"offline_access", "openid", "profile"},
	{"email", "offline_access", "openid", "profile"},
	{"groups", "offline_access", "openid"},
	{"offline_access", "payments:read", "payments:write"},
}

// render returns a token as Okta sends it, with links that begin with base.
func (o *Org) render(a *app, r record, base string, expand bool) gen.Token {
	if r.custom != nil {
		return *r.custom
	}
	user, server, scopes := o.people.users[r.user], o.people.servers[r.server], scopeSets[r.scopes]
	self := base + "/api/v1/apps/" + a.id + "/tokens/" + r.id
	revoke := gen.RevokeHints{Allow: []gen.RevokeMethod{gen.RevokeMethodDelete}}
	created := time.UnixMilli(r.created).UTC()
	token := gen.Token{
		ID: r.id, Status: gen.TokenStatusActive,
		Created: created, LastUpdated: created, ExpiresAt: time.UnixMilli(r.expires).UTC(),
		Issuer: base + "/oauth2/" + server.id, ClientID: a.id, UserID: user.id, Scopes: scopes,
		Links: gen.TokenLinks{
			App:                 gen.ResourceLink{Href: base + "/api/v1/apps/" + a.id, Title: a.title},
			AuthorizationServer: gen.ResourceLink{Href: base + "/api/v1/authorizationServers/" + server.id, Title: server.name},
			Client:              gen.ResourceLink{Href: base + "/oauth2/v1/clients/" + a.id, Title: a.title},
			Revoke:              gen.RevokeLink{Href: self, Hints: revoke},
			Self:                gen.SelfLink{Href: self},
			User:                gen.ResourceLink{Href: base + "/api/v1/users/" + user.id, Title: user.name},
		},
	}
	if expand {
		for _, name := range scopes {
			token.Embedded.Scopes = append(token.Embedded.Scopes, scope(name, base, server))
		}
	}
	return token
}

func scope(name, base string, server named) gen.Scope {
	id := randomID(newRandom(1, server.id+name), "scp")
	href := base + "/api/v1/authorizationServers/" + server.id + "/scopes/" + id
	s := gen.Scope{ID: id, Name: name, Description: "Allows " + name}
	if !slices.Contains(standardScopes, name) {
		s.DisplayName = name // Okta omits it for the scopes of OpenID Connect
	}
	s.Links.Scope = gen.ResourceLink{Href: href, Title: name}
	return s
}

var standardScopes = []string{"email", "offline_access", "openid", "profile"}
