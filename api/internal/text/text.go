// Package text makes what servers and people write fit for errors, logs and terminals.
package text

import (
	"strconv"
	"strings"
)

// Printable returns one line without control or formatting characters (escape sequences, bidirectional overrides), of
// at most limit bytes and an ellipsis.
func Printable(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		if strconv.IsGraphic(r) {
			return r
		}
		return ' '
	}, text)
	return Cut(text, limit)
}

// Cut returns at most limit bytes of a text, and an ellipsis if there is more.
func Cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

// NotVisible tells what has no place in URLs and credentials: white space, control characters, all beyond ASCII.
func NotVisible(r rune) bool { return r <= ' ' || r > '~' }

// Without takes secrets out of a text, should a server repeat them.
func Without(text string, secrets ...string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[redacted]")
		}
	}
	return text
}
