package contract_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oauth"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// A mock in another container is checked over http if that was asked for.
func TestPlainHTTPIsForThoseWhoAskForIt(t *testing.T) {
	t.Parallel()
	org := oktatest.New()
	target := contract.Target{
		URL: "http://okta-mock:8080", Auth: api.APIToken(oktatest.DefaultAPIToken),
		HTTPClient: &http.Client{Transport: org.Transport()},
	}
	if _, err := contract.Check(t.Context(), target); !errors.Is(err, api.ErrInvalidArgument) || len(org.Requests()) > 0 {
		t.Errorf("unasked: %v", err)
	}
	target.PlainHTTP = true
	if report, err := contract.Check(t.Context(), target); err != nil || report.URL != target.URL ||
		len(org.Requests()) == 0 {
		t.Errorf("asked for: %v, %+v", err, report)
	}
}

// tracked is a body that is counted as long as it is open.
type tracked struct {
	io.ReadCloser
	open *int
}

func (b tracked) Close() error {
	*b.open--
	return b.ReadCloser.Close()
}

// A transport in place of net/http's may leave out of a response what http.RoundTripper does not ask for. Its bodies are
// closed.
func TestCheckThroughASparseTransport(t *testing.T) {
	t.Parallel()
	open, target := 0, inProcess(newOrg())
	org := target.HTTPClient.Transport
	sparse := roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := org.RoundTrip(req)
		resp.Request = nil
		if resp.ContentLength == 0 {
			resp.Body = nil
			return resp, err
		}
		open++
		resp.Body = tracked{resp.Body, &open}
		return resp, err
	})
	ignore := contract.OnViolation(func(contract.Violation) {})
	for _, transport := range []http.RoundTripper{sparse, contract.NewTransport(sparse, ignore)} {
		target.HTTPClient.Transport = transport
		report, err := contract.Check(t.Context(), target)
		if err != nil || report.Count(contract.Passed) == 0 || report.Count(contract.Failed) > 0 || open != 0 {
			t.Errorf("%v, %d bodies are open, %+v", err, open, report.Results)
		}
	}
}

// A check that its context ends says which probe that interrupted, and whether it may have revoked tokens.
func TestCheckEndsWithItsContext(t *testing.T) {
	t.Parallel()
	slow, impatient := oktatest.SlowFirstByte(20*time.Second), errors.New("no time left")
	for name, test := range map[string]struct {
		fault  oktatest.Fault
		passed bool // some probes
		detail string
	}{
		"at the first request": {slow, false, "interrupted"},
		"while it reads":       {slow.After(5), true, "interrupted"},
		"while it revokes":     {slow.On("DELETE"), true, "interrupted; tokens may have been revoked"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := newOrg()
				org.Inject(test.fault)
				ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, impatient)
				defer cancel()
				report, err := contract.Check(ctx, inProcess(org))
				last := report.Results[len(report.Results)-1]
				if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, impatient) ||
					(report.Count(contract.Passed) > 0) != test.passed || report.Count(contract.Failed) != 0 ||
					report.Count(contract.Errored) != 1 || last.Outcome != contract.Errored || last.Detail != test.detail {
					t.Errorf("%v, %+v", err, report.Results)
				}
			})
		})
	}
}

// A service app without an HTTP client of its own gets its tokens by the target's, as it does with package api.
func TestTokenRequestsGoByTheTargetsHTTPClient(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	target := inProcess(oktatest.New(oktatest.WithApp("0oa1", gen.ListTokensLimitDefault+5), oktatest.WithServiceApp(
		oktatest.ServiceApp{ClientID: "0oaService", Keys: map[string]crypto.PublicKey{"": key.Public()}})))
	target.Auth, err = oauth.NewServiceApp(orgURL, "0oaService", key)
	if err != nil {
		t.Fatal(err)
	}
	target.Denied = nil
	report, err := contract.Check(t.Context(), target)
	if err != nil || report.Count(contract.Passed) == 0 || report.Count(contract.Failed)+report.Count(contract.Errored) > 0 {
		t.Errorf("%v, %+v", err, report.Results)
	}
}
