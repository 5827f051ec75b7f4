package header

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

// Credentials returns the secrets in the header of a request: credentials without their scheme, and DPoP proofs.
func Credentials(header http.Header) (secrets []string) {
	for _, value := range header.Values("Authorization") {
		value = strings.TrimSpace(value)
		secrets = append(secrets, strings.TrimSpace(value[strings.IndexByte(value, ' ')+1:]))
	}
	return append(secrets, header.Values("DPoP")...)
}

// ProxyCredentials returns the password that a transport sends to the proxy of a request, in all forms in which the
// proxy may repeat it. Only net/http's own transport shows its proxy.
func ProxyCredentials(transport http.RoundTripper, req *http.Request) []string {
	t, ok := transport.(*http.Transport)
	if !ok || t.Proxy == nil {
		return nil
	}
	proxy, err := t.Proxy(req)
	if err != nil || proxy == nil || proxy.User == nil {
		return nil
	}
	password, _ := proxy.User.Password()
	_, escaped, _ := strings.Cut(proxy.User.String(), ":")
	basic := base64.StdEncoding.EncodeToString([]byte(proxy.User.Username() + ":" + password))
	return []string{password, escaped, url.QueryEscape(password), basic}
}
