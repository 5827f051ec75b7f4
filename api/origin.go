package api

import (
	"net/netip"
	"net/url"
	"strings"
)

// parseOrgURL checks everything that a mistake in the org URL could turn into credentials sent to the wrong place, or
// into answers that mislead: Okta's admin host, for one, answers API calls with redirects and HTML.
func parseOrgURL(orgURL string) (*url.URL, error) {
	refuse := func(why string) (*url.URL, error) {
		return nil, invalid("org URL", orgURL, why+"; want one like https://acme.okta.com")
	}
	if orgURL == "" {
		return refuse("it is empty")
	}
	if strings.ContainsFunc(orgURL, func(r rune) bool { return r <= ' ' || r == 0x7f || r > 0x7e }) {
		return refuse("it holds a space or a character that does not belong in a URL")
	}
	if strings.ContainsAny(orgURL, "{}<>$") {
		return refuse("it still holds a placeholder")
	}
	if strings.Contains(orgURL, "@") {
		// Not shown, since what stands before the @ may be a password.
		return nil, invalid("org URL", "(not shown)", "it holds user information; want one like https://acme.okta.com")
	}
	org, err := url.Parse(orgURL)
	if err != nil {
		return refuse("it is not a URL")
	}
	host := strings.ToLower(org.Hostname())
	switch {
	case org.Scheme != "https" && org.Scheme != "http":
		return refuse("it must start with https://")
	case host == "" || strings.HasSuffix(org.Host, ":"):
		return refuse("it lacks a host, or a port after the colon")
	case org.Scheme == "http" && !isLoopback(host):
		return refuse("credentials go over https only, except to a loopback host")
	case org.RawQuery != "" || org.ForceQuery || strings.Contains(orgURL, "#"):
		return refuse("it has a query or a fragment")
	case strings.Contains(host, "-admin.okta"):
		return refuse("it is the admin console; leave out -admin")
	case strings.HasSuffix(host, ".com.com"):
		return refuse("its host ends in .com twice")
	case strings.Contains(org.EscapedPath(), "%") || hasDotSegment(org.Path) || strings.Contains(org.Path, "//"):
		return refuse("its path holds an escape, a dot segment or an empty one")
	case strings.Contains(org.Path+"/", "/api/v1/"):
		return refuse("/api/v1 is added by the client; leave it out")
	}
	org.Path = strings.TrimSuffix(org.Path, "/")
	return org, nil
}

func hasDotSegment(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// sameOrigin compares scheme, host and port, with the default ports written out or not.
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	default:
		return "443"
	}
}
