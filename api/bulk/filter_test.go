package bulk_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

func TestFilters(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	token := api.Token{
		ID: "oar1", UserID: "u1", ClientID: "c1", Issuer: "https://acme.okta.com/oauth2/aus1", Status: gen.TokenStatusActive,
		Scopes: []string{"openid", "offline_access"}, Created: at, ExpiresAt: at.Add(time.Hour),
	}
	tests := map[string]struct {
		filter bulk.Filter
		want   bool
	}{
		"none":                     {bulk.Filter{}, true},
		"user":                     {bulk.Filter{UserIDs: []string{"u0", "u1"}}, true},
		"another user":             {bulk.Filter{UserIDs: []string{"u2"}}, false},
		"client":                   {bulk.Filter{ClientIDs: []string{"c1"}}, true},
		"another client":           {bulk.Filter{ClientIDs: []string{"c2"}}, false},
		"issuer":                   {bulk.Filter{Issuers: []string{token.Issuer}}, true},
		"issuer, with a slash":     {bulk.Filter{Issuers: []string{token.Issuer + "/"}}, true},
		"another issuer":           {bulk.Filter{Issuers: []string{"https://acme.okta.com"}}, false},
		"a scope of several":       {bulk.Filter{Scopes: []string{"email", "openid"}}, true},
		"another scope":            {bulk.Filter{Scopes: []string{"email"}}, false},
		"status":                   {bulk.Filter{Statuses: []gen.TokenStatus{gen.TokenStatusActive}}, true},
		"another status":           {bulk.Filter{Statuses: []gen.TokenStatus{gen.TokenStatusRevoked}}, false},
		"created before":           {bulk.Filter{CreatedBefore: at.Add(1)}, true},
		"not created before":       {bulk.Filter{CreatedBefore: at}, false},
		"created after":            {bulk.Filter{CreatedAfter: at.Add(-1)}, true},
		"not created after":        {bulk.Filter{CreatedAfter: at}, false},
		"expires before":           {bulk.Filter{ExpiresBefore: at.Add(2 * time.Hour)}, true},
		"does not expire before":   {bulk.Filter{ExpiresBefore: at}, false},
		"expires after":            {bulk.Filter{ExpiresAfter: at}, true},
		"does not expire after":    {bulk.Filter{ExpiresAfter: at.Add(time.Hour)}, false},
		"where":                    {bulk.Filter{Where: func(t api.Token) bool { return t.ID == "oar1" }}, true},
		"not where":                {bulk.Filter{Where: func(t api.Token) bool { return t.ID != "oar1" }}, false},
		"all of several":           {bulk.Filter{UserIDs: []string{"u1"}, Scopes: []string{"openid"}, CreatedBefore: at.Add(1)}, true},
		"all but one of several":   {bulk.Filter{UserIDs: []string{"u1"}, Scopes: []string{"openid"}, CreatedBefore: at}, false},
		"an interval it is in":     {bulk.Filter{CreatedAfter: at.Add(-1), CreatedBefore: at.Add(1)}, true},
		"an interval it is not in": {bulk.Filter{CreatedAfter: at, CreatedBefore: at.Add(1)}, false},
	}
	for name, test := range tests {
		if got := test.filter.Match(token); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	for name, filter := range map[string]bulk.Filter{"created": {CreatedBefore: at}, "expires": {ExpiresAfter: at}} {
		if filter.Match(api.Token{ID: "oar1"}) {
			t.Errorf("%s: a token without that time matches", name)
		}
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	org := newOrg()
	client := newClient(t, org.Transport())
	var ids []string
	for match, err := range bulk.Select(t.Context(), client, apps, bulk.Filter{UserIDs: []string{user(org)}}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, match.AppID+" "+match.Token.ID)
	}
	slices.Sort(ids)
	if want := held(org, user(org), true); !slices.Equal(ids, want) || len(want) < 10 {
		t.Errorf("selected %d, want %d", len(ids), len(want))
	}
	for range bulk.Select(t.Context(), client, apps, bulk.Filter{}) {
		break
	}
}

// A listing that fails does not look complete: its error comes last, and the apps after it are not listed.
func TestSelectEndsWithTheErrorOfAListing(t *testing.T) {
	t.Parallel()
	org := newOrg()
	matches, errs := 0, []error{}
	for _, err := range bulk.Select(t.Context(), newClient(t, org.Transport()), []string{"0oa2", "0oaUnknown", "0oa1"}, bulk.Filter{}) {
		if err == nil {
			matches++
			continue
		}
		errs = append(errs, err)
	}
	if matches != 150 || len(errs) != 1 || !errors.Is(errs[0], api.ErrNotFound) {
		t.Errorf("%d matches and errors %v; want the 150 of the first app, and that the second is not found", matches, errs)
	}
}

// A token that moves to a later page while it is listed is selected once.
func TestSelectYieldsATokenOnce(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 3))
	org.Add("0oa1", org.Tokens("0oa1")[0])
	matches := 0
	for _, err := range bulk.Select(t.Context(), newClient(t, org.Transport()), []string{"0oa1"}, bulk.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		matches++
	}
	if matches != 3 {
		t.Errorf("%d matches of 3 tokens", matches)
	}
}

// An empty list, for example of users that a search did not find, never stands for every token.
func TestAnEmptyFilterRevokesNothing(t *testing.T) {
	t.Parallel()
	for name, filter := range map[string]bulk.Filter{
		"no criterion": {}, "no time": {CreatedBefore: time.Time{}.In(time.FixedZone("CET", 3600))}, "no user": {UserIDs: []string{}}, "no client": {ClientIDs: []string{}}, "no issuer": {Issuers: []string{}},
		"no scope": {Scopes: []string{}}, "no status": {Statuses: []api.TokenStatus{}}, "no user, but a scope": {UserIDs: []string{}, Scopes: []string{"openid"}},
	} {
		org := newOrg()
		client := newClient(t, org.Transport())
		for _, dryRun := range []bool{false, true} {
			r := run(t, t.Context(), client, bulk.Job{AppIDs: apps, Filter: filter, DryRun: dryRun})
			if !errors.Is(r.err, api.ErrInvalidArgument) {
				t.Errorf("%s, dry run %v: %v", name, dryRun, r.err)
			}
		}
		if name != "no criterion" && name != "no time" {
			var errs []error
			for _, err := range bulk.Select(t.Context(), client, apps, filter) {
				errs = append(errs, err)
			}
			if len(errs) != 1 || !errors.Is(errs[0], api.ErrInvalidArgument) {
				t.Errorf("%s: Select: %v, want one error", name, errs)
			}
		}
		if n := len(org.Requests()); n > 0 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
}
