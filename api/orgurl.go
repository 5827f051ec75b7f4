package api

import (
	"net/url"

	"example.com/apptokens/api/internal/origin"
)

// ParseOrgURL reads the URL of an org, as [New] does: absolute, https or a loopback host, and nothing in it that a
// mistake could turn into credentials sent to the wrong place, or into responses that mislead. (Okta's admin host, for
// example, answers API calls with redirects and HTML.)
//
// All ways to write the URL of an org come to one: scheme and host in lower case, without a default port or a trailing
// slash. Another port and a path prefix are kept. Anything else is [ErrInvalidArgument].
func ParseOrgURL(orgURL string) (*url.URL, error) { return origin.ParseOrgURL(orgURL, false) }
