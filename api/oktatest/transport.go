package oktatest

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"syscall"
)

// Transport returns a transport that answers requests within the process, whatever their host. It starts no goroutine
// and waits only on timers, so it runs in the virtual time of testing/synctest.
func (o *Org) Transport() http.RoundTripper { return transport{o} }

type transport struct{ org *Org }

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	answer, err := t.org.respond(req)
	switch {
	case err != nil:
		return nil, err
	case answer.dropped:
		return nil, syscall.ECONNRESET
	}
	body := io.Reader(bytes.NewReader(answer.body))
	if answer.cut {
		body = io.MultiReader(bytes.NewReader(answer.half()), brokenReader{})
	}
	return &http.Response{
		Status: strconv.Itoa(answer.status) + " " + http.StatusText(answer.status), StatusCode: answer.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: answer.header, ContentLength: int64(len(answer.body)), Body: io.NopCloser(body), Request: req,
	}, nil
}

// brokenReader is the rest of a body whose connection has broken.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
