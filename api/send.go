package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"

	"example.com/apptokens/gen"
)

// doer sends the requests of the generated client, and is the last to see them.
type doer struct {
	client *http.Client
	org    *url.URL
}

// newDoer copies client, whose owner may use it for other things, and takes from the copy the habit of following
// redirects: a DELETE that meets a 302 would become a GET, answer 200 and have revoked nothing.
func newDoer(client *http.Client, org *url.URL) doer {
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return doer{client: &own, org: org}
}

// Do refuses to send credentials anywhere but to the org, whatever an editor made of the URL.
func (d doer) Do(req *http.Request) (*http.Response, error) {
	if !sameOrigin(req.URL, d.org) || req.URL.User != nil {
		return nil, invalid("request URL", req.URL.Redacted(), "an editor changed its origin, and credentials go to "+d.org.Host+" alone")
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return nil, transportError(err)
	}
	resp.Request = req // which transports other than net/http's may leave out
	return resp, nil
}

// transportError tells errors that may pass from those that will not, and drops the request line that net/http puts
// before every error: this package's errors say what was asked for.
func transportError(err error) error {
	var urlError *url.Error
	if errors.As(err, &urlError) {
		err = urlError.Err
	}
	var (
		certificate *tls.CertificateVerificationError
		roots       x509.SystemRootsError
		plainText   tls.RecordHeaderError // the server does not speak TLS
	)
	if errors.As(err, &certificate) || errors.As(err, &roots) || errors.As(err, &plainText) {
		return err
	}
	return &transientError{err}
}

// maybeDone tells whether the server may have carried out a request whose attempt failed like this. A 503 is the
// server's refusal to try.
func (o outcome) maybeDone() bool {
	switch o.status {
	case 0:
		var dial *net.OpError
		return isTransient(o.err) && !(errors.As(o.err, &dial) && dial.Op == "dial")
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// defaultHeaders sets what the generated client leaves out. Without Accept, Okta may answer in another type.
func defaultHeaders(userAgent string) gen.RequestEditorFn {
	return func(_ context.Context, req *http.Request) error {
		req.Header.Set("Accept", "application/json")
		req.Header.Set("User-Agent", userAgent)
		return nil
	}
}

// closeBody drains what little may be left of the body, so that the connection can be used again.
func closeBody(resp *http.Response) {
	_, _ = io.CopyN(io.Discard, resp.Body, 4<<10)
	_ = resp.Body.Close()
}
