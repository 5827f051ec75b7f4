package api_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// A client reaches the org through a proxy, trusts a CA of its own, and traces each attempt with net/http/httptrace.
func ExampleWithHTTPClient() {
	org := oktatest.New(oktatest.WithApp("0oa1", 3))
	server := httptest.NewTLSServer(org) // its certificate is for example.com
	defer server.Close()
	proxy := httptest.NewServer(proxyTo(server.Listener.Addr()))
	defer proxy.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}) // in real life, a file

	httpClient, err := newHTTPClient(proxy.URL, ca)
	if err != nil {
		log.Fatal(err)
	}
	defer httpClient.CloseIdleConnections()
	client, err := api.New("https://example.com", api.APIToken(org.APIToken()),
		api.WithHTTPClient(httpClient), api.WithStartObserver(trace))
	if err != nil {
		log.Fatal(err)
	}
	for _, token := range org.Tokens("0oa1") {
		if err := client.Revoke(context.Background(), "0oa1", token.ID); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// proxy: CONNECT example.com:443
	// revoke handshake: <nil>
	// revoke reuses a connection: false
	// revoke reuses a connection: true
	// revoke reuses a connection: true
}

// newHTTPClient returns a client that goes through a proxy and trusts a CA besides those of the system.
func newHTTPClient(proxyURL string, ca []byte) (*http.Client, error) {
	proxy, err := url.Parse(proxyURL)
	if err != nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, err
	}
	if !roots.AppendCertsFromPEM(ca) {
		return nil, errors.New("the CA file has no certificate in PEM")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = http.ProxyURL(proxy)
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	transport.MaxIdleConnsPerHost = transport.MaxIdleConns // all requests go to one host
	return &http.Client{Transport: transport}, nil
}

// trace prints what becomes of the connection of an attempt.
func trace(ctx context.Context, attempt api.Attempt) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) { fmt.Println(attempt.Op, "handshake:", err) },
		GotConn:          func(conn httptrace.GotConnInfo) { fmt.Println(attempt.Op, "reuses a connection:", conn.Reused) },
	})
}

// proxyTo returns a proxy that leads all connections to one address.
func proxyTo(addr net.Addr) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("proxy:", r.Method, r.Host)
		server, err := net.Dial(addr.Network(), addr.String())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer server.Close()
		client, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer client.Close()
		fmt.Fprint(client, "HTTP/1.1 200 OK\r\n\r\n") // not before: the client goes on at once
		go func() { _, _ = io.Copy(server, client) }()
		_, _ = io.Copy(client, server)
	}
}
