package header

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"

	"example.com/apptokens/api/internal/check"
)

// Credentials returns the secrets that a request was sent with: credentials without their scheme, passwords that these
// consist of, and DPoP proofs. Those of a request that [Watch] returned include what a proxy has got.
func Credentials(req *http.Request) (secrets []string) {
	if proxied, ok := req.Context().Value(proxiedKey{}).(*atomic.Pointer[http.Request]); ok && proxied.Load() != nil {
		secrets = Credentials(proxied.Load())
	}
	for _, value := range req.Header.Values("Authorization") {
		value = strings.TrimSpace(value)
		secrets = append(secrets, strings.TrimSpace(value[strings.IndexByte(value, ' ')+1:]))
	}
	if username, password, ok := req.BasicAuth(); ok {
		secrets = append(secrets, forms(url.UserPassword(username, password))...)
	}
	return append(secrets, req.Header.Values("DPoP")...)
}

// proxiedKey is the key of a request whose Authorization header is the Proxy-Authorization header that was sent.
type proxiedKey struct{}

// Watch returns a shallow copy of a request, which remembers the credential that net/http's transport adds for a proxy.
// Over https, the transport sends that before the request, and this machine is hardly reached through a proxy: Watch
// returns the request itself.
func Watch(req *http.Request) *http.Request {
	if req.URL.Scheme == "https" || check.IsLoopback(req.URL.Hostname()) {
		return req
	}
	proxied := new(atomic.Pointer[http.Request])
	ctx := context.WithValue(req.Context(), proxiedKey{}, proxied)
	return req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaderField: func(name string, values []string) {
			if name == "Proxy-Authorization" {
				proxied.Store(&http.Request{Header: http.Header{"Authorization": values}})
			}
		},
	}))
}

// ProxyCredentials returns the password that a transport sends to the proxy of a request before the request, in all
// forms in which the proxy may repeat it. It finds net/http's transport in one whose Unwrap method returns what it
// wraps, and asks its Proxy function once more.
func ProxyCredentials(transport http.RoundTripper, req *http.Request) []string {
	if wrapper, ok := transport.(interface{ Unwrap() http.RoundTripper }); ok {
		return ProxyCredentials(wrapper.Unwrap(), req)
	}
	t, ok := transport.(*http.Transport)
	if !ok || t.Proxy == nil {
		return nil
	}
	proxy, err := t.Proxy(req)
	if err != nil || proxy == nil || proxy.User == nil {
		return nil
	}
	return forms(proxy.User)
}

// forms returns the password of a user, in all forms in which it may be repeated.
func forms(user *url.Userinfo) []string {
	password, _ := user.Password()
	_, escaped, _ := strings.Cut(user.String(), ":")
	basic := base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))
	return []string{basic, escaped, url.QueryEscape(password), password} // the first may contain the last
}
