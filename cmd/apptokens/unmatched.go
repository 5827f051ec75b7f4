package main

import (
	"fmt"

	"example.com/apptokens/api/bulk"
)

// unmatchedError reports that a filter value of a sweep matched nothing.
type unmatchedError struct{ error }

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

// plural returns a number with what is counted.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
