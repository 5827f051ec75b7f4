package oktatest

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"strconv"
	"syscall"

	"example.com/apptokens/api/internal/retry"
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
	if half := answer.half(); answer.cut || answer.pause > 0 {
		rest := bytes.NewReader(answer.body[len(half):])
		body = io.MultiReader(bytes.NewReader(half), middle{req.Context(), answer}, rest)
	}
	return &http.Response{
		Status: strconv.Itoa(answer.status) + " " + http.StatusText(answer.status), StatusCode: answer.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: answer.header, ContentLength: int64(len(answer.body)), Body: io.NopCloser(body), Request: req,
	}, nil
}

// middle is what happens in the middle of a body: its connection breaks, or it pauses.
type middle struct {
	ctx    context.Context
	answer *response
}

func (m middle) Read([]byte) (int, error) {
	if m.answer.cut {
		return 0, io.ErrUnexpectedEOF
	}
	return 0, cmp.Or(retry.Sleep(m.ctx, m.answer.pause), io.EOF)
}
