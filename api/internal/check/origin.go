package check

import (
	"cmp"
	"net/url"
	"strings"
)

// SameOrigin compares scheme, host and port, with the default ports written out or not. Non-ASCII letters that fold to ASCII
// ones take more bytes, so hosts of the same length are the same.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && sameHost(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string { return cmp.Or(u.Port(), defaultPort(u.Scheme)) }

func defaultPort(scheme string) string {
	if scheme == "http" {
		return "80"
	}
	return "443"
}

func sameHost(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }
