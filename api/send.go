package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/api/internal/text"
)

// sender sends the requests of the generated client. It uses the transport and the cookie jar of an [http.Client], but not
// the client itself, which follows redirects: a DELETE that meets a 302 would become a GET, answer 200 and have revoked
// nothing.
type sender struct {
	client  *http.Client
	timeout time.Duration // from here to the last byte of the response
}

// Do makes one HTTP request. The response ends with the timeout, or when its body is closed.
func (s sender) Do(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeoutCause(req.Context(), s.timeout, timeoutError{"no complete response", s.timeout})
	var arrival arrival
	sent := req.WithContext(httptrace.WithClientTrace(ctx, arrival.trace()))
	if s.client.Jar != nil {
		for _, cookie := range s.client.Jar.Cookies(req.URL) {
			sent.AddCookie(cookie)
		}
	}
	resp, err := s.transport().RoundTrip(sent)
	if err != nil {
		defer cancel()
		return nil, s.failed(sent, err, arrival.possible())
	}
	if resp == nil {
		cancel()
		return nil, errors.New("the transport returned neither a response nor an error")
	}
	if resp.Body == nil { // transports other than net/http's may leave out this and the request
		resp.Body = http.NoBody
	}
	resp.Body = &body{resp.Body, ctx, cancel}
	resp.Request = sent
	if s.client.Jar != nil {
		s.client.Jar.SetCookies(req.URL, resp.Cookies())
	}
	return resp, nil
}

func (s sender) transport() http.RoundTripper {
	if s.client.Transport == nil {
		return defaultTransport()
	}
	return s.client.Transport
}

// defaultTransport is net/http's with as many idle connections as there may be calls under way: with net/http's two for a
// host, most connections of concurrent calls are closed after one request.
var defaultTransport = sync.OnceValue(func() http.RoundTripper {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	transport = transport.Clone()
	transport.MaxIdleConnsPerHost = transport.MaxIdleConns
	return transport
})

// checkTarget refuses to send credentials, or another request, anywhere but where the operation leads, whatever an editor
// made of the request.
func (c *Client) checkTarget(req *http.Request, method, path string) error {
	switch {
	case !check.SameOrigin(req.URL, c.org) || req.URL.User != nil || req.URL.Opaque != "" || !strings.EqualFold(req.Host, c.org.Host):
		return check.Invalid("request URL", req.URL.Redacted(), "an editor changed its origin, and credentials go to "+c.org.Host+" alone")
	case req.Method != method || req.URL.EscapedPath() != path:
		return check.Invalid("request", req.Method+" "+req.URL.EscapedPath(), "an editor changed its method or path, which are "+method+" "+path)
	}
	return nil
}

// arrivedError marks the error of a request that may have reached the server.
type arrivedError struct{ error }

func (e arrivedError) Unwrap() error { return e.error }

// mayHaveArrived reports whether a request that failed may have reached the server.
func mayHaveArrived(err error) bool { return errors.As(err, new(arrivedError)) }

// failed tells errors that may pass from those that will not.
func (s sender) failed(req *http.Request, err error, arrived bool) error {
	permanent := retry.IsPermanent(err)
	switch {
	case req.Context().Err() != nil:
		err = context.Cause(req.Context())
	case errors.Is(err, io.EOF): // all that net/http says
		err = fmt.Errorf("the connection broke before a response: %w", err)
	}
	err = text.RedactError(err, append(credentials(req), s.proxySecrets(req)...)...)
	if permanent {
		return err
	}
	if arrived {
		err = arrivedError{err}
	}
	return retry.Transient(err)
}

// proxySecrets returns the password of the proxy, which may repeat it in its answer.
func (s sender) proxySecrets(req *http.Request) (secrets []string) {
	transport, ok := s.transport().(*http.Transport)
	if !ok || transport.Proxy == nil {
		return nil
	}
	if proxy, err := transport.Proxy(req); err == nil && proxy != nil && proxy.User != nil {
		password, _ := proxy.User.Password()
		secrets = []string{password, url.QueryEscape(password)}
	}
	return secrets
}

// body is the body of a response, which ends with the time for it.
type body struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelFunc
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		if b.ctx.Err() != nil {
			err = context.Cause(b.ctx)
		}
		err = retry.Transient(arrivedError{fmt.Errorf("the response ended early: %w", err)})
	}
	return n, err
}

func (b *body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

// arrival watches whether a request gets as far as to a connection. Without one, nothing can have reached the server.
type arrival struct{ asked, got atomic.Bool }

func (a *arrival) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { a.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { a.got.Store(true) },
	}
}

// possible is also true for transports that do not tell.
func (a *arrival) possible() bool { return a.got.Load() || !a.asked.Load() }

// timeoutError is the end of an attempt that took too long. It is not a context error: the caller's context is still live.
type timeoutError struct {
	what   string
	within time.Duration
}

func (e timeoutError) Error() string { return fmt.Sprintf("%s within %v", e.what, e.within) }

// Timeout and Temporary make it a net.Error.
func (e timeoutError) Timeout() bool { return true }

func (e timeoutError) Temporary() bool { return true }
