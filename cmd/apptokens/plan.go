package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/output"
	"example.com/apptokens/cmd/apptokens/internal/receipts"
)

// listing records what the first listing of a sweep has shown.
type listing struct {
	apps       []string
	pages      map[string]int
	tokens     map[string]int
	unfinished []receipts.Receipt // of earlier sweeps
	listed     map[tokenKey]bool  // of the unfinished ones
}

// tokenKey names a token.
type tokenKey struct{ app, token string }

func newListing(apps []string, unfinished []receipts.Receipt) *listing {
	l := &listing{
		apps: apps, pages: map[string]int{}, tokens: map[string]int{},
		unfinished: unfinished, listed: map[tokenKey]bool{},
	}
	for _, r := range unfinished {
		l.listed[tokenKey{r.AppID, r.TokenID}] = false
	}
	return l
}

func (l *listing) add(page bulk.Listed) {
	l.pages[page.AppID]++
	l.tokens[page.AppID] += len(page.Tokens)
	for _, token := range page.Tokens {
		if _, ok := l.listed[tokenKey{page.AppID, token.ID}]; ok {
			l.listed[tokenKey{page.AppID, token.ID}] = true
		}
	}
}

// byApp counts matches by app.
func byApp(matches []bulk.Match) map[string]int {
	counts := map[string]int{}
	for _, match := range matches {
		counts[match.AppID]++
	}
	return counts
}

// whole returns the apps whose tokens were all selected, if they had several.
func (l *listing) whole(selected bulk.Selected) (apps []string) {
	matches := byApp(selected.Matches)
	for _, appID := range l.apps {
		if matches[appID] > 1 && matches[appID] == l.tokens[appID] {
			apps = append(apps, appID)
		}
	}
	return apps
}

// revokeAllHint says what revoke-all would cost for apps whose tokens all match. It quotes a command only if it is
// short enough to be whole.
func revokeAllHint(apps []string) string {
	names := strings.Join(apps, " ")
	command := "'apptokens revoke-all " + names + "'"
	if more := len(apps) - 3; more > 0 {
		names = fmt.Sprintf("%s (and %d more)", strings.Join(apps[:3], " "), more)
		command = fmt.Sprintf("revoke-all on these %d apps", len(apps))
	}
	return fmt.Sprintf("All tokens of %s match. %s would take %s; it also revokes what is issued meanwhile, and leaves "+
		"no receipt for each token.", names, command, plural(len(apps), "request", "requests"))
}

