package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"

	"example.com/apptokens/api/internal/argument"
	"example.com/apptokens/api/internal/origin"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/api/internal/text"
	"example.com/apptokens/gen"
)

// doer sends the requests of the generated client, and is the last to see them. It uses the transport and the cookie
// jar of an [http.Client], but not the client itself, which follows redirects: a DELETE that meets a 302 would become a
// GET, answer 200 and have revoked nothing.
type doer struct {
	client *http.Client
	org    *url.URL
}

// Do refuses to send credentials anywhere but to the org, whatever an editor made of the request.
func (d doer) Do(req *http.Request) (*http.Response, error) {
	if !origin.Same(req.URL, d.org) || req.URL.User != nil || req.URL.Opaque != "" || !strings.EqualFold(req.Host, d.org.Host) {
		return nil, argument.Invalid("request URL", req.URL.Redacted(), "an editor changed its origin, and credentials go to "+d.org.Host+" alone")
	}
	if d.client.Jar != nil {
		for _, cookie := range d.client.Jar.Cookies(req.URL) {
			req.AddCookie(cookie)
		}
	}
	resp, err := d.transport().RoundTrip(req)
	if err != nil {
		return nil, transportError(req, err)
	}
	if resp == nil {
		return nil, errors.New("the transport returned neither a response nor an error")
	}
	resp.Request = req // transports other than net/http's may leave out this and the body
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	if d.client.Jar != nil {
		d.client.Jar.SetCookies(req.URL, resp.Cookies())
	}
	return resp, nil
}

func (d doer) transport() http.RoundTripper {
	if d.client.Transport == nil {
		return http.DefaultTransport
	}
	return d.client.Transport
}

// isDialling tells an error that came before there was a connection.
func isDialling(err error) bool {
	var dial *net.OpError
	return errors.As(err, &dial) && dial.Op == "dial"
}

// transportError tells errors that may pass from those that will not.
func transportError(req *http.Request, err error) error {
	permanent := retry.IsPermanent(err)
	if errors.Is(err, io.EOF) { // all that net/http says
		err = fmt.Errorf("the connection broke before a response: %w", err)
	}
	if err = text.RedactError(err, credentials(req)...); permanent {
		return err
	}
	return retry.Transient(err)
}

// connection watches whether the request of an attempt gets as far as to one. Without it, nothing can have reached the
// server. What authorization sends before is not watched.
type connection struct {
	trace             httptrace.ClientTrace
	armed, asked, got atomic.Bool
}

func (c *connection) watch(ctx context.Context) context.Context {
	c.armed.Store(false)
	c.asked.Store(false)
	c.got.Store(false)
	if c.trace.GetConn == nil {
		c.trace.GetConn = func(string) { c.asked.Store(c.armed.Load()) }
		c.trace.GotConn = func(httptrace.GotConnInfo) { c.got.Store(c.armed.Load()) }
	}
	return httptrace.WithClientTrace(ctx, &c.trace)
}

// mayHaveCarried is also true for transports that do not tell.
func (c *connection) mayHaveCarried() bool { return c.got.Load() || !c.asked.Load() }

// defaultHeaders sets what the generated client leaves out. Without Accept, Okta may answer in another type.
func defaultHeaders(userAgent string) gen.RequestEditorFn {
	accept, agent := []string{"application/json"}, []string{userAgent} // shared by all requests
	return func(_ context.Context, req *http.Request) error {
		req.Header["Accept"], req.Header["User-Agent"] = accept, agent
		return nil
	}
}
