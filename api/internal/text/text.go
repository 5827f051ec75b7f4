// Package text prepares the text of servers and people for errors, logs and terminals.
package text

import (
	"errors"
	"regexp"
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

// NotVisible reports whether URLs and credentials cannot contain r: white space, control characters, all beyond ASCII.
func NotVisible(r rune) bool { return r <= ' ' || r > '~' }

// IsUnreserved reports whether a character needs no escaping anywhere in a URL (RFC 3986, section 2.3).
func IsUnreserved(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.~", r)
}

// HasPlaceholder reports whether a URL, a credential or an ID was copied from documentation, or from a template that
// was not filled in: {yourOktaDomain}, ${OKTA_TOKEN}, %OKTA_TOKEN%, <token>, [token], YOUR_API_TOKEN, changeme.
func HasPlaceholder(text string) bool {
	return strings.ContainsAny(text, "{}<>$") || strings.HasPrefix(text, "YOUR_") || placeholder.MatchString(text)
}

// placeholder matches only whole texts, because URLs contain percent signs and brackets, too.
var placeholder = regexp.MustCompile(`(?i)^(%\w+%|\[.*\]|(change|replace)[-_]?me|x{3,}|todo)$`)

// userInformation matches the part before the host of a URL, valid or not.
var userInformation = regexp.MustCompile(`://[^/\s"]*@`)

// Redact returns text without the secrets, which a server may have repeated, and without the user information of URLs.
func Redact(text string, secrets ...string) string {
	text = userInformation.ReplaceAllString(text, "://[redacted]@")
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[redacted]")
		}
	}
	return text
}

// RedactError returns err, or the redacted text of it if that differs: net/http quotes headers that it cannot read.
func RedactError(err error, secrets ...string) error {
	if redacted := Redact(err.Error(), secrets...); redacted != err.Error() {
		return errors.New(redacted)
	}
	return err
}
