package output

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// zeroWidthJoiner makes one picture of several.
const zeroWidthJoiner = '\u200d'

func isUnsafe(r rune) bool { return !unicode.IsGraphic(r) && r != zeroWidthJoiner }

// Printable replaces what would move the cursor, change the colours or turn the text around.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if isUnsafe(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// Shorten cuts a text to a width in columns of the terminal, between characters as people see them.
func Shorten(text string, width int) string {
	if uniseg.StringWidth(text) <= width {
		return text
	}
	var short strings.Builder
	left := width - 1 // for the ellipsis
	for g := uniseg.NewGraphemes(text); g.Next() && g.Width() <= left; left -= g.Width() {
		short.WriteString(g.Str())
	}
	return short.String() + "…"
}
