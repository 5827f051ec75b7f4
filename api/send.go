package api

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"

	"example.com/apptokens/gen"
)

// doer sends the requests of the generated client, and is the last to see them.
type doer struct {
	client *http.Client
	org    *url.URL
}

// newDoer copies client, whose owner may use it for other things.
func newDoer(client *http.Client, org *url.URL) doer {
	own := *client
	if own.Transport == nil {
		own.Transport = http.DefaultTransport
	}
	own.Transport = noRedirects{own.Transport}
	return doer{client: &own, org: org}
}

// Do refuses to send credentials anywhere but to the org, whatever an editor made of the request.
func (d doer) Do(req *http.Request) (*http.Response, error) {
	if !sameOrigin(req.URL, d.org) || req.URL.User != nil || req.URL.Opaque != "" || !strings.EqualFold(req.Host, d.org.Host) {
		return nil, invalid("request URL", req.URL.Redacted(), "an editor changed its origin, and credentials go to "+d.org.Host+" alone")
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return nil, transportError(req, err)
	}
	resp.Request = req // which transports other than net/http's may leave out
	return resp, nil
}

// noRedirects keeps net/http from following redirects: a DELETE that meets a 302 would become a GET, answer 200 and have
// revoked nothing. It hides the Location, for net/http fails on one that it cannot parse even if it is not to follow it.
type noRedirects struct{ http.RoundTripper }

func (t noRedirects) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.RoundTripper.RoundTrip(req)
	if err == nil && resp.Header["Location"] != nil {
		resp.Header[hiddenLocation] = resp.Header["Location"]
		delete(resp.Header, "Location")
	}
	return resp, err
}

// hiddenLocation is no header that a server could send.
const hiddenLocation = "Location, not followed"

// transportError tells errors that may pass from those that will not, and drops the request line that net/http puts
// before every error: this package's errors say what was asked for.
func transportError(req *http.Request, err error) error {
	var urlError *url.Error
	if errors.As(err, &urlError) {
		err = urlError.Err
	}
	var certificate *tls.CertificateVerificationError
	permanent := errors.As(err, &certificate) || errors.Is(err, http.ErrSchemeMismatch)
	if err = redacted(req, err); permanent {
		return err
	}
	return &transientError{err}
}

// sending watches whether an attempt gets as far as to a connection. Without one, nothing can have reached the server.
type sending struct{ asked, got atomic.Bool }

func (s *sending) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { s.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { s.got.Store(true) },
	})
}

// mayHaveArrived is also true for transports that do not tell.
func (s *sending) mayHaveArrived() bool { return s.got.Load() || !s.asked.Load() }

// defaultHeaders sets what the generated client leaves out. Without Accept, Okta may answer in another type.
func defaultHeaders(userAgent string) gen.RequestEditorFn {
	return func(_ context.Context, req *http.Request) error {
		req.Header.Set("Accept", "application/json")
		req.Header.Set("User-Agent", userAgent)
		return nil
	}
}
