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
	"example.com/apptokens/api/internal/retry"
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

// newProxied returns a transport that uses a proxy.
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
	transport.OnProxyConnectResponse = ProxyRefusal
	return transport
}

// ProxyRefusal is for OnProxyConnectResponse of an [http.Transport]. With it, errors name a proxy that refuses to
// connect, and do not quote it, because it could repeat its password. A refusal that would be repeated is not retried.
func ProxyRefusal(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	refused := refusal{proxy.Host, resp.StatusCode}
	return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: refused} // as net/http does if the proxy is down
}

// refusal is the answer of a proxy that does not connect.
type refusal struct {
	proxy  string
	status int
}

func (r refusal) Error() string { return fmt.Sprintf("the proxy %s answered %d", r.proxy, r.status) }

// Permanent reports whether retrying is pointless.
func (r refusal) Permanent() bool {
	return r.status != http.StatusTooManyRequests && !retry.IsOutage(r.status)
}
