package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/output"
	"example.com/apptokens/cmd/apptokens/internal/receipts"
)

// listing is what a sweep has seen of the apps before it revokes anything.
type listing struct {
	apps    []string
	pages   map[string]int
	tokens  map[string]int
	missing map[tokenKey]receipts.Receipt // not known to be gone by the receipts, and not listed so far
}

// tokenKey names a token.
type tokenKey struct{ app, token string }

func newListing(unfinished []receipts.Receipt) *listing {
	l := &listing{pages: map[string]int{}, tokens: map[string]int{}, missing: map[tokenKey]receipts.Receipt{}}
	for _, r := range unfinished {
		l.missing[tokenKey{r.AppID, r.TokenID}] = r
	}
	return l
}

func (l *listing) add(page bulk.Listed) {
	if l.pages[page.AppID] == 0 {
		l.apps = append(l.apps, page.AppID)
	}
	l.pages[page.AppID]++
	l.tokens[page.AppID] += len(page.Tokens)
	for _, token := range page.Tokens {
		delete(l.missing, tokenKey{page.AppID, token.ID})
	}
}

// whole returns the apps of which every token was selected.
func (l *listing) whole(selected bulk.Selected) (apps []string) {
	matches := map[string]int{}
	for _, match := range selected.Matches {
		matches[match.AppID]++
	}
	for _, appID := range l.apps {
		if matches[appID] > 1 && matches[appID] == l.tokens[appID] {
			apps = append(apps, appID)
		}
	}
	return apps
}

// cost is how many requests the revocations and the listing after them take, and how long the rate limit makes them take.
func (s *sweep) cost(selected bulk.Selected) string {
	requests, proved := len(selected.Matches), map[string]bool{}
	for _, match := range selected.Matches {
		if !proved[match.AppID] {
			proved[match.AppID] = true
			requests += s.listing.pages[match.AppID]
		}
	}
	text := plural(requests, "request", "requests")
	limit, now := s.progress.Limit(), time.Now()
	if limit.Limit == 0 {
		return text + ", at no known rate limit"
	}
	text += fmt.Sprintf(", %s at the org's limit of %d a minute", about(limit.Time(requests, 1, now)), limit.Limit)
	if share := s.settings.RateShare; share > 0 && share < 1 {
		text += fmt.Sprintf(", %s at the share of %v", about(limit.Time(requests, share, now)), share)
	}
	return text
}

// about is a time that people need not know to the second.
func about(d time.Duration) string {
	if d < time.Minute {
		return "under a minute"
	}
	return "about " + plural(int((d+time.Minute-1)/time.Minute), "minute", "minutes")
}

// gone returns receipts for tokens that an earlier sweep had planned to revoke, and that are not listed any more: it
// was killed before it could record so.
func (l *listing) gone(now time.Time) (gone []receipts.Receipt) {
	for _, r := range l.missing {
		if l.pages[r.AppID] > 0 {
			gone = append(gone, r.Gone(now))
		}
	}
	return gone
}

// checkUnmatched names the values that matched nothing, and counts those which no receipt explains.
func (s *sweep) checkUnmatched(unmatched []bulk.Unmatched) {
	for _, u := range unmatched {
		s.warnUnmatched(u)
		explained := slices.ContainsFunc(s.record.Finished(), func(r receipts.Receipt) bool { return hasValue(r, u) })
		switch {
		case explained:
			s.warn("--%s %s: by the receipts, what matched is gone already", u.Field, u.Value)
		case !s.allowUnmatched:
			s.unmatched++
		}
	}
}

// hasValue reports whether a token that a receipt is about had a value of a filter.
func hasValue(r receipts.Receipt, u bulk.Unmatched) bool {
	switch u.Field {
	case "user":
		return r.UserID == u.Value
	case "client":
		return r.ClientID == u.Value
	case "issuer":
		return strings.TrimSuffix(r.Issuer, "/") == strings.TrimSuffix(u.Value, "/")
	default:
		return slices.Contains(r.Scopes, u.Value)
	}
}

// previewRows is as much as fits on a screen.
const previewRows = 20

// preview shows who loses how many tokens for which app.
func (s *sweep) preview(selected bulk.Selected) error {
	type holder struct{ app, user string }
	counts, names := map[holder]int{}, map[holder][2]string{}
	var holders []holder
	for _, m := range selected.Matches {
		h := holder{m.AppID, m.Token.UserID}
		if counts[h]++; counts[h] == 1 {
			holders = append(holders, h)
			names[h] = [2]string{m.Token.Links.App.Title, m.Token.Links.User.Title}
		}
	}
	slices.SortStableFunc(holders, func(a, b holder) int { return counts[b] - counts[a] })
	columns := []output.Column{{Header: "APP"}, {Header: "APP NAME", Shrinks: true}, {Header: "USER"}, {Header: "USER NAME", Shrinks: true}, {Header: "TOKENS"}}
	table := output.New(output.Options{Writer: s.stderr, Format: output.Table, Columns: columns, Width: s.console.columns()})
	for _, h := range holders[:min(previewRows, len(holders))] {
		_ = table.Print(output.Row{Cells: []string{h.app, names[h][0], h.user, names[h][1], fmt.Sprint(counts[h])}})
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if more := len(holders) - previewRows; more > 0 {
		fmt.Fprintf(s.stderr, "and %d more; --dry-run prints every token\n", more)
	}
	return nil
}
