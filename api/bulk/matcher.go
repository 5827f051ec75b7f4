package bulk

import (
	"strings"

	"example.com/apptokens/api"
)

// Matcher applies a filter to the tokens of one or more listings, and notes which values of the filter they have: a
// value that no token has may be a typo, and "nothing matches" a false all-clear. It is not safe for concurrent use.
type Matcher struct {
	filter Filter
	fields []field
}

// Unmatched is a filter value that no match has.
type Unmatched struct {
	Field  string // "user", "client", "issuer" or "scope"
	Value  string
	Tokens int // with the value; other fields of the filter excluded them
	// Similar is a value that was seen, is not in the filter, and differs only in case or punctuation; empty if there was
	// none.
	Similar string
}

// field is one field of the filter with its values. Statuses and times are left out: nobody copies them by hand, so
// matching nothing does not hint at a typo.
type field struct {
	name      string
	of        func(api.Token) []string
	normalize func(string) string
	given     []string
	values    map[string]*seen  // by normalized value
	similar   map[string]string // the first value seen, by its folded form
}

type seen struct {
	tokens  int
	matched bool
}

// NewMatcher returns a Matcher for a filter.
func NewMatcher(filter Filter) *Matcher {
	same := func(s string) string { return s }
	m := &Matcher{filter: filter}
	m.add("user", filter.UserIDs, same, func(t api.Token) []string { return []string{t.UserID} })
	m.add("client", filter.ClientIDs, same, func(t api.Token) []string { return []string{t.ClientID} })
	m.add("issuer", filter.Issuers, trimSlash, func(t api.Token) []string { return []string{t.Issuer} })
	m.add("scope", filter.Scopes, same, func(t api.Token) []string { return t.Scopes })
	return m
}

func (m *Matcher) add(name string, given []string, normalize func(string) string, of func(api.Token) []string) {
	if len(given) == 0 {
		return
	}
	f := field{name: name, of: of, normalize: normalize, values: map[string]*seen{}, similar: map[string]string{}}
	for _, value := range given {
		if f.values[normalize(value)] == nil {
			f.given = append(f.given, value)
			f.values[normalize(value)], f.similar[fold(value)] = &seen{}, ""
		}
	}
	m.fields = append(m.fields, f)
}

// Match reports whether a token matches the filter, and notes its values.
func (m *Matcher) Match(token api.Token) bool {
	matches := m.filter.Match(token)
	for _, f := range m.fields {
		for _, value := range f.of(token) {
			if s := f.values[f.normalize(value)]; s != nil {
				s.tokens++
				s.matched = s.matched || matches
			} else if similar, ok := f.similar[fold(value)]; ok && similar == "" {
				f.similar[fold(value)] = value
			}
		}
	}
	return matches
}

// Unmatched returns the filter values that no match had, in the order of the filter.
func (m *Matcher) Unmatched() (unmatched []Unmatched) {
	for _, f := range m.fields {
		for _, value := range f.given {
			if s := f.values[f.normalize(value)]; !s.matched {
				unmatched = append(unmatched, Unmatched{f.name, value, s.tokens, f.similar[fold(value)]})
			}
		}
	}
	return unmatched
}

// fold returns the same string for values that differ only in case or punctuation.
func fold(value string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_.:/ ", r) {
			return -1
		}
		return r
	}, strings.ToLower(value))
}
