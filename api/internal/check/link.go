package check

import (
	"fmt"
	"net/url"

	"example.com/apptokens/api/internal/text"
)

// Strays returns how the page at target would differ from home, the listing that a link to it came from, or "" if it
// has the same path and, unless anyOrigin is set, the same origin. It shows nothing of a query.
func Strays(target, home *url.URL, anyOrigin bool) string {
	origin := func(u *url.URL) string { return u.Scheme + "://" + text.Truncate(u.Host, text.MaxValue) }
	switch {
	case target.User != nil:
		return "would have user information in its URL"
	case target.Opaque != "":
		return fmt.Sprintf("would be at a %s URL", text.Truncate(target.Scheme, text.MaxValue))
	case !anyOrigin && !SameOrigin(target, home):
		return fmt.Sprintf("would be at %s, but the listing is at %s", origin(target), origin(home))
	case target.EscapedPath() != home.Path:
		return "would have a path other than " + home.Path
	}
	return ""
}
