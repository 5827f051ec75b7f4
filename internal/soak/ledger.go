package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// ledger knows every token that should exist.
type ledger struct {
	org *oktatest.Org

	mu      sync.Mutex
	issued  int
	known   map[string]set  // tokens that were there, by app
	asked   set             // tokens whose revocation was asked for
	askedOf map[holding]int // calls under way that revoke many tokens
}

type set map[string]bool

// holding is the tokens of an app that a user holds, or all of them if user is empty.
type holding struct{ app, user string }

func newLedger(org *oktatest.Org) *ledger {
	return &ledger{org: org, known: map[string]set{}, asked: set{}, askedOf: map[holding]int{}}
}

// held returns the IDs of the tokens of an app that a user holds now, or of all of them if user is empty.
func (l *ledger) held(app, user string) set {
	ids := set{}
	for _, token := range l.org.Tokens(app) {
		if user == "" || token.UserID == user {
			ids[token.ID] = true
		}
	}
	return ids
}

// present returns the IDs of the tokens of an app.
func (l *ledger) present(app string) set { return l.held(app, "") }

// issue adds tokens to an app until it has n.
func (l *ledger) issue(r *rand.Rand, app string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range n - len(l.present(app)) {
		l.issued++
		token := gen.Token{ID: fmt.Sprintf("oarSoak%08d", l.issued), Status: gen.TokenStatusActive,
			UserID: users[r.IntN(len(users))], ClientID: app}
		l.org.Add(app, token)
		if l.known[app] == nil {
			l.known[app] = set{}
		}
		l.known[app][token.ID] = true
		if l.askedOf[holding{app, ""}]+l.askedOf[holding{app, token.UserID}] > 0 {
			l.asked[token.ID] = true
		}
	}
}

// ask records that the revocation of tokens is asked for.
func (l *ledger) ask(ids ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		l.asked[id] = true
	}
}

// askAll records that the revocation of many tokens is asked for, until done, and returns those that are there.
func (l *ledger) askAll(app, user string) (ids set, done func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ids = l.held(app, user)
	maps.Copy(l.asked, ids)
	l.askedOf[holding{app, user}]++
	return ids, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.askedOf[holding{app, user}]--
	}
}

// audit returns an error if a token is gone that nobody asked to revoke.
func (l *ledger) audit() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var lost []string
	for app, known := range l.known {
		present := l.present(app)
		for id := range known {
			if !present[id] && !l.asked[id] {
				lost = append(lost, app+" "+id)
			}
			if !present[id] {
				delete(known, id)
				delete(l.asked, id)
			}
		}
	}
	if lost == nil {
		return nil
	}
	slices.Sort(lost)
	return fmt.Errorf("gone, and nobody asked for it: %s", strings.Join(lost, ", "))
}

// stillThere returns an error if a token that was reported as revoked exists.
func (l *ledger) stillThere(what, app string, revoked set) error {
	for id := range l.present(app) {
		if revoked[id] {
			return fmt.Errorf("%s: reported as revoked, and still there: %s of app %s", what, id, app)
		}
	}
	return nil
}
