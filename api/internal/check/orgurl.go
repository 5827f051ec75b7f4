package check

import (
	"cmp"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/apptokens/api/internal/text"
)

// OrgURL is api.ParseOrgURL. With plainHTTP, it accepts http to any host.
func OrgURL(orgURL string, plainHTTP bool) (*url.URL, error) {
	shown := orgURL
	if orgURL != "" && (strings.Contains(orgURL, "@") || !strings.Contains(orgURL, "://")) {
		shown = "(not shown)" // it may contain a credential, or be one
	}
	refuse := func(why string) (*url.URL, error) {
		return nil, Invalid("org URL", shown, why+"; want one like https://acme.okta.com")
	}
	switch {
	case orgURL == "":
		return refuse("it is empty")
	case strings.Contains(orgURL, "@"):
		return refuse("it contains user information")
	case !strings.Contains(orgURL, "://"):
		return refuse("it must start with https://")
	case strings.ContainsFunc(orgURL, text.NotVisible):
		return refuse("it contains a space or a character that does not belong in a URL")
	case text.HasPlaceholder(orgURL):
		return refuse("it still contains a placeholder")
	}
	org, err := url.Parse(orgURL)
	if err != nil {
		return refuse("it is not a URL")
	}
	host, path := canonicalHost(org.Hostname()), strings.TrimRight(org.EscapedPath(), "/")
	lower := strings.ToLower(path) + "/"
	number, portErr := strconv.ParseUint(port(org), 10, 16)
	switch {
	case org.Scheme != "https" && org.Scheme != "http":
		return refuse("it must start with https://")
	case host == "" || strings.HasSuffix(org.Host, ":"):
		return refuse("it lacks a host, or a port after the colon")
	case portErr != nil || number == 0:
		return refuse("its port is not a number from 1 to 65535")
	case !IsHost(host):
		return refuse("its host is not a valid host name")
	case org.Scheme == "http" && !plainHTTP && !IsLoopback(host):
		return refuse("credentials go over https only, except to a loopback host")
	case org.RawQuery != "" || org.ForceQuery || strings.Contains(orgURL, "#"):
		return refuse("it has a query or a fragment")
	case strings.Contains(host, "-admin.okta"):
		return refuse("it is the admin console; leave out -admin")
	case strings.HasSuffix(host, ".com.com"):
		return refuse("its host ends in .com twice")
	case strings.Contains(lower, "/api/v1/") || strings.HasPrefix(lower, "/oauth2/"):
		return refuse("it is the URL of an API or an issuer; leave out its path")
	case !isPrefix(path):
		return refuse(`a part of its path is empty, a dot segment, or not made of letters, digits, "-", "_", "." and "~"`)
	case path != "" && isOktas(host):
		return refuse("it is the URL of a page; leave out its path")
	}
	authority := strings.TrimSuffix(net.JoinHostPort(host, strconv.FormatUint(number, 10)), ":"+defaultPort(org.Scheme))
	return &url.URL{Scheme: org.Scheme, Host: authority, Path: path}, nil
}

// canonicalHost returns the form in which hosts are compared: names in lower case, addresses as short as possible.
func canonicalHost(host string) string {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.String()
	}
	return strings.ToLower(host)
}

// isPrefix reports whether a proxy may put path before Okta's: no segment needs escaping or leads elsewhere.
func isPrefix(path string) bool {
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		escaped := strings.ContainsFunc(segment, func(r rune) bool { return !text.IsUnreserved(r) })
		if path != "" && (escaped || strings.Trim(segment, ".") == "") {
			return false
		}
	}
	return true
}

// isOktas reports whether host belongs to one of Okta's own domains, where an org has no path. A proxy has its own.
func isOktas(host string) bool {
	domains := []string{"okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil"}
	return slices.ContainsFunc(domains, func(domain string) bool { return strings.HasSuffix("."+host, "."+domain) })
}

// IsHost reports whether host is a host name in lower case, or an IP address without brackets.
func IsHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return host != "" && !strings.ContainsFunc(host, func(r rune) bool {
		return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-' || r == '.')
	}) && !strings.HasPrefix(host, ".") && !strings.HasSuffix(host, ".") && !strings.Contains(host, "..")
}

// IsLoopback reports whether host is this machine.
func IsLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// SameOrigin reports whether a and b have the same scheme, host and port; a default port may be left out. Letters
// outside ASCII that fold to ASCII ones take more bytes, so hosts of different lengths differ.
func SameOrigin(a, b *url.URL) bool {
	sameHost := len(a.Hostname()) == len(b.Hostname()) && strings.EqualFold(a.Hostname(), b.Hostname())
	return a.Scheme == b.Scheme && sameHost && port(a) == port(b)
}

func port(u *url.URL) string { return cmp.Or(u.Port(), defaultPort(u.Scheme)) }

func defaultPort(scheme string) string {
	if scheme == "http" {
		return "80"
	}
	return "443"
}
