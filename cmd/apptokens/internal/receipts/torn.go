package receipts

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"sync"
	"unicode/utf8"
)

// The grammar of the lines that Append writes, with any JSON escapes. openLine ends before the closing brace.
const (
	text     = `"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"`
	date     = `\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`
	hour     = `(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{0,8}[1-9])?`
	openLine = `\{"time":"` + date + `T` + hour + `Z","org":` + text + `,"appId":` + text + `,"tokenId":` + text +
		`(?:,"userId":` + text + `)?(?:,"clientId":` + text + `)?(?:,"issuer":` + text + `)?` +
		`(?:,"scopes":\[` + text + `(?:,` + text + `)*\])?,"outcome":` + text +
		`(?:,"status":-?[1-9]\d*)?(?:,"code":` + text + `)?(?:,"error":` + text + `)?`
)

var tornLine = sync.OnceValue(func() *regexp.Regexp {
	whole, err := syntax.Parse(openLine, syntax.Perl)
	if err != nil {
		panic(err) // of a constant
	}
	return regexp.MustCompile(`\A(?:` + prefixes(whole.Simplify()) + `)\z`)
})

// isTorn reports whether a fragment is the beginning of a line of Append whose end is missing.
func isTorn(fragment []byte) bool {
	start := len(fragment)
	for start > 0 && !utf8.RuneStart(fragment[start-1]) {
		start--
	}
	if start = max(start-1, 0); !utf8.FullRune(fragment[start:]) { // torn within a character: replace it by a whole one
		fragment = append(fragment[:start:start], "\uFFFD"...)
	}
	return utf8.Valid(fragment) && tornLine().Match(fragment)
}

// prefixes returns an expression that matches every prefix of every match of another one, from the empty to the whole.
func prefixes(whole *syntax.Regexp) (expression string) {
	switch whole.Op {
	case syntax.OpLiteral:
		for _, char := range slices.Backward(whole.Rune) {
			expression = "(?:" + regexp.QuoteMeta(string(char)) + expression + ")?"
		}
	case syntax.OpConcat:
		for _, part := range slices.Backward(whole.Sub) {
			expression = "(?:" + prefixes(part) + "|(?:" + part.String() + ")" + expression + ")"
		}
	case syntax.OpAlternate:
		for _, choice := range whole.Sub {
			expression += "|" + prefixes(choice)
		}
		expression = "(?:" + expression + ")"
	case syntax.OpQuest:
		expression = prefixes(whole.Sub[0])
	case syntax.OpStar:
		expression = whole.String() + prefixes(whole.Sub[0])
	case syntax.OpCharClass:
		expression = whole.String() + "?"
	default:
		panic("no prefixes of " + whole.String())
	}
	return expression
}
