package contract

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"example.com/apptokens/api/internal/text"
)

// secrets are the credentials of requests. No output shows one, should a server repeat it.
type secrets []string

// secretsOf returns the credentials in the headers of a request, with their schemes and without.
func secretsOf(header http.Header) (found secrets) {
	for _, value := range header.Values("Authorization") {
		_, credential, _ := strings.Cut(strings.TrimSpace(value), " ")
		found = append(found, strings.TrimSpace(value), strings.TrimSpace(credential))
	}
	return append(found, header.Values("DPoP")...)
}

// clean makes a text fit for a log: one line of at most limit bytes, without a secret. Escapes of URLs and of JSON do
// not hide one.
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

// label names a request, whose path may come from a link.
func (s secrets) label(req *http.Request) string {
	return req.Method + " " + s.clean(req.URL.RequestURI(), 200)
}

// shown returns a value in a form that is fit for a log.
func (s secrets) shown(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case map[string]any:
		return fmt.Sprintf("an object of %d properties", len(value))
	case []any:
		return fmt.Sprintf("an array of %d items", len(value))
	case string:
		return fmt.Sprintf("%q", s.clean(value, 60))
	default:
		return s.clean(fmt.Sprint(value), 70)
	}
}
