package config

import (
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"example.com/apptokens/api/internal/origin"
	"example.com/apptokens/api/internal/text"
)

// readProxy makes a transport that goes through the proxy, if one is set.
func (r *reader) readProxy() error {
	for _, setting := range proxySettings {
		v, ok := r.values[setting]
		switch {
		case ok && !r.has(ProxyHost):
			return problem(setting, v, "is set, but %s is not", ProxyHost)
		case placeholder.MatchString(v.text):
			return problem(setting, v, "is still a placeholder; put in the value, or leave out the proxy")
		}
	}
	host, ok := r.values[ProxyHost]
	if !ok {
		return nil
	}
	if host.text = strings.ToLower(host.text); !origin.IsHost(host.text) {
		return problem(ProxyHost, host, "is not a host name, such as proxy.acme.com; the port goes into %s", ProxyPort)
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
	r.secrets.transport = newProxied(target, password, base64.StdEncoding.EncodeToString([]byte(username+":"+password)))
	return nil
}

// proxied is a transport that goes through a proxy.
type proxied struct {
	*http.Transport
	secrets []string
}

func newProxied(proxy *url.URL, secrets ...string) proxied {
	transport := &http.Transport{ForceAttemptHTTP2: true}
	if usual, ok := http.DefaultTransport.(*http.Transport); ok {
		transport = usual.Clone()
	}
	transport.Proxy = func(req *http.Request) (*url.URL, error) {
		if origin.IsLoopback(req.URL.Hostname()) { // as net/http has it with HTTPS_PROXY
			return nil, nil
		}
		return proxy, nil
	}
	return proxied{transport, secrets}
}

// RoundTrip keeps the password out of errors: the words of a proxy's refusal become one, and could repeat it.
func (p proxied) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := p.Transport.RoundTrip(req)
	if err != nil {
		err = text.RedactError(err, p.secrets...)
	}
	return resp, err
}
