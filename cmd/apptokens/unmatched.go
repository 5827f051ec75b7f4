package main

import (
	"fmt"

	"example.com/apptokens/api/bulk"
)

// unmatchedError is the end of a sweep that was given a value which matched nothing.
type unmatchedError struct{ error }

// warnUnmatched names the values of a filter that no token has: "nothing matches" may mean that one was mistyped.
func (a *app) warnUnmatched(unmatched ...bulk.Unmatched) {
	for _, u := range unmatched {
		what := "no token has it"
		switch {
		case u.Tokens > 0:
			what = fmt.Sprintf("%s, but the other filters leave out all of them", plural(u.Tokens, "token has it", "tokens have it"))
		case u.Similar != "":
			what += fmt.Sprintf("; did you mean %q?", u.Similar)
		}
		a.warn("--%s %s: %s", u.Field, u.Value, what)
	}
}

// plural returns a number with what is counted.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
