package contract

import (
	"bytes"
	"cmp"
	"io"
	"net/http"

	"example.com/apptokens/api/internal/header"
)

// Option configures [NewTransport] and [Handler].
type Option func(*reporter)

// reporter handles violations.
type reporter struct {
	violation func(Violation) // nil to fail instead
	unknown   func(Violation) // may be nil
}

// OnViolation calls report for each violation and passes the traffic on unchanged. report must be safe for concurrent
// use.
func OnViolation(report func(Violation)) Option {
	return func(r *reporter) { r.violation = report }
}

// OnUnknown calls report for each property of a response that the contract does not have. Such properties are not
// violations, because Okta may add some at any time. report must be safe for concurrent use.
func OnUnknown(report func(Violation)) Option {
	return func(r *reporter) { r.unknown = report }
}

func newReporter(opts []Option) reporter {
	var r reporter
	for _, option := range opts {
		option(&r)
	}
	return r
}

// report reports violations, or returns the first one as an error.
func (r reporter) report(found []Violation) error {
	for _, v := range found {
		if r.violation == nil {
			return &v
		}
		r.violation(v)
	}
	return nil
}

// maxBody is the size in bytes of the largest body that is checked, which is also the largest that package api reads.
const maxBody = 16 << 20

// NewTransport returns a transport that checks every request before base sends it, and every response before it returns
// it. If one of them violates the contract, RoundTrip fails with a [*Violation]; an invalid request is not sent. With
// [OnViolation], the violation is reported instead. If base is nil, [http.DefaultTransport] is used.
//
// The transport reads a body to check it, and returns it byte for byte. A body that ends early or that is larger than
// 16 MiB, compressed or not, is not checked.
func NewTransport(base http.RoundTripper, opts ...Option) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return transport{base, newReporter(opts)}
}

type transport struct {
	base http.RoundTripper
	reporter
}

// Unwrap makes the password of the proxy of base known, so that package api can redact it.
func (t transport) Unwrap() http.RoundTripper { return t.base }

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = header.Watch(req)
	operation, violations := checkRequest(req)
	if err := t.report(violations); err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	resp, err := t.base.RoundTrip(req)
	if err != nil || operation == nil {
		return resp, err
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(body), readError{err}, resp.Body), resp.Body}
		return resp, nil
	}
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	violations = checkResponse(operation, req, header.Credentials(req), resp.StatusCode, resp.Header, body, t.unknown)
	if err := t.report(violations); err != nil {
		return nil, err
	}
	return resp, nil
}

// readError repeats the error that reading a body ended with, or is empty if there was none.
type readError struct{ err error }

func (r readError) Read([]byte) (int, error) { return 0, cmp.Or(r.err, io.EOF) }
