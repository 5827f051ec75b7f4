package output_test

import (
	"testing"

	"example.com/apptokens/cmd/apptokens/internal/output"
)

// Lines are narrower than the terminal, because some terminals add a line after a full one.
func TestLinesBreakBetweenWords(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"nothing":                        {"", ""},
		"a line that fits":               {"one two 9", "one two 9"},
		"a line that fills the terminal": {"one two 10", "one two\n10"},
		"several lines":                  {"one two three four", "one two\nthree\nfour"},
		"a word that is too wide":        {"see https://acme.okta.com for it", "see\nhttps://acme.okta.com\nfor it"},
		"a line end":                     {"one two\nthree 9 four", "one two\nthree 9\nfour"},
		"a line end after a full line":   {"one two 9\nthree", "one two 9\nthree"},
		"several spaces":                 {"a  b", "a  b"},
		"characters of two columns":      {"見本 花子 x", "見本 花子\nx"},
	} {
		if got := output.Wrap(test.text, 10); got != test.want {
			t.Errorf("%s: %q is broken as %q, want %q", name, test.text, got, test.want)
		}
	}
}
