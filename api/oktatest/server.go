package oktatest

import (
	"net"
	"net/http"
)

// Server is an [Org] that listens on a loopback port.
type Server struct {
	*Org
	URL string // the org URL, without a trailing slash

	http *http.Server
}

// NewServer starts a server. Close it when done. It panics if it cannot listen, since it is for tests.
func NewServer(opts ...Option) *Server {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic("oktatest: " + err.Error())
	}
	org := New(opts...)
	server := &Server{Org: org, URL: "http://" + listener.Addr().String(), http: &http.Server{Handler: org}}
	go func() { _ = server.http.Serve(listener) }()
	return server
}

// Close breaks all connections and stops listening.
func (s *Server) Close() { _ = s.http.Close() }
