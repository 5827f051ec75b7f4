package output

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// zeroWidthJoiner joins several emoji into one.
const zeroWidthJoiner = '\u200d'

func isUnsafe(r rune) bool { return !unicode.IsGraphic(r) && r != zeroWidthJoiner }

// Printable replaces characters that would move the cursor, change colours or reverse the text.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if isUnsafe(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// Wrap breaks lines that are wider than the terminal between words. A wider word stays whole, so that it can be copied.
func Wrap(text string, width int) string {
	var wrapped strings.Builder
	column := 0
	for i, word := range strings.Split(text, " ") {
		if room := uniseg.StringWidth(firstLine(word)); i > 0 && column+1+room > width-1 {
			wrapped.WriteByte('\n')
			column = 0
		} else if i > 0 {
			wrapped.WriteByte(' ')
			column++
		}
		wrapped.WriteString(word)
		if last := strings.LastIndexByte(word, '\n'); last >= 0 {
			column = 0
			word = word[last+1:]
		}
		column += uniseg.StringWidth(word)
	}
	return wrapped.String()
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// Shorten cuts a text to a width in terminal columns, between user-perceived characters.
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
