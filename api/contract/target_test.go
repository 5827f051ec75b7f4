package contract_test

import (
	"errors"
	"net/http"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oktatest"
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

// A transport in place of net/http's may leave out of a response what http.RoundTripper does not ask for.
func TestCheckThroughASparseTransport(t *testing.T) {
	t.Parallel()
	target := inProcess(newOrg())
	org := target.HTTPClient.Transport
	sparse := roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := org.RoundTrip(req)
		if resp.Request = nil; resp.ContentLength == 0 {
			resp.Body = nil
		}
		return resp, err
	})
	ignore := contract.OnViolation(func(contract.Violation) {})
	for _, transport := range []http.RoundTripper{sparse, contract.NewTransport(sparse, ignore)} {
		target.HTTPClient.Transport = transport
		report, err := contract.Check(t.Context(), target)
		if err != nil || report.Count(contract.Passed) == 0 || report.Count(contract.Failed) > 0 {
			t.Errorf("%v, %+v", err, report.Results)
		}
	}
}
