//go:build !contract

package api_test

import (
	"net/http"
	"testing"

	"example.com/apptokens/api/oktatest"
)

// checked returns the org's transport. With the build tag contract, it also holds all traffic to the contract.
func checked(_ *testing.T, org *oktatest.Org) http.RoundTripper { return org.Transport() }
