package oktatest

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"example.com/apptokens/gen"
)

// directory is what the apps of an org have in common: the people who hold tokens, and the authorization servers that
// issue them.
type directory struct {
	users   []named
	servers []named
}

type named struct{ id, name string }

// people is how people really are called: in every script, with apostrophes, and at length.
var people = []string{
	"Ada Byron", "Søren Kierkegaard", "李小龍", "Zoë Saldaña", "Nguyễn Thị Minh Khai", "Сергей Королёв", "O'Brien, Miles",
	"山田 花子", "Grace Hopper", "Max Mustermann", "أحمد زويل", "Ana María Matute Ausejo de la Torre y Villanueva", "김연아",
	"Björk", "Chimamanda Adichie", "Świętosława Nowak",
}

// scopeSets are the combinations of scopes that tokens carry.
var scopeSets = [][]string{
	{"openid", "offline_access"},
	{"offline_access", "openid", "profile"},
	{"email", "offline_access", "openid", "profile"},
	{"groups", "offline_access", "openid"},
	{"offline_access", "payments:read", "payments:write"},
}

func newDirectory(seed uint64) directory {
	random := newRandom(seed, "directory")
	var d directory
	for _, name := range people {
		d.users = append(d.users, named{randomID(random, "00u"), name})
	}
	for _, name := range []string{"default", "Partners", "Mobile"} {
		d.servers = append(d.servers, named{randomID(random, "aus"), name})
	}
	return d
}

// app is an app and its tokens.
type app struct {
	id, title string
	key       uint64 // of its cursors
	records   []record
	index     map[string]int
}

// record is a token in a form that lets an org hold millions.
type record struct {
	id               string // empty once revoked
	user, server     uint8
	scopes           uint8
	created, expires int64 // milliseconds since 1970
	custom           *gen.Token
}

func newApp(seed uint64, id string, tokens int, d directory, now time.Time) *app {
	random := newRandom(seed, id)
	a := &app{id: id, title: "App " + id, key: random.Uint64(), index: make(map[string]int, tokens)}
	day := 24 * time.Hour
	for range tokens {
		a.add(record{
			id:      randomID(random, "oar"),
			user:    uint8(random.IntN(len(d.users))),
			server:  uint8(random.IntN(len(d.servers))),
			scopes:  uint8(random.IntN(len(scopeSets))),
			created: now.Add(-time.Duration(random.Int64N(int64(180 * day)))).UnixMilli(),
			expires: now.Add(time.Duration(random.Int64N(int64(90 * day)))).UnixMilli(),
		})
	}
	return a
}

func (a *app) add(r record) {
	a.index[r.id] = len(a.records)
	a.records = append(a.records, r)
}

// find returns a token, or nil.
func (a *app) find(tokenID string) *record {
	if i, ok := a.index[tokenID]; ok {
		return &a.records[i]
	}
	return nil
}

func (a *app) revoke(r *record) {
	delete(a.index, r.id)
	*r = record{}
}

func (a *app) revokeAll() {
	clear(a.records)
	clear(a.index)
}

// page returns up to limit tokens from a position on, and the position after them, or 0 if there are no more. Positions
// stay what they are while tokens are revoked.
func (a *app) page(from, limit int) (records []record, next int) {
	for i := from; i < len(a.records); i++ {
		if a.records[i].id == "" {
			continue
		}
		if len(records) == limit {
			return records, i
		}
		records = append(records, a.records[i])
	}
	return records, 0
}

// render makes a token as Okta sends it, with links that begin with base.
func (o *Org) render(a *app, r record, base string, expand bool) gen.Token {
	if r.custom != nil {
		return *r.custom
	}
	user, server, scopes := o.people.users[r.user], o.people.servers[r.server], scopeSets[r.scopes]
	self := base + "/api/v1/apps/" + a.id + "/tokens/" + r.id
	created := time.UnixMilli(r.created).UTC()
	token := gen.Token{
		ID: r.id, Status: gen.TokenStatusActive,
		Created: created, LastUpdated: created, ExpiresAt: time.UnixMilli(r.expires).UTC(),
		Issuer: base + "/oauth2/" + server.id, ClientID: a.id, UserID: user.id, Scopes: scopes,
		Links: gen.TokenLinks{
			App:                 gen.ResourceLink{Href: base + "/api/v1/apps/" + a.id, Title: a.title},
			AuthorizationServer: gen.ResourceLink{Href: base + "/api/v1/authorizationServers/" + server.id, Title: server.name},
			Client:              gen.ResourceLink{Href: base + "/oauth2/v1/clients/" + a.id, Title: a.title},
			Revoke:              gen.RevokeLink{Href: self, Hints: gen.RevokeHints{Allow: []gen.RevokeMethod{gen.RevokeMethodDelete}}},
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
	s := gen.Scope{ID: id, Name: name, Description: "Allows " + name}
	if !slices.Contains(standardScopes, name) {
		s.DisplayName = name // Okta leaves it out for the scopes of OpenID Connect
	}
	s.Links.Scope = gen.ResourceLink{Href: base + "/api/v1/authorizationServers/" + server.id + "/scopes/" + id, Title: name}
	return s
}

var standardScopes = []string{"email", "offline_access", "openid", "profile"}

// newRandom returns the source of one part of the data, so that a change to another part leaves it alone.
func newRandom(seed uint64, part string) *rand.Rand {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(part))
	return rand.New(rand.NewPCG(seed, hash.Sum64()))
}

// randomID returns an id like Okta's: a prefix that tells the kind, and 17 letters and digits.
func randomID(random *rand.Rand, prefix string) string {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	id := []byte(prefix)
	for range 17 {
		id = append(id, alphabet[random.IntN(len(alphabet))])
	}
	return string(id)
}
