package oktatest

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"strconv"
	"syscall"
)

// Transport returns a transport that answers requests within the process, whatever their host. It starts no goroutine
// and waits only on timers, so it runs in the virtual time of testing/synctest.
func (o *Org) Transport() http.RoundTripper { return transport{o} }

type transport struct{ org *Org }

func (t transport) RoundTrip(req *http.Request) (resp *http.Response, err error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	recorder := &recorder{header: http.Header{}}
	broken := recorder.serve(t.org, req)
	switch {
	case req.Context().Err() != nil:
		return nil, req.Context().Err()
	case broken && recorder.status == 0:
		return nil, syscall.ECONNRESET
	}
	return recorder.response(req, broken), nil
}

// recorder is a ResponseWriter that keeps the response.
type recorder struct {
	header http.Header
	sent   http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) { r.status, r.sent = status, maps.Clone(r.header) }

func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

func (r *recorder) Flush() {}

// serve runs the handler and reports whether it broke the connection.
func (r *recorder) serve(handler http.Handler, req *http.Request) (broken bool) {
	defer func() {
		if cause := recover(); cause == http.ErrAbortHandler {
			broken = true
		} else if cause != nil {
			panic(cause)
		}
	}()
	handler.ServeHTTP(r, req)
	return false
}

func (r *recorder) response(req *http.Request, broken bool) *http.Response {
	var body io.Reader = &r.body
	if broken {
		body = io.MultiReader(body, brokenReader{})
	}
	length, err := strconv.ParseInt(r.sent.Get("Content-Length"), 10, 64)
	if err != nil {
		length = 0 // 204
	}
	return &http.Response{
		Status: strconv.Itoa(r.status) + " " + http.StatusText(r.status), StatusCode: r.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.sent, ContentLength: length, Body: io.NopCloser(body), Request: req,
	}
}

// brokenReader is what is left of a body when the connection breaks.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
