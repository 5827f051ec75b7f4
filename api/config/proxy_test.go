package config_test

import (
	"bufio"
	"context"
	"crypto"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/config"
	"example.com/apptokens/api/oktatest"
)

// proxyOf returns the proxy that requests to an org go by, or nothing. It sends none.
func proxyOf(t *testing.T, settings config.Config, orgURL string) (address string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GetConn: func(hostPort string) {
		address = hostPort
		cancel()
	}})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, orgURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := settings.Transport().RoundTrip(req); err == nil {
		t.Error("the request was sent")
	}
	if address == req.URL.Host+":443" {
		return ""
	}
	return address
}

// proxied is a configuration of an org that only a proxy knows.
func proxied(proxy net.Addr, more environment) environment {
	host, port, _ := strings.Cut(proxy.String(), ":")
	env := environment{
		"ORGURL": "http://okta-mock:8080", "OKTA_TESTING_TESTINGDISABLEHTTPSCHECK": "true",
		"PROXY_HOST": host, "PROXY_PORT": port, "PROXY_USERNAME": "user", "PROXY_PASSWORD": "canary",
	}
	for name, value := range more {
		env[name] = value
	}
	return env
}

func TestAllRequestsGoByTheProxy(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 3), oktatest.WithServiceApp(oktatest.ServiceApp{ClientID: "0oaService", Keys: map[string]crypto.PublicKey{"k1": key.Public()}}))
	var mu sync.Mutex
	seen := map[string]int{}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen[r.Method+" "+r.URL.Host+" "+r.Header.Get("Proxy-Authorization")]++
		mu.Unlock()
		org.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	for _, credential := range []environment{{"TOKEN": org.APIToken()}, {"PRIVATEKEY": jwkKey, "CLIENTID": "0oaService"}} {
		settings, err := config.Load(config.WithEnvironment(proxied(proxy.Listener.Addr(), credential).get), config.WithFiles())
		if err != nil {
			t.Fatal(err)
		}
		if len(settings.Warnings) != 1 || !strings.Contains(settings.Warnings[0], "credentials go to http://okta-mock:8080 unencrypted, as testing.testingDisableHttpsCheck (from OKTA_TESTING_TESTINGDISABLEHTTPSCHECK) allows") {
			t.Errorf("warnings %q", settings.Warnings)
		}
		client, err := settings.Client()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Get(t.Context(), "0oa1", org.Tokens("0oa1")[0].ID); err != nil {
			t.Error(err)
		}
	}
	authorization := "Basic " + base64.StdEncoding.EncodeToString([]byte("user:canary"))
	if seen["GET okta-mock:8080 "+authorization] != 2 || seen["POST okta-mock:8080 "+authorization] == 0 || len(seen) != 2 {
		t.Errorf("the proxy saw %v", seen)
	}
}

func TestProxySettings(t *testing.T) {
	t.Parallel()
	for want, env := range map[string]environment{
		"http://proxy.acme.example:80":              {"PROXY_HOST": "proxy.acme.example"},
		"http://proxy.acme.example:3128":            {"PROXY_HOST": "Proxy.Acme.example", "PROXY_PORT": "3128"},
		"http://user:@proxy.acme.example:80":        {"PROXY_HOST": "proxy.acme.example", "PROXY_USERNAME": "user"},
		"http://:canary@proxy.acme.example:80":      {"PROXY_HOST": "proxy.acme.example", "PROXY_PASSWORD": "canary"},
		"http://us%20er:c%40@proxy.acme.example:80": {"PROXY_HOST": "proxy.acme.example", "PROXY_USERNAME": "us er", "PROXY_PASSWORD": "c@"},
	} {
		env["ORGURL"], env["TOKEN"] = orgURL, "secret"
		settings, err := config.Load(config.WithEnvironment(env.get), config.WithFiles())
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, orgURL, nil)
		if err != nil {
			t.Fatal(err)
		}
		transport, usual := settings.Transport().(*http.Transport), http.DefaultTransport.(*http.Transport)
		if proxy, err := transport.Proxy(req); err != nil || proxy.String() != want {
			t.Errorf("proxy %v, %v; want %s", proxy, err, want)
		}
		if transport.TLSHandshakeTimeout != usual.TLSHandshakeTimeout || transport.MaxIdleConnsPerHost < 50 {
			t.Errorf("TLS handshakes take up to %v, and %d connections are kept", transport.TLSHandshakeTimeout, transport.MaxIdleConnsPerHost)
		}
	}
}

