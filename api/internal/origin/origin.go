// Package origin reads where URLs lead, and compares it.
package origin

import (
	"cmp"
	"net/url"
	"strings"
)

// Same compares scheme, host and port, with the default ports written out or not.
func Same(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string { return cmp.Or(u.Port(), defaultPort(u.Scheme)) }

func defaultPort(scheme string) string {
	if scheme == "http" {
		return "80"
	}
	return "443"
}
