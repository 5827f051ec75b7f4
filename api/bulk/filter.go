package bulk

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"example.com/apptokens/api"
)

// Filter selects tokens. A token matches if it matches every field that is set; one of a field's values is enough. The
// zero value matches every token, but [Revoke] rejects it. [Revoke] and [Select] reject a list that is empty but not
// nil, because it may be the result of a search that found nothing. Okta's API has no filters, so a Filter is applied
// to complete listings.
type Filter struct {
	UserIDs   []string
	ClientIDs []string
	Issuers   []string // URLs of authorization servers, with or without a trailing slash
	Scopes    []string
	Statuses  []api.TokenStatus

	// Times are exclusive. A token without the time in question does not match. Neither does one whose time cannot be
	// read; the client logs a warning of that (see [api.WithLogger]).
	CreatedBefore, CreatedAfter time.Time
	ExpiresBefore, ExpiresAfter time.Time

	// Where, if not nil, must return true as well. It should depend on the token alone, because [Revoke] asks it again
	// when it verifies the result. It must be safe for concurrent use if the Filter is used concurrently.
	Where func(api.Token) bool
}

// Match reports whether a token matches.
func (f Filter) Match(token api.Token) bool {
	return includes(f.UserIDs, token.UserID) && includes(f.ClientIDs, token.ClientID) &&
		includes(f.Statuses, token.Status) && f.matchIssuer(token.Issuer) && f.matchScopes(token.Scopes) &&
		between(f.CreatedAfter, token.Created, f.CreatedBefore) &&
		between(f.ExpiresAfter, token.ExpiresAt, f.ExpiresBefore) &&
		(f.Where == nil || f.Where(token))
}

// check returns [api.ErrInvalidArgument] for a list that is empty but not nil.
func (f Filter) check() error {
	for _, list := range []struct {
		name  string
		empty bool
	}{
		{"UserIDs", isEmpty(f.UserIDs)}, {"ClientIDs", isEmpty(f.ClientIDs)}, {"Issuers", isEmpty(f.Issuers)},
		{"Scopes", isEmpty(f.Scopes)}, {"Statuses", isEmpty(f.Statuses)},
	} {
		if list.empty {
			return fmt.Errorf("%w: bulk: Filter.%s is empty; pass values, or leave it nil to match any",
				api.ErrInvalidArgument, list.name)
		}
	}
	return nil
}

func isEmpty[T any](list []T) bool { return list != nil && len(list) == 0 }

// hasCriterion reports whether any field is set.
func (f Filter) hasCriterion() bool {
	return len(f.UserIDs)+len(f.ClientIDs)+len(f.Issuers)+len(f.Scopes)+len(f.Statuses) > 0 || f.Where != nil ||
		!f.CreatedBefore.IsZero() || !f.CreatedAfter.IsZero() || !f.ExpiresBefore.IsZero() || !f.ExpiresAfter.IsZero()
}

func (f Filter) matchIssuer(issuer string) bool {
	same := func(wanted string) bool { return trimSlash(wanted) == trimSlash(issuer) }
	return len(f.Issuers) == 0 || slices.ContainsFunc(f.Issuers, same)
}

func (f Filter) matchScopes(scopes []string) bool {
	wanted := func(scope string) bool { return slices.Contains(f.Scopes, scope) }
	return len(f.Scopes) == 0 || slices.ContainsFunc(scopes, wanted)
}

func trimSlash(url string) string { return strings.TrimSuffix(url, "/") }

func includes[T comparable](wanted []T, value T) bool {
	return len(wanted) == 0 || slices.Contains(wanted, value)
}

func between(after, t, before time.Time) bool {
	if t.IsZero() {
		return after.IsZero() && before.IsZero()
	}
	return (after.IsZero() || t.After(after)) && (before.IsZero() || t.Before(before))
}

// Match is a token that matches a filter, and the app whose listing it came from.
type Match struct {
	AppID string
	Token api.Token
	Raw   json.RawMessage // the token's JSON as Okta sent it, byte for byte, if it was asked for; otherwise nil
}

// newMatch returns the token at index i of a page.
func newMatch(page Page, i int) Match {
	match := Match{AppID: page.AppID, Token: page.Tokens[i]}
	if page.Raw != nil {
		match.Raw = page.Raw[i]
	}
	return match
}

// Select yields the tokens of apps that match the filter, in the order of the apps. It lists [DefaultConcurrency] apps
// at once, see [Pages]. A token that is listed twice is yielded once. After an error it ends, with an incomplete
// selection. With [api.KeepRaw] it sets Match.Raw.
func Select(
	ctx context.Context, client *api.Client, appIDs []string, filter Filter, opts ...api.ListOption,
) iter.Seq2[Match, error] {
	return func(yield func(Match, error) bool) {
		if err := filter.check(); err != nil {
			yield(Match{}, err)
			return
		}
		known := map[[2]string]bool{} // IDs of apps and of their tokens
		for page, err := range Pages(ctx, client, appIDs, DefaultConcurrency, opts...) {
			if err != nil {
				yield(Match{}, err)
				return
			}
			for i, token := range page.Tokens {
				id := [2]string{page.AppID, token.ID}
				if known[id] || !filter.Match(token) {
					continue
				}
				if known[id] = true; !yield(newMatch(page, i), nil) {
					return
				}
			}
		}
	}
}
