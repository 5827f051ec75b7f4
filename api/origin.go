package api

import (
	"net/netip"
	"net/url"
	"strings"

	"example.com/apptokens/api/internal/argument"
	"example.com/apptokens/api/internal/text"
)

// ParseOrgURL reads the URL of an org, as [New] does: absolute, https or a loopback host, and nothing in it that a
// mistake could turn into credentials sent to the wrong place, or into responses that mislead. (Okta's admin host, for
// one, answers API calls with redirects and HTML.) A port and a path prefix are kept, a trailing slash is not. What
// cannot be right is [ErrInvalidArgument].
func ParseOrgURL(orgURL string) (*url.URL, error) {
	refuse := func(why string) (*url.URL, error) {
		return nil, argument.Invalid("org URL", orgURL, why+"; want one like https://acme.okta.com")
	}
	const hidden = "(not shown)" // where a credential may be part of it
	switch {
	case orgURL == "":
		return refuse("it is empty")
	case strings.Contains(orgURL, "@"):
		return nil, argument.Invalid("org URL", hidden, "it holds user information; want one like https://acme.okta.com")
	case !strings.Contains(orgURL, "://"):
		return nil, argument.Invalid("org URL", hidden, "it must start with https://, as https://acme.okta.com does")
	case strings.ContainsFunc(orgURL, text.NotVisible):
		return refuse("it holds a space or a character that does not belong in a URL")
	case strings.ContainsAny(orgURL, "{}<>$"):
		return refuse("it still holds a placeholder")
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
	case !isHostName(host) && !isAddress(host):
		return refuse("its host is no host name")
	case org.Scheme == "http" && !isLoopback(host):
		return refuse("credentials go over https only, except to a loopback host")
	case org.RawQuery != "" || org.ForceQuery || strings.Contains(orgURL, "#"):
		return refuse("it has a query or a fragment")
	case strings.Contains(host, "-admin.okta"):
		return refuse("it is the admin console; leave out -admin")
	case strings.HasSuffix(host, ".com.com"):
		return refuse("its host ends in .com twice")
	case strings.Contains(strings.ToLower(org.Path)+"/", "/api/v1/") || strings.HasPrefix(strings.ToLower(org.Path)+"/", "/oauth2/"):
		return refuse("it is the URL of an API or an issuer; leave out its path")
	}
	org.Path = strings.TrimSuffix(org.Path, "/")
	for segment := range strings.SplitSeq(strings.TrimPrefix(org.EscapedPath(), "/"), "/") {
		if org.Path != "" && CheckID("path", segment) != nil {
			return refuse(`a part of its path is empty, a dot segment, or not made of letters, digits, "-", "_", "." and "~"`)
		}
	}
	return org, nil
}

func isHostName(host string) bool {
	return !strings.ContainsFunc(host, func(r rune) bool {
		return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-' || r == '.')
	}) && !strings.HasPrefix(host, ".") && !strings.HasSuffix(host, ".") && !strings.Contains(host, "..")
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
