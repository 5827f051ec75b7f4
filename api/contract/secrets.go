package contract

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"example.com/apptokens/api/internal/text"
)

// secrets are the credentials of requests. No output shows one, even if a server repeats it.
type secrets []string

// clean returns a text as one printable line of at most limit bytes, without secrets. It also finds secrets that are
// escaped as in URLs or JSON.
func (s secrets) clean(said string, limit int) string {
	redacted := text.Redact(said, s...)
	plain := strings.ReplaceAll(redacted, `\`, "")
	if unescaped, err := url.PathUnescape(plain); err == nil {
		plain = unescaped
	}
	if text.Redact(plain, s...) != plain {
		return "[redacted]"
	}
	return text.Printable(redacted, limit)
}

// label returns the method and the target of a request. The target may come from a link.
func (s secrets) label(req *http.Request) string {
	return req.Method + " " + s.clean(req.URL.RequestURI(), maxPath)
}

// shown returns a short printable form of a value, without secrets.
func (s secrets) shown(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case map[string]any:
		return fmt.Sprintf("an object of %d properties", len(value))
	case []any:
		return fmt.Sprintf("an array of %d items", len(value))
	case string:
		return fmt.Sprintf("%q", s.clean(value, maxShown))
	default:
		return s.clean(fmt.Sprint(value), maxShown)
	}
}
