package main

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/gen"
)

// filterFlags are the flags that select tokens.
type filterFlags struct {
	users, clients, scopes, issuers, statuses []string

	olderThan, newerThan        string
	createdBefore, createdAfter string
	expiresBefore, expiresAfter string

	span string // a flag with a duration that counts from now; empty for none

	timeless         bulk.Filter // the flags but those for times
	created, expires bool        // whether the flags ask for these times
	undated          bool        // whether a token that matches the others lacked one of them
}

func (f *filterFlags) add(command *cobra.Command) {
	flags := command.Flags()
	flags.StringArrayVar(&f.users, "user", nil,
		"only tokens of these user IDs; commas, spaces or line ends separate several values, as in all filters")
	flags.StringArrayVar(&f.clients, "client", nil, "only tokens of these client IDs")
	flags.StringArrayVar(&f.scopes, "scope", nil, "only tokens with one of these scopes")
	flags.StringArrayVar(&f.issuers, "issuer", nil, "only tokens of these authorization servers (URLs)")
	flags.StringArrayVar(&f.statuses, "status", nil, "only tokens with this status: "+strings.Join(statuses(), " or "))
	flags.StringVar(&f.olderThan, "older-than", "", "only tokens issued longer ago than this duration, such as 90d ("+unitNames+")")
	flags.StringVar(&f.newerThan, "newer-than", "", "only tokens issued within this duration, such as 12h ("+unitNames+")")
	flags.StringVar(&f.createdBefore, "created-before", "", "only tokens issued before this date or this duration ago")
	flags.StringVar(&f.createdAfter, "created-after", "", "only tokens issued after this date or this duration ago")
	flags.StringVar(&f.expiresBefore, "expires-before", "",
		"only tokens that expire before this date or within this duration")
	flags.StringVar(&f.expiresAfter, "expires-after", "",
		"only tokens that expire after this date or this duration from now")
}

// filter returns the filter, and whether any flag was given. Durations are counted from now.
func (f *filterFlags) filter(command *cobra.Command, now time.Time) (filter bulk.Filter, given bool, err error) {
	lists, err := f.readLists(command)
	if err != nil {
		return filter, false, err
	}
	filter = bulk.Filter{UserIDs: f.users, ClientIDs: f.clients, Scopes: f.scopes, Issuers: f.issuers}
	for _, status := range f.statuses {
		filter.Statuses = append(filter.Statuses, api.TokenStatus(status))
	}
	f.timeless = filter
	times, err := f.readTimes(command, &filter, now)
	if err == nil {
		err = checkWindows(filter)
	}
	f.created = !filter.CreatedAfter.IsZero() || !filter.CreatedBefore.IsZero()
	f.expires = !filter.ExpiresAfter.IsZero() || !filter.ExpiresBefore.IsZero()
	return filter, lists || times, err
}

// checkWindows rejects times between which no token can be, because "nothing matches" would be a false all-clear.
func checkWindows(filter bulk.Filter) error {
	empty := func(after, before time.Time) bool {
		return !after.IsZero() && !before.IsZero() && !after.Before(before)
	}
	switch {
	case empty(filter.CreatedAfter, filter.CreatedBefore):
		return usage("no token can match: the flags ask for tokens issued after %s and before %s",
			filter.CreatedAfter.Format(time.RFC3339), filter.CreatedBefore.Format(time.RFC3339))
	case empty(filter.ExpiresAfter, filter.ExpiresBefore):
		return usage("no token can match: the flags ask for tokens that expire after %s and before %s",
			filter.ExpiresAfter.Format(time.RFC3339), filter.ExpiresBefore.Format(time.RFC3339))
	}
	return nil
}

func (f *filterFlags) readLists(command *cobra.Command) (given bool, err error) {
	for _, list := range []struct {
		flag   string
		values *[]string
		check  func(string) error
	}{
		{"user", &f.users, checkUser}, {"client", &f.clients, checkClient}, {"scope", &f.scopes, checkScope},
		{"issuer", &f.issuers, checkIssuer}, {"status", &f.statuses, checkStatus},
	} {
		if !command.Flags().Changed(list.flag) {
			continue
		}
		given = true
		if *list.values, err = splitList(*list.values); err != nil {
			return true, usage("--%s %w", list.flag, err)
		}
		for _, value := range *list.values {
			if err := list.check(value); err != nil {
				return true, usage("--%s: %w", list.flag, err)
			}
		}
	}
	return given, nil
}

func (f *filterFlags) readTimes(command *cobra.Command, filter *bulk.Filter, now time.Time) (given bool, err error) {
	for _, t := range []struct {
		flag, text string
		read       func(string, time.Time) (time.Time, error)
		field      *time.Time
	}{
		{"older-than", f.olderThan, span(past), &filter.CreatedBefore},
		{"newer-than", f.newerThan, span(past), &filter.CreatedAfter},
		{"created-before", f.createdBefore, past, &filter.CreatedBefore},
		{"created-after", f.createdAfter, past, &filter.CreatedAfter},
		{"expires-before", f.expiresBefore, ahead, &filter.ExpiresBefore},
		{"expires-after", f.expiresAfter, ahead, &filter.ExpiresAfter},
	} {
		if !command.Flags().Changed(t.flag) {
			continue
		}
		given = true
		if !t.field.IsZero() {
			return true, usage("--%s conflicts with another flag for the same time; pass one of them", t.flag)
		}
		if *t.field, err = t.read(t.text, now); err != nil {
			return true, usage("--%s: %w", t.flag, err)
		}
		if _, err := parseSpan(t.text); err == nil {
			f.span = "--" + t.flag
		}
	}
	return given, nil
}

