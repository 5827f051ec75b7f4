package oauth

import (
	"context"
	"crypto"
	"fmt"
	"net/http"
	"strings"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/retry"
)

// ServiceApp is an [api.Auth] that authorizes requests as an OAuth 2.0 service app of Okta. Make one with
// [NewServiceApp]. It is safe for concurrent use. All clients of an org should share one, and with it its access token
// and DPoP key.
type ServiceApp struct {
	// These are pointers, because fmt prints pointers as addresses and so never shows a key or a token.
	endpoint *endpoint
	cache    *cache
	prover   *prover // nil without DPoP
}

var _ api.Auth = (*ServiceApp)(nil)

// NewServiceApp returns a [ServiceApp] that authorizes requests to the org at orgURL (see [api.ParseOrgURL]). clientID
// is the client ID of the app. key is the private key for a public key that is registered with the app: RSA of 2048
// bits or more, or ECDSA on P-256, P-384 or P-521. Only its Public and Sign methods are used, so it may live in a KMS
// or an HSM; [ParsePrivateKey] parses one that does not.
//
// NewServiceApp sends nothing; the first request to be authorized gets a token. If an argument is invalid, the error is
// [api.ErrInvalidArgument].
func NewServiceApp(orgURL, clientID string, key crypto.Signer, opts ...Option) (*ServiceApp, error) {
	s, err := newSettings(orgURL, clientID, key, opts)
	if err != nil {
		return nil, fmt.Errorf("apptokens: new service app: %w", err)
	}
	clock := &clock{}
	assertions, err := newAsserter(s, clock)
	if err != nil {
		return nil, fmt.Errorf("apptokens: new service app: %w", err)
	}
	var proofs *prover
	if s.dpop {
		if proofs, err = newProver(s.dpopKey, clock); err != nil {
			return nil, fmt.Errorf("apptokens: new service app: %w", err)
		}
	}
	endpoint := &endpoint{settings: s, asserter: assertions, prover: proofs, clock: clock, budget: retry.NewBudget()}
	return &ServiceApp{endpoint: endpoint, cache: &cache{mint: endpoint.mint}, prover: proofs}, nil
}

// Authorize adds an access token to req and, with DPoP, a proof for this request only. It gets a new token if there is
// none or if the current one is about to expire; the error of the token endpoint is an [*Error]. Callers that need a
// token at the same time wait for the same token request, each until its own context ends.
//
// Authorize rejects a request to any other origin than the org's with [api.ErrInvalidArgument].
func (s *ServiceApp) Authorize(ctx context.Context, req *http.Request) error {
	if org := s.endpoint.org; !check.SameOrigin(req.URL, org) {
		return check.Invalid("request to", req.URL.Scheme+"://"+req.URL.Host,
			"this service app authorizes only requests to "+org.Scheme+"://"+org.Host)
	}
	token, err := s.cache.get(ctx)
	if err != nil {
		return err
	}
	if s.prover == nil {
		req.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
	proof, err := s.prover.prove(req, token)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "DPoP "+token)
	req.Header.Set("DPoP", proof)
	return nil
}

// Observe learns the server's clock, the next DPoP nonce, and whether the token was accepted from the response to an
// authorized request. It reports whether to make another attempt, because a new nonce, proof or token may help. An
// [api.Client] calls Observe; with another client, call it yourself, and repeat the request if it returns true.
//
// After a 401 that does not concern the proof, the next attempt gets a new token. If that token draws a 401, too,
// within a minute and before any response has accepted it, Observe returns false, because Okta also answers 401 for
// reasons other than the token.
func (s *ServiceApp) Observe(resp *http.Response) (again bool) {
	s.endpoint.clock.learn(resp.Header)
	if resp.Request == nil {
		return false
	}
	if s.prover != nil && s.prover.observe(resp) {
		return true
	}
	_, token, _ := strings.Cut(resp.Request.Header.Get("Authorization"), " ")
	switch {
	case resp.StatusCode == http.StatusUnauthorized:
		return s.cache.refused(token, strings.Contains(challenge(resp), "invalid_token"))
	case resp.StatusCode < 300, resp.StatusCode == http.StatusForbidden, resp.StatusCode == http.StatusNotFound:
		s.cache.accepted(token)
	}
	return false
}

// String returns the client ID and the token endpoint, and no secret.
func (s *ServiceApp) String() string {
	return "oauth.ServiceApp(" + s.endpoint.clientID + " at " + s.endpoint.url + ")"
}
