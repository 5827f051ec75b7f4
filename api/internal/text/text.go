// Package text prepares the text of servers and people for errors, logs and terminals.
package text

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// How many bytes errors show of a value, of a server's sentence, and of all together.
const MaxValue, MaxSentence, MaxError = 100, 300, 1000

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
	if strings.ContainsAny(text, "{}<>$") || strings.HasPrefix(text, "YOUR_") {
		return true
	}
	// The others must be the whole text, because URLs contain percent signs and brackets, too.
	percent, bracketed := enclosed(text, "%", "%"), enclosed(text, "[", "]")
	text = strings.ToLower(text)
	switch strings.NewReplacer("-", "", "_", "").Replace(text) {
	case "changeme", "replaceme", "todo":
		return true
	}
	return percent || bracketed || len(text) > 2 && strings.Trim(text, "x") == ""
}

// enclosed reports whether before and after enclose a text that has neither.
func enclosed(text, before, after string) bool {
	text, begins := strings.CutPrefix(text, before)
	text, ends := strings.CutSuffix(text, after)
	return begins && ends && !strings.ContainsAny(text, before+after)
}

// Redact returns text without the secrets, which a server may have repeated, and without the user information of URLs.
func Redact(text string, secrets ...string) string {
	text = redactUserInformation(text)
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[redacted]")
		}
	}
	return text
}

// redactUserInformation redacts what is before the host in a URL, valid or not. It is plain code because a regular
// expression would make every program that imports the client 5 % larger.
func redactUserInformation(text string) string {
	parts := strings.SplitAfter(text, "://")
	for i, part := range parts[1:] {
		authority := part
		if end := strings.IndexAny(part, "/\" \t\n\f\r"); end >= 0 {
			authority = part[:end]
		}
		if at := strings.LastIndexByte(authority, '@'); at >= 0 {
			parts[i+1] = "[redacted]" + part[at:]
		}
	}
	return strings.Join(parts, "")
}

// RedactError returns err, or the redacted text of it if that differs: net/http quotes headers that it cannot read, and
// net/url parts of a URL, such as that of a proxy.
func RedactError(err error, secrets ...string) error {
	if invalid, ok := errors.AsType[*url.Error](err); ok && invalid.Op == "parse" && strings.Contains(invalid.URL, "@") {
		return errors.New("a URL with a user name or a password is invalid, probably the proxy's")
	}
	if redacted := Redact(err.Error(), secrets...); redacted != err.Error() {
		return errors.New(redacted)
	}
	return err
}
