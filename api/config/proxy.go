package config

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"example.com/apptokens/api/internal/check"
)

// readProxy makes a transport for the proxy, if one is set.
func (r *reader) readProxy() error {
	for _, setting := range proxySettings {
		v, ok := r.values[setting]
		switch {
		case ok && !r.has(ProxyHost):
			return problem(setting, v, "is set, but %s is not", ProxyHost)
		case placeholder.MatchString(v.text):
			return problem(setting, v, "is still a placeholder; replace it, or remove the proxy")
		}
	}
	host, ok := r.values[ProxyHost]
	if !ok {
		return nil
	}
	if host.text = strings.ToLower(host.text); !check.IsHost(host.text) {
		return problem(ProxyHost, host, "is not a host name, such as proxy.acme.com; set the port in %s", ProxyPort)
	}
	port, err := r.number(ProxyPort, 65535)
	if err != nil {
		return err
	}
	if port == 0 {
		port = 80
	}
	target := &url.URL{Scheme: "http", Host: net.JoinHostPort(host.text, strconv.Itoa(port))}
	username, password := r.values[ProxyUsername].text, r.values[ProxyPassword].text
	if username != "" || password != "" {
		target.User = url.UserPassword(username, password)
	}
	r.secrets.transport = newProxied(target)
	return nil
}

// newProxied returns a transport that uses a proxy. Its errors do not quote the proxy, which could repeat the password.
func newProxied(proxy *url.URL) *http.Transport {
	transport := &http.Transport{ForceAttemptHTTP2: true}
	if usual, ok := http.DefaultTransport.(*http.Transport); ok {
		transport = usual.Clone()
		transport.MaxIdleConnsPerHost = transport.MaxIdleConns // concurrent calls go to one host
	}
	transport.Proxy = func(req *http.Request) (*url.URL, error) {
		if check.IsLoopback(req.URL.Hostname()) { // like net/http with HTTPS_PROXY
			return nil, nil
		}
		return proxy, nil
	}
	transport.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("the proxy %s answered %d", proxy.Host, resp.StatusCode)
		}
		return nil
	}
	return transport
}
