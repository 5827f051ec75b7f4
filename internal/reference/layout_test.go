package main

import (
	"strings"
	"testing"
)

func TestTablesReadAsPlainText(t *testing.T) {
	t.Parallel()
	list := table{head: []string{"Name", "Meaning"}}
	list.add("a", "a | b")
	list.add("longer †", "two\nlines")
	list.add("", "")
	want := strings.Join([]string{
		`| Name     | Meaning |`,
		`| -------- | ------- |`,
		`| a        | a \| b |`,
		`| longer † | two lines |`,
		`|          |  |`,
	}, "\n")
	if got := list.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 119)
	tests := map[string]struct{ text, want string }{
		"a short line stays":             {"one two", "one two"},
		"lines are filled":               {"one\ntwo", "one two"},
		"column 120 is the last":         {long[:116] + " two", long[:116] + " two"},
		"a word that goes beyond wraps":  {long[:117] + " two", long[:117] + "\n  two"},
		"a word that is too long stays":  {long + long, long + long},
		"runes are counted, not bytes":   {strings.Repeat("†", 116) + " two", strings.Repeat("†", 116) + " two"},
		"paragraphs stay apart":          {"one\n\ntwo\n", "one\n\n  two"},
		"an indent counts as well":       {long + " " + long[:116] + " a a", long + "\n  " + long[:116] + " a\n  a"},
		"nothing is made out of nothing": {"", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := wrap(test.text, "  "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestMarkdownOfDocComments(t *testing.T) {
	t.Parallel()
	got := bullet("PageSize(n int)", "PageSize", "PageSize sets it, see [Client.List] and [*Error]; opts[0] is [not one].")
	want := "- `PageSize(n int)` sets it, see `Client.List` and `*Error`; opts[0] is [not one]."
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
