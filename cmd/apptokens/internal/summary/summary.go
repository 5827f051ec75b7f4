// Package summary counts the tokens of apps: who holds them, for what, and from when until when.
package summary

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"example.com/apptokens/api"
)

// Summary counts the tokens of some apps.
type Summary struct {
	Org      string    `json:"org"`
	Time     time.Time `json:"time"`
	Tokens   int       `json:"tokens"`
	Apps     []Count   `json:"apps"` // like the next four, most tokens first
	Users    []Count   `json:"users"`
	Scopes   []Count   `json:"scopes"`
	Statuses []Count   `json:"statuses"`
	Issuers  []Count   `json:"issuers"`
	Ages     []Count   `json:"ages"`     // since they were issued, in the order of time, zeros included
	Expiries []Count   `json:"expiries"` // until they expire, likewise
	Holders  []Holder  `json:"holders"`  // most tokens first
}

// Count is the number of tokens that have something in common.
type Count struct {
	ID     string `json:"id"`
	Name   string `json:"name,omitempty"` // for people, if there is one; do not trust it
	Tokens int    `json:"tokens"`
}

// Holder is a user who holds tokens for an app.
type Holder struct {
	AppID    string    `json:"appId"`
	AppName  string    `json:"appName,omitempty"`
	UserID   string    `json:"userId"`
	UserName string    `json:"userName,omitempty"`
	Tokens   int       `json:"tokens"`
	Scopes   []string  `json:"scopes"` // of all of them, in alphabetical order
	Oldest   time.Time `json:"oldest"` // when the first of them was issued
	Newest   time.Time `json:"newest"`
	Expires  time.Time `json:"expires"` // when the last of them does
}

// Builder makes a [Summary]. Its memory grows with the number of users, not of tokens.
type Builder struct {
	org      string
	now      time.Time
	tokens   int
	apps     map[string]*Count
	users    map[string]*Count
	scopes   map[string]*Count
	statuses map[string]*Count
	issuers  map[string]*Count
	ages     []Count
	expiries []Count
	holders  map[holder]*Holder
}

type holder struct{ app, user string }

// New returns a Builder for an org. Ages and expiries are counted from now.
func New(org string, now time.Time) *Builder {
	return &Builder{
		org: org, now: now,
		apps: map[string]*Count{}, users: map[string]*Count{}, scopes: map[string]*Count{},
		statuses: map[string]*Count{}, issuers: map[string]*Count{}, holders: map[holder]*Holder{},
		ages: buckets(ageLimits), expiries: buckets(expiryLimits),
	}
}

// AddApp includes an app even if it holds no token.
func (b *Builder) AddApp(appID string) { add(b.apps, appID, "", 0) }

// Add counts a token of an app.
func (b *Builder) Add(appID string, token api.Token) {
	b.tokens++
	add(b.apps, appID, token.Links.App.Title, 1)
	add(b.users, token.UserID, token.Links.User.Title, 1)
	add(b.statuses, string(token.Status), "", 1)
	add(b.issuers, token.Issuer, token.Links.AuthorizationServer.Title, 1)
	for _, scope := range token.Scopes {
		add(b.scopes, scope, "", 1)
	}
	b.ages[bucket(ageLimits, b.now.Sub(token.Created))].Tokens++
	b.expiries[bucket(expiryLimits, token.ExpiresAt.Sub(b.now))].Tokens++
	b.addHolder(appID, token)
}

// add clones the strings that it keeps, because they are parts of a whole page.
func add(counts map[string]*Count, id, name string, n int) {
	c := counts[id]
	if c == nil {
		c = &Count{ID: strings.Clone(id)}
		counts[c.ID] = c
	}
	if c.Name == "" {
		c.Name = strings.Clone(name)
	}
	c.Tokens += n
}

func (b *Builder) addHolder(appID string, token api.Token) {
	h := b.holders[holder{appID, token.UserID}]
	if h == nil {
		app, user := b.apps[appID].ID, b.users[token.UserID].ID
		h = &Holder{
			AppID: app, UserID: user, Scopes: []string{},
			Oldest: token.Created, Newest: token.Created, Expires: token.ExpiresAt,
		}
		b.holders[holder{app, user}] = h
	}
	h.Tokens++
	for _, scope := range token.Scopes {
		if i, found := slices.BinarySearch(h.Scopes, scope); !found {
			h.Scopes = slices.Insert(h.Scopes, i, b.scopes[scope].ID)
		}
	}
	if token.Created.Before(h.Oldest) {
		h.Oldest = token.Created
	}
	if token.Created.After(h.Newest) {
		h.Newest = token.Created
	}
	if token.ExpiresAt.After(h.Expires) {
		h.Expires = token.ExpiresAt
	}
}

// Summary returns the counts so far.
func (b *Builder) Summary() Summary {
	s := Summary{
		Org: b.org, Time: b.now, Tokens: b.tokens,
		Apps: sorted(b.apps), Users: sorted(b.users), Scopes: sorted(b.scopes),
		Statuses: sorted(b.statuses), Issuers: sorted(b.issuers),
		Ages: b.ages, Expiries: b.expiries, Holders: make([]Holder, 0, len(b.holders)),
	}
	for _, h := range b.holders {
		h.AppName, h.UserName = b.apps[h.AppID].Name, b.users[h.UserID].Name
		s.Holders = append(s.Holders, *h)
	}
	slices.SortFunc(s.Holders, func(a, b Holder) int {
		return cmp.Or(b.Tokens-a.Tokens, strings.Compare(a.AppID, b.AppID), strings.Compare(a.UserID, b.UserID))
	})
	return s
}

func sorted(counts map[string]*Count) []Count {
	all := make([]Count, 0, len(counts))
	for c := range maps.Values(counts) {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b Count) int { return cmp.Or(b.Tokens-a.Tokens, strings.Compare(a.ID, b.ID)) })
	return all
}

// limit is the name and the end of a span of time. The last of several has no end.
type limit struct {
	name string
	end  time.Duration
}

const day = 24 * time.Hour

var (
	ageLimits = []limit{
		{"under a day", day}, {"1 to 7 days", 7 * day}, {"7 to 30 days", 30 * day}, {"30 to 90 days", 90 * day},
		{"90 to 180 days", 180 * day}, {"180 days to a year", 365 * day}, {name: "over a year"},
	}
	expiryLimits = []limit{
		{"expired", 0}, {"within a day", day}, {"in 1 to 7 days", 7 * day}, {"in 7 to 30 days", 30 * day},
		{"in 30 to 90 days", 90 * day}, {"in 90 days to a year", 365 * day}, {name: "in over a year"},
	}
)

func buckets(limits []limit) []Count {
	counts := make([]Count, len(limits))
	for i, l := range limits {
		counts[i].ID = l.name
	}
	return counts
}

// bucket returns the index of the limit for d. The last one has no end, because the year 9999 exceeds a duration.
func bucket(limits []limit, d time.Duration) int {
	return sort.Search(len(limits)-1, func(i int) bool { return d < limits[i].end })
}
