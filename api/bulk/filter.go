package bulk

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/gen"
)

// Filter selects tokens. A token matches if it matches every field that is set; in a field with several
// values, one is enough. The zero value matches all. Okta's API has no filter, so it is applied to whole listings.
type Filter struct {
	UserIDs   []string
	ClientIDs []string
	Issuers   []string // URLs of authorization servers; a slash at the end makes no difference
	Scopes    []string
	Statuses  []gen.TokenStatus

	// Times are exclusive. A token without the time in question does not match.
	CreatedBefore, CreatedAfter time.Time
	ExpiresBefore, ExpiresAfter time.Time

	// Where, if it is set, has the last word. It must be safe for concurrent use if the filter is used so.
	Where func(api.Token) bool
}

// Match reports whether a token matches.
func (f Filter) Match(token api.Token) bool {
	return in(f.UserIDs, token.UserID) && in(f.ClientIDs, token.ClientID) && f.matchIssuer(token.Issuer) && in(f.Statuses, token.Status) &&
		(len(f.Scopes) == 0 || slices.ContainsFunc(token.Scopes, func(scope string) bool { return slices.Contains(f.Scopes, scope) })) &&
		between(f.CreatedAfter, token.Created, f.CreatedBefore) && between(f.ExpiresAfter, token.ExpiresAt, f.ExpiresBefore) &&
		(f.Where == nil || f.Where(token))
}

func (f Filter) matchIssuer(issuer string) bool {
	return len(f.Issuers) == 0 || slices.ContainsFunc(f.Issuers, func(wanted string) bool { return trimSlash(wanted) == trimSlash(issuer) })
}

func trimSlash(url string) string { return strings.TrimSuffix(url, "/") }

func in[T comparable](wanted []T, value T) bool {
	return len(wanted) == 0 || slices.Contains(wanted, value)
}

func between(after, t, before time.Time) bool {
	if t.IsZero() {
		return after.IsZero() && before.IsZero()
	}
	return (after.IsZero() || t.After(after)) && (before.IsZero() || t.Before(before))
}

// Match is a token that a filter matches, and the app that it was listed for.
type Match struct {
	AppID string
	Token api.Token
}

// Select lists apps one after the other and yields the tokens that a filter matches. An error ends it: what was yielded
// before is only a part.
func Select(ctx context.Context, client *api.Client, appIDs []string, filter Filter, opts ...api.ListOption) iter.Seq2[Match, error] {
	return func(yield func(Match, error) bool) {
		for _, appID := range appIDs {
			for token, err := range client.List(ctx, appID, opts...) {
				if err != nil {
					yield(Match{}, err)
					return
				}
				if filter.Match(token) && !yield(Match{appID, token}, nil) {
					return
				}
			}
		}
	}
}
