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

// NewServer starts and returns a new [Server]. The caller should call Close when finished. Like httptest.NewServer, it
// panics if it cannot listen.
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

// Close stops listening and closes all connections.
func (s *Server) Close() { _ = s.http.Close() }