// checkClock rejects a duration that was counted from a wrong clock: --older-than 90d could match everything.
func (f *filterFlags) checkClock(w *watch) error {
	if skew, tooFar := w.clockSkew(); tooFar && f.span != "" {
		return usage("%s counts from this machine's clock, which differs from the org's by %v; set the clock, or pass "+
			"a date like 2026-11-24", f.span, skew.Abs().Round(time.Second))
	}
	return nil
}

// note looks for a token that may match, but lacks a time that the flags ask for.
func (f *filterFlags) note(tokens []api.Token) {
	f.undated = f.undated || slices.ContainsFunc(tokens, func(token api.Token) bool {
		lacks := f.created && token.Created.IsZero() || f.expires && token.ExpiresAt.IsZero()
		return lacks && f.timeless.Match(token)
	})
}

// checkTimes returns an error if a token lacks a time because it could not be read: no filter on times matches such a
// token, and "nothing matches" would be a false all-clear.
func (f *filterFlags) checkTimes(w *watch) error {
	if !f.undated || w.warned() == "" {
		return nil
	}
	return errors.New("a token has a time that cannot be read, so it matches no filter on times; 'apptokens list APP " +
		"-o json' shows the time as Okta sent it, and --user selects the token")
}

// warnUnmatched names the filter values that matched nothing: they may be typos.
func (a *app) warnUnmatched(unmatched ...bulk.Unmatched) {
	for _, u := range unmatched {
		what := "no token has it"
		switch {
		case u.Tokens > 0:
			what = plural(u.Tokens, "token has it", "tokens have it") + ", but the other filters exclude all of them"
		case u.Similar != "":
			what += fmt.Sprintf("; did you mean %q?", u.Similar)
		}
		a.logf("--%s %s: %s", u.Field, u.Value, what)
	}
}

func checkStatus(status string) error {
	if !api.TokenStatus(status).Valid() {
		return fmt.Errorf("%q is not a status; want %s", status, strings.Join(statuses(), " or "))
	}
	return nil
}

// checkIssuer returns an error for a string that cannot be the issuer of a token.
func checkIssuer(issuer string) error {
	if u, err := url.Parse(issuer); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return fmt.Errorf("%q is not the URL of an authorization server, such as https://acme.okta.com/oauth2/default; "+
			"'apptokens list APP --columns issuer' shows them", issuer)
	}
	return nil
}

// checkScope returns an error for a string that cannot be a scope (RFC 6749, section 3.3).
func checkScope(scope string) error {
	if strings.ContainsFunc(scope, notVisible) || strings.ContainsAny(scope, `"\`) {
		return fmt.Errorf("%q is not a scope; 'apptokens list APP --columns scopes' shows them", scope)
	}
	return nil
}

func notVisible(r rune) bool { return r <= ' ' || r > '~' }

// statuses returns the statuses in the contract.
func statuses() (names []string) {
	for _, status := range gen.TokenStatusValues() {
		names = append(names, string(status))
	}
	return names
}

// splitList splits lists as people paste them. An empty value may be an unset variable, which must not mean all.
func splitList(values []string) (all []string, err error) {
	for _, value := range values {
		items := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
		if len(items) == 0 {
			return nil, errors.New("is empty")
		}
		all = append(all, items...)
	}
	return all, nil
}

// span restricts a reader of times to durations.
func span(read func(string, time.Time) (time.Time, error)) func(string, time.Time) (time.Time, error) {
	return func(text string, now time.Time) (time.Time, error) {
		if _, err := parseSpan(text); err != nil {
			return time.Time{}, err
		}
		return read(text, now)
	}
}

// past parses what ago does, but only times before now: every token was issued before now, and none after it.
func past(text string, now time.Time) (time.Time, error) {
	t, err := ago(text, now)
	if err == nil && !t.Before(now) {
		err = fmt.Errorf("%s is not in the past, by this machine's clock", t.Format(time.RFC3339))
	}
	return t, err
}

// ago parses a date, a date with a time, or a duration before now.
func ago(text string, now time.Time) (time.Time, error) { return when(text, now, -1) }

// ahead parses a date, a date with a time, or a duration from now.
func ahead(text string, now time.Time) (time.Time, error) { return when(text, now, 1) }

// layouts without a zone are local.
var layouts = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateTime, "2006-01-02 15:04", time.DateOnly}

func when(text string, now time.Time, sign time.Duration) (time.Time, error) {
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return t, nil
		}
	}
	span, err := parseSpan(text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither a date like 2026-11-24 or 2026-11-24T12:00:00Z nor a duration "+
			"like 90d or 12h (%s)", text, unitNames)
	}
	return now.Add(sign * span), nil
}

var spanPattern = regexp.MustCompile(`^(\d{1,6})(w|d|h|m|s)$`)

const longestSpan = 100 * 365 * 24 * time.Hour

var units = map[string]time.Duration{
	"w": 7 * 24 * time.Hour, "d": 24 * time.Hour, "h": time.Hour, "m": time.Minute, "s": time.Second,
}

const unitNames = "units: w, d, h, m for minutes, s"

// parseSpan parses a number of weeks, days, hours, minutes or seconds.
func parseSpan(text string) (time.Duration, error) {
	parts := spanPattern.FindStringSubmatch(text)
	if parts == nil {
		return 0, fmt.Errorf("%q is not a duration like 90d or 12h (%s)", text, unitNames)
	}
	n, err := strconv.Atoi(parts[1])
	if unit := units[parts[2]]; err == nil && n <= int(longestSpan/unit) {
		return time.Duration(n) * unit, nil
	}
	return 0, fmt.Errorf("%q is more than a hundred years", text)
}
