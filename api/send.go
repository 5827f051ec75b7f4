package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/header"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/api/internal/text"
)

// sender sends the requests of the generated client. It is not an [http.Client], which follows redirects: a DELETE that
// is answered with a 302 would become a GET, be answered with 200 and have revoked nothing.
type sender struct {
	transport http.RoundTripper
	jar       http.CookieJar // nil for none
	timeout   time.Duration  // from here to the last byte of the response
}

// Do makes one HTTP request. The context of the response ends with the timeout, or when its body is closed.
func (s sender) Do(req *http.Request) (*http.Response, error) {
	ctx, cancel := retry.WithTimeout(req.Context(), s.timeout, "no complete response")
	var asked, connected atomic.Bool
	sent := header.Watch(req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})))
	if s.jar != nil {
		for _, cookie := range s.jar.Cookies(req.URL) {
			sent.AddCookie(cookie)
		}
	}
	resp, err := s.transport.RoundTrip(sent)
	if err != nil {
		defer cancel()
		// Without a connection, nothing can have reached the server. Transports other than net/http's may not report theirs.
		_, reports := s.transport.(*http.Transport)
		return nil, s.failed(sent, err, connected.Load() || !asked.Load() && !reports)
	}
	if resp == nil {
		cancel()
		return nil, errors.New("the transport returned neither a response nor an error")
	}
	if resp.Body == nil { // transports other than net/http's may leave out this and the request
		resp.Body = http.NoBody
	}
	resp.Body = &body{resp.Body, sent, cancel}
	resp.Request = sent
	if s.jar != nil {
		s.jar.SetCookies(req.URL, resp.Cookies())
	}
	return resp, nil
}

var transports sync.Map // clones of net/http.DefaultTransport, by the original; all clients share them

// defaultTransport returns net/http's transport with as many idle connections per host as there may be calls: with
// net/http's two, most connections of concurrent calls are closed after one request.
func defaultTransport() http.RoundTripper {
	original, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	transport := original.Clone()
	transport.MaxIdleConnsPerHost = transport.MaxIdleConns
	shared, _ := transports.LoadOrStore(original, transport)
	return shared.(*http.Transport)
}

// checkTarget returns an error if an editor changed where the request leads: credentials go to the org alone, and the
// method and path are those of the operation.
func (c *Client) checkTarget(req *http.Request, method, path string) error {
	target := cmp.Or(req.URL, new(url.URL)) // an editor may have removed it
	ledAway := func(what, value string) error {
		return check.Invalid(what, value, "an editor changed it, and credentials go to "+c.org.Host+" alone")
	}
	switch {
	case !check.SameOrigin(&url.URL{Scheme: c.org.Scheme, Host: req.Host}, c.org):
		return ledAway("Host of the request", req.Host)
	case !check.SameOrigin(target, c.org) || target.User != nil || target.Opaque != "":
		return ledAway("request URL", target.Redacted())
	case req.Method != method || target.EscapedPath() != path:
		why := "an editor changed its method or path, which are " + method + " " + path
		return check.Invalid("request", req.Method+" "+target.EscapedPath(), why)
	}
	return nil
}

// arrivedError marks the error of a request that may have reached the server.
type arrivedError struct{ error }

func (e arrivedError) Unwrap() error { return e.error }

// mayHaveArrived reports whether a request that failed may have reached the server.
func mayHaveArrived(err error) bool {
	return retry.IsTransient(err) && errors.As(err, new(arrivedError))
}

// failed returns the error of a request without a response. It is marked if it may be retried, and if the request may
// have arrived.
func (s sender) failed(req *http.Request, err error, arrived bool) error {
	permanent := retry.IsPermanent(err)
	if errors.Is(err, io.EOF) { // net/http's error says no more than that
		err = fmt.Errorf("the connection broke before a response: %w", err)
	}
	err = retry.RequestError(req.Context(), err)
	err = text.RedactError(err, append(header.Credentials(req), header.ProxyCredentials(s.transport, req)...)...)
	if permanent {
		return err
	}
	if arrived {
		err = arrivedError{err}
	}
	return retry.Transient(err)
}

// body is the body of a response. Closing it ends the context of the response.
type body struct {
	io.ReadCloser
	req    *http.Request
	cancel context.CancelFunc
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = retry.RequestError(b.req.Context(), err)
		err = text.RedactError(err, header.Credentials(b.req)...) // net/http quotes malformed trailers
		err = retry.Transient(fmt.Errorf("the response ended early: %w", err))
	}
	return n, err
}

func (b *body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
