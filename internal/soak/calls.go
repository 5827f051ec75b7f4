package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
)

// list lists an app. What was there before and after must be in a listing without an error.
func (s *soak) list(ctx context.Context, client client, app string, r *rand.Rand) {
	before, listed := s.present(app), set{}
	var failed error
	for token, err := range client.List(ctx, app, api.PageSize(50+r.IntN(151))) {
		if err != nil {
			failed = err
			break
		}
		listed[token.ID] = true
	}
	s.count(client.name+": list", failed)
	if failed == nil {
		s.complain(missing("list", app, before, s.present(app), listed))
	}
}

// missing returns an error if a listing lacks a token that was there before and after.
func missing(what, app string, before, after, listed set) error {
	for id := range before {
		if after[id] && !listed[id] {
			return fmt.Errorf("%s: a listing of app %s lacks %s, and did not fail", what, app, id)
		}
	}
	return nil
}

// pick returns a token of an app, or "" if it has none.
func (s *soak) pick(app string, r *rand.Rand) string {
	ids := slices.Sorted(maps.Keys(s.present(app)))
	if len(ids) == 0 {
		return ""
	}
	return ids[r.IntN(len(ids))]
}

func (s *soak) get(ctx context.Context, client client, app string, r *rand.Rand) {
	id := s.pick(app, r)
	if id == "" {
		return
	}
	token, err := client.Get(ctx, app, id)
	s.count(client.name+": get", err)
	if err == nil && token.ID != id {
		s.complain(fmt.Errorf("get: asked for %s, got %s", id, token.ID))
	}
}

func (s *soak) revoke(ctx context.Context, client client, app string, r *rand.Rand) {
	id := s.pick(app, r)
	if id == "" {
		return
	}
	s.ask(id)
	err := client.Revoke(ctx, app, id)
	s.count(client.name+": revoke", err)
	if err == nil {
		s.complain(s.stillThere("revoke", app, set{id: true}))
	}
}

func (s *soak) revokeAll(ctx context.Context, client client, app string) {
	ids, done := s.askAll(app, "")
	defer done()
	err := client.RevokeAll(ctx, app)
	s.count(client.name+": revoke all", err)
	if err == nil {
		s.complain(s.stillThere("revoke all", app, ids))
	}
}

// sweep revokes a user's tokens in all apps.
func (s *soak) sweep(ctx context.Context, client client, r *rand.Rand) {
	user := users[r.IntN(len(users))]
	before, revoked := map[string]set{}, map[string]set{}
	for _, app := range apps {
		before[app], revoked[app] = s.held(app, user), set{}
	}
	var failed error
	job := bulk.Job{AppIDs: apps, Filter: bulk.Filter{UserIDs: []string{user}}}
	for event, err := range bulk.Revoke(ctx, client.Client, job) {
		if err != nil {
			failed = err
			break
		}
		switch event := event.(type) {
		case bulk.Selected:
			for _, match := range event.Matches {
				s.ask(match.Token.ID)
				if match.Token.UserID != user {
					s.complain(fmt.Errorf("sweep: %s is not a token of %s", match.Token.ID, user))
				}
			}
		case bulk.Result:
			if event.Outcome == bulk.Revoked {
				revoked[event.Match.AppID][event.Match.Token.ID] = true
			}
		case bulk.Proof:
			if event.Err == nil && len(event.Remaining) == 0 {
				s.complain(s.stillThere("sweep, proof", event.AppID, before[event.AppID]))
			}
		}
	}
	for _, app := range apps {
		s.complain(s.stillThere("sweep", app, revoked[app]))
	}
	s.count(client.name+": sweep", failed)
}
