// Package text makes what servers and people write fit for errors, logs and terminals.
package text

import (
	"errors"
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
	return Truncate(text, limit)
}

// Truncate returns at most limit bytes of a text, and an ellipsis if there is more.
func Truncate(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

// NotVisible tells what has no place in URLs and credentials: white space, control characters, all beyond ASCII.
func NotVisible(r rune) bool { return r <= ' ' || r > '~' }

// IsUnreserved reports whether a character needs no escaping anywhere in a URL (RFC 3986, section 2.3).
func IsUnreserved(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.~", r)
}

// HasPlaceholder reports whether a URL, a credential or an ID was copied from documentation, or from a template that
// nothing filled in: {yourOktaDomain}, ${OKTA_TOKEN}, <token>, YOUR_API_TOKEN.
func HasPlaceholder(text string) bool {
	return strings.ContainsAny(text, "{}<>$") || strings.HasPrefix(text, "YOUR_")
}

// Redact takes secrets out of a text, should a server repeat them.
func Redact(text string, secrets ...string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[redacted]")
		}
	}
	return text
}

// RedactError returns the error as it is, unless its text repeats a secret: net/http quotes headers that it cannot read.
func RedactError(err error, secrets ...string) error {
	if redacted := Redact(err.Error(), secrets...); redacted != err.Error() {
		return errors.New(redacted)
	}
	return err
}