// With https, the proxy sees the name of the org and nothing else.
func TestTheProxyTunnelsHTTPS(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 3))
	server := httptest.NewTLSServer(org)
	t.Cleanup(server.Close)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		target, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil || r.Method != http.MethodConnect || r.Host != "example.com:443" {
			t.Errorf("%s %s, %v", r.Method, r.Host, err)
			return
		}
		defer target.Close()
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() { _, _ = io.Copy(target, conn) }()
		_, _ = io.Copy(conn, target)
	}))
	t.Cleanup(proxy.Close)
	env := proxied(proxy.Listener.Addr(), environment{"TOKEN": org.APIToken()})
	env["ORGURL"] = "https://example.com" // which the certificate of httptest is for
	settings, err := config.Load(config.WithEnvironment(env.get), config.WithFiles())
	if err != nil {
		t.Fatal(err)
	}
	transport := settings.Transport().(*http.Transport)
	transport.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	t.Cleanup(transport.CloseIdleConnections)
	client, err := settings.Client(api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.RevokeAll(t.Context(), "0oa1"); err != nil {
		t.Error(err)
	}
}

// The program's own transport takes the place of the proxy. Without one, its HTTP client uses the proxy.
func TestTheProgramsTransportReplacesTheProxy(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 3))
	env := environment{"ORGURL": orgURL, "TOKEN": org.APIToken(), "PROXY_HOST": "proxy.invalid"}
	settings, err := config.Load(config.WithEnvironment(env.get), config.WithFiles())
	if err != nil {
		t.Fatal(err)
	}
	settings.HTTPClient = &http.Client{}
	if got := proxyOf(t, settings, orgURL); got != "proxy.invalid:80" {
		t.Errorf("without a transport, requests go by %q", got)
	}
	settings.HTTPClient.Transport = org.Transport()
	client, err := settings.Client(api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.RevokeAll(t.Context(), "0oa1"); err != nil || settings.Transport() != org.Transport() {
		t.Errorf("with a transport: %v", err)
	}
	delete(env, "PROXY_HOST")
	if settings, err = config.Load(config.WithEnvironment(env.get), config.WithFiles()); err != nil || settings.Transport() != http.DefaultTransport {
		t.Errorf("with neither: %T, %v; want net/http's default", settings.Transport(), err)
	}
}

// As with HTTPS_PROXY, what listens on this machine is reached without it.
func TestLoopbackHostsAreReachedWithoutTheProxy(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 3))
	t.Cleanup(org.Close)
	env := environment{"ORGURL": org.URL, "TOKEN": org.APIToken(), "PROXY_HOST": "proxy.invalid", "PROXY_PORT": "3128"}
	settings, err := config.Load(config.WithEnvironment(env.get), config.WithFiles())
	if err != nil {
		t.Fatal(err)
	}
	client, err := settings.Client(api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.RevokeAll(t.Context(), "0oa1"); err != nil {
		t.Error(err)
	}
}

// A proxy that refuses may say anything, and net/http repeats it. It would refuse again.
func TestTheProxysPasswordIsInNoError(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			req, err := http.ReadRequest(bufio.NewReader(conn))
			if err == nil {
				_, password, _ := (&http.Request{Header: http.Header{"Authorization": req.Header["Proxy-Authorization"]}}).BasicAuth()
				fmt.Fprintf(conn, "HTTP/1.1 407 Wrong %s, %s\r\n\r\n", password, req.Header.Get("Proxy-Authorization"))
			}
			_ = conn.Close()
		}
	}()
	for _, credential := range []environment{{"TOKEN": "00token"}, {"PRIVATEKEY": jwkKey, "CLIENTID": "0oaService"}} {
		env := proxied(listener.Addr(), credential)
		env["ORGURL"] = orgURL
		settings, err := config.Load(config.WithEnvironment(env.get), config.WithFiles())
		if err != nil {
			t.Fatal(err)
		}
		if printed := fmt.Sprintf("%+v %#v", settings.Transport(), settings); strings.Contains(printed, env["PROXY_PASSWORD"]) {
			t.Errorf("printed: %s", printed)
		}
		client, err := settings.Client()
		if err != nil {
			t.Fatal(err)
		}
		err = client.RevokeAll(t.Context(), "0oa1")
		if err == nil || !strings.Contains(err.Error(), "the proxy "+listener.Addr().String()+" answered 407 (1 attempt)") {
			t.Errorf("error %v", err)
		}
	}
}
