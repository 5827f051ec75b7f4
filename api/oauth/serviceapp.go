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

// ServiceApp is an [api.Auth] that authorizes as an OAuth 2.0 service app of Okta. Make one with [NewServiceApp]. It is
// safe for concurrent use; one per org and client is best, since its token and its DPoP key are shared by all that use
// it.
type ServiceApp struct {
	// Pointers, for fmt prints them as addresses: whatever is printed, keys and tokens stay inside.
	endpoint *endpoint
	cache    *cache
	prover   *prover // nil without DPoP
}

var _ api.Auth = (*ServiceApp)(nil)

// NewServiceApp returns the authorization of a service app, for requests to the org at orgURL (see [api.ParseOrgURL]).
// clientID is the app's. key is the private half of a key that is registered with the app: RSA of 2048 bits or more,
// or ECDSA on P-256, P-384 or P-521. Only its Public and Sign methods are used, so it may live in a KMS or an HSM;
// [ParsePrivateKey] reads one that does not.
//
// NewServiceApp sends nothing. The first request that is authorized gets a token. What cannot be right is
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

// Authorize adds an access token to req, after getting one if there is none that lives long enough, and with DPoP a
// proof that is made for this request alone. It refuses requests to another origin than the org's. If it fails at the
// token endpoint, the error is an [*Error].
//
// Any number of callers that need a token wait for the same token request, each until its own context ends.
func (s *ServiceApp) Authorize(ctx context.Context, req *http.Request) error {
	if org := s.endpoint.org; !check.SameOrigin(req.URL, org) {
		return check.Invalid("request to", req.URL.Scheme+"://"+req.URL.Host, "this service app authorizes requests to "+org.Scheme+"://"+org.Host+" alone")
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

// Observe learns from a response to an authorized request: the server's clock, the DPoP nonce to use from now on, and
// whether the token was refused. It asks for another attempt if a new nonce, a new proof or a new token may help. An
// [api.Client] calls it; with another client, call it yourself and repeat the request if it says so.
//
// A token that is refused is replaced, but not its replacement: Okta also answers 401 to what no token would change.
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

// String names the app and its token endpoint, and nothing that is secret.
func (s *ServiceApp) String() string {
	return "oauth.ServiceApp(" + s.endpoint.clientID + " at " + s.endpoint.url + ")"
}
