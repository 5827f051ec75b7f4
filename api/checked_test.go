//go:build contract

package api_test

import (
	"net/http"
	"slices"
	"testing"

	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oktatest"
)

// checked holds all traffic with the org to the contract, except for the responses that a fault has spoilt: the client's
// requests, and what the org answers to them.
func checked(t *testing.T, org *oktatest.Org) http.RoundTripper {
	return contract.NewTransport(org.Transport(), contract.OnViolation(func(v contract.Violation) {
		spoilt := slices.ContainsFunc(org.Requests(), func(r oktatest.Request) bool { return r.Fault != "" && r.ID == v.RequestID })
		if v.RequestID == "" || !spoilt {
			t.Errorf("%s %s: %v", v.Method, v.Path, &v)
		}
	}))
}