// cost describes how many requests the revocations and the second listing take, after a dry run the first one as well,
// and how long under the rate limit.
func (s *sweep) cost(selected bulk.Selected) string {
	requests := len(selected.Matches)
	matches := byApp(selected.Matches)
	for appID, pages := range s.listing.pages {
		if matches[appID] > 0 {
			requests += pages
		}
		if s.dryRun {
			requests += pages
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

// about returns a rough duration.
func about(d time.Duration) string {
	if d < time.Minute {
		return "under a minute"
	}
	return "about " + plural(int((d+time.Minute-1)/time.Minute), "minute", "minutes")
}

// gone returns receipts for tokens that an earlier sweep planned to revoke and that are no longer listed: it was killed
// before it recorded them as revoked.
func (l *listing) gone(now time.Time) (gone []receipts.Receipt) {
	for _, r := range l.unfinished {
		if l.pages[r.AppID] > 0 && !l.listed[tokenKey{r.AppID, r.TokenID}] {
			gone = append(gone, r.Gone(now))
		}
	}
	return gone
}

// reportOpen says what became of the tokens that earlier sweeps left open, apart from those that this one takes up.
func (s *sweep) reportOpen(gone []receipts.Receipt, selected bulk.Selected) {
	var parts []string
	if n := len(gone); n > 0 {
		parts = append(parts, plural(n, "token that an earlier sweep left open is gone",
			"tokens that earlier sweeps left open are gone"))
	}
	taken := map[tokenKey]bool{}
	for _, match := range selected.Matches {
		taken[tokenKey{match.AppID, match.Token.ID}] = true
	}
	open := -len(gone)
	for _, r := range s.listing.unfinished {
		if !taken[tokenKey{r.AppID, r.TokenID}] {
			open++
		}
	}
	if open > 0 {
		parts = append(parts, plural(open, "token is", "tokens are")+
			" still open, and not selected by these apps and filters")
	}
	elsewhere := s.record.Elsewhere()
	for _, org := range slices.Sorted(maps.Keys(elsewhere)) {
		parts = append(parts, plural(elsewhere[org], "open token is", "open tokens are")+" of "+org)
	}
	if len(parts) > 0 {
		s.logf("receipts: %s", strings.Join(parts, "; "))
	}
}

// checkUnmatched names the values that matched nothing, and counts those that no receipt explains.
func (s *sweep) checkUnmatched(unmatched []bulk.Unmatched, filter bulk.Filter) {
	unfinished, finished := s.record.Unfinished(), s.record.Finished()
	for _, u := range unmatched {
		concerns := func(r receipts.Receipt) bool { return matches(filter, r) && hasValue(r, u) }
		isGone := func(r receipts.Receipt) bool { return s.listing.pages[r.AppID] > 0 && concerns(r) }
		left := slices.IndexFunc(unfinished, concerns)
		timed := u.Tokens > 0 && (s.filters.created || s.filters.expires)
		if left < 0 && !timed && slices.ContainsFunc(finished, isGone) {
			s.logf("--%s %s: by the receipts, what matched is already gone", u.Field, u.Value)
			continue
		}
		s.warnUnmatched(u)
		if left >= 0 {
			s.logf("--%s %s: by the receipts, token %s of app %s is not known to be gone",
				u.Field, u.Value, unfinished[left].TokenID, unfinished[left].AppID)
		}
		if !s.allowUnmatched {
			s.unmatched++
		}
	}
}

// matches reports whether a filter matches the token of a receipt, apart from its times, which a receipt lacks.
func matches(f bulk.Filter, r receipts.Receipt) bool {
	known := bulk.Filter{UserIDs: f.UserIDs, ClientIDs: f.ClientIDs, Issuers: f.Issuers, Scopes: f.Scopes}
	return known.Match(api.Token{UserID: r.UserID, ClientID: r.ClientID, Issuer: r.Issuer, Scopes: r.Scopes})
}

// hasValue reports whether the token of a receipt had a value of a filter.
func hasValue(r receipts.Receipt, u bulk.Unmatched) bool {
	only := map[string]bulk.Filter{
		"user": {UserIDs: []string{u.Value}}, "client": {ClientIDs: []string{u.Value}},
		"issuer": {Issuers: []string{u.Value}}, "scope": {Scopes: []string{u.Value}},
	}
	return matches(only[u.Field], r)
}

// printMatches prints what would be revoked.
func (s *sweep) printMatches(selected bulk.Selected) error {
	rows := s.table.printer(s.app)
	for _, match := range selected.Matches {
		if err := rows.Print(s.table.row(s.app, match)); err != nil {
			return err
		}
	}
	s.done = fmt.Sprintf("%d of %d tokens of %s match", len(selected.Matches), selected.Tokens, s.settings.OrgURL)
	if len(selected.Matches) > 0 {
		s.done += ": " + s.cost(selected)
	}
	s.done += "; none was revoked (--dry-run)"
	return rows.Close()
}

// previewRows fit on a screen.
const previewRows = 20

// preview shows how many tokens each user loses for which app.
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
	table := output.New(output.Options{
		Writer: s.stderr, Format: output.Table, Width: s.console.columns(), Columns: []output.Column{
			{Header: "APP"}, {Header: "APP NAME", Shrinks: true}, {Header: "USER"}, {Header: "USER NAME", Shrinks: true},
			{Header: "TOKENS"},
		},
	})
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
