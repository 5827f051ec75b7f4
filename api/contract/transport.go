package contract

import (
	"bytes"
	"io"
	"net/http"
)

// Option configures [NewTransport] and [Handler].
type Option func(*reporter)

// reporter decides what becomes of violations.
type reporter struct {
	violation func(Violation) // nil for failing
	unknown   func(Violation)
}

// OnViolation calls report for each violation and lets the traffic pass as it is. report must be safe for concurrent
// use.
func OnViolation(report func(Violation)) Option {
	return func(r *reporter) { r.violation = report }
}

// OnUnknown calls report for each property of a response that the contract does not know. They are allowed, because
// Okta adds some at any time. report must be safe for concurrent use.
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

// maxBody is the largest body that is checked, in bytes: what package api reads of one.
const maxBody = 16 << 20

// NewTransport returns a transport that checks every request before base sends it, and every response before the caller
// sees it. A violation is the error of the call, a [*Violation]; a request that violates the contract is not sent. With
// [OnViolation] it is reported instead. base is [http.DefaultTransport] if it is nil.
//
// A body is read before it is checked, and handed over byte for byte. One that breaks off, or that is larger than 16
// MiB, compressed or not, is handed over unchecked, with its error.
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

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	o, found := checkRequest(req)
	if err := t.report(found); err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	resp, err := t.base.RoundTrip(req)
	if err != nil || o == nil {
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
		}{io.MultiReader(bytes.NewReader(body), brokenOff{err}, resp.Body), resp.Body}
		return resp, nil
	}
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	found = checkResponse(o, req, secretsOf(req.Header), resp.StatusCode, resp.Header, body, t.unknown)
	if err := t.report(found); err != nil {
		return nil, err
	}
	return resp, nil
}

// brokenOff repeats the error by which a body ended.
type brokenOff struct{ err error }

func (b brokenOff) Read([]byte) (int, error) {
	if b.err == nil {
		return 0, io.EOF // there is more
	}
	return 0, b.err
}
