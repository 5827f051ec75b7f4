package bulk_test

import (
	"slices"
	"testing"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/gen"
)

// Each value that no match has is named, with what was seen of it; times and statuses never are.
func TestTheMatcherNamesValuesThatMatchNothing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	tokens := []api.Token{
		{ID: "oar1", UserID: "00uAda", ClientID: "0oa1", Issuer: "https://acme.okta.com", Scopes: []string{"openid", "offline_access"}, Created: now.Add(-time.Hour)},
		{ID: "oar3", UserID: "00uADA", ClientID: "0oa1", Issuer: "https://acme.okta.com/", Scopes: []string{"openid"}, Created: now.Add(-time.Hour)},
		{ID: "oar2", UserID: "00uBob", ClientID: "0oa2", Issuer: "https://acme.okta.com/oauth2/default", Scopes: []string{"openid"}, Created: now},
	}
	tests := map[string]struct {
		filter bulk.Filter
		want   []bulk.Unmatched
	}{
		"no filter": {bulk.Filter{}, nil},
		"every value matches": {bulk.Filter{UserIDs: []string{"00uBob", "00uAda"}, ClientIDs: []string{"0oa1", "0oa2"},
			Issuers: []string{"https://acme.okta.com", "https://acme.okta.com/oauth2/default"}, Scopes: []string{"openid"}}, nil},
		"one of two users":       {bulk.Filter{UserIDs: []string{"00uAda", "00uEve"}}, []bulk.Unmatched{{Field: "user", Value: "00uEve"}}},
		"a value given twice":    {bulk.Filter{UserIDs: []string{"00uEve", "00uEve"}}, []bulk.Unmatched{{Field: "user", Value: "00uEve"}}},
		"a user in lower case":   {bulk.Filter{UserIDs: []string{"00uada"}}, []bulk.Unmatched{{Field: "user", Value: "00uada", Similar: "00uAda"}}},
		"a scope in upper case":  {bulk.Filter{Scopes: []string{"OpenID"}}, []bulk.Unmatched{{Field: "scope", Value: "OpenID", Similar: "openid"}}},
		"a scope with a hyphen":  {bulk.Filter{Scopes: []string{"offline-access"}}, []bulk.Unmatched{{Field: "scope", Value: "offline-access", Similar: "offline_access"}}},
		"an issuer with a slash": {bulk.Filter{Issuers: []string{"https://acme.okta.com/", "https://other.example"}}, []bulk.Unmatched{{Field: "issuer", Value: "https://other.example"}}},
		"a client":               {bulk.Filter{ClientIDs: []string{"0oa3"}}, []bulk.Unmatched{{Field: "client", Value: "0oa3"}}},
		"what another field leaves out": {bulk.Filter{UserIDs: []string{"00uBob", "00uAda"}, CreatedBefore: now}, []bulk.Unmatched{
			{Field: "user", Value: "00uBob", Tokens: 1}}},
		"two that do not meet": {bulk.Filter{UserIDs: []string{"00uBob"}, Scopes: []string{"offline_access"}}, []bulk.Unmatched{
			{Field: "user", Value: "00uBob", Tokens: 1}, {Field: "scope", Value: "offline_access", Tokens: 1}}},
		"a time":   {bulk.Filter{CreatedAfter: now}, nil},
		"a status": {bulk.Filter{Statuses: []gen.TokenStatus{gen.TokenStatusRevoked}}, nil},
	}
	for name, test := range tests {
		matcher := bulk.NewMatcher(test.filter)
		for _, token := range tokens {
			if got, want := matcher.Match(token), test.filter.Match(token); got != want {
				t.Errorf("%s: token %s matches: %v, want %v", name, token.ID, got, want)
			}
		}
		if got := matcher.Unmatched(); !slices.Equal(got, test.want) {
			t.Errorf("%s: unmatched %+v, want %+v", name, got, test.want)
		}
	}
}

// A job reports before the first revocation which values match nothing.
func TestSelectedNamesValuesThatMatchNothing(t *testing.T) {
	t.Parallel()
	org := newOrg()
	job := bulk.Job{AppIDs: apps, Filter: bulk.Filter{UserIDs: []string{user(org), "00uNobody"}}, DryRun: true}
	var unmatched []bulk.Unmatched
	for event, err := range bulk.Revoke(t.Context(), newClient(t, org.Transport()), job) {
		if err != nil {
			t.Fatal(err)
		}
		if selected, ok := event.(bulk.Selected); ok {
			unmatched = selected.Unmatched
		}
	}
	if want := []bulk.Unmatched{{Field: "user", Value: "00uNobody"}}; !slices.Equal(unmatched, want) {
		t.Errorf("unmatched %+v, want %+v", unmatched, want)
	}
}
