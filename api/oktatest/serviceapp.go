package oktatest

import (
	"crypto"
	"crypto/sha256"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// ServiceApp is an OAuth 2.0 service app of an [Org], for [WithServiceApp].
type ServiceApp struct {
	ClientID string
	Keys     map[string]crypto.PublicKey // by key id; a single key may have the id ""
	Scopes   []string                    // granted; nil means okta.apps.read and okta.apps.manage
	// DPoPOptional lets the app have bearer tokens, if it sends no proof.
	DPoPOptional bool
}

// WithServiceApp registers a service app, which can then get access tokens at /oauth2/v1/token. It may be given several
// times.
func WithServiceApp(app ServiceApp) Option {
	if app.Scopes == nil {
		app.Scopes = []string{readScope, manageScope}
	}
	return func(c *config) { c.serviceApps[app.ClientID] = app }
}

// WithResourceNonce demands a nonce in the DPoP proofs of API requests too, which Okta does not do yet.
func WithResourceNonce() Option { return func(c *config) { c.resourceNonce = true } }

// RotateNonce makes the org want another nonce from now on. (Okta rotates daily, and takes an old one for three days.)
func (o *Org) RotateNonce() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.nonce = randomID(o.random, "nonce")
}

// RevokeAccessTokens revokes the access tokens that service apps were granted.
func (o *Org) RevokeAccessTokens() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.accessTokens = newRecent[string, accessToken](maxAccessTokens)
}

const (
	readScope   = "okta.apps.read"
	manageScope = "okta.apps.manage"

	tokenPath     = "/oauth2/v1/token"
	tokenLifetime = time.Hour
	// maxAssertionLifetime: see https://developer.okta.com/docs/api/openapi/okta-oauth/guides/client-auth/.
	maxAssertionLifetime = time.Hour
	// Bounds of what is remembered, far beyond what clients need.
	maxAccessTokens = 10_000
	maxUsed         = 100_000
	// clockTolerance is for clients whose clock is a little ahead.
	clockTolerance = 5 * time.Second
)

// algorithms are those that Okta takes, for assertions and for proofs.
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.ES256, jose.ES384, jose.ES512}

// accessToken is what the org knows of one.
type accessToken struct {
	scopes     []string
	expires    time.Time // zero for never
	thumbprint string    // of the key that it is bound to; empty for a bearer token
}

// refusal is the error object of the token endpoint.
type refusal struct {
	status      int
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func invalidClient(description string) *refusal {
	return &refusal{http.StatusUnauthorized, "invalid_client", description}
}

func badRequest(code, description string) *refusal {
	return &refusal{http.StatusBadRequest, code, description}
}

// serveTokenRequest answers at the token endpoint.
func (o *Org) serveTokenRequest(a *response, r *http.Request, form url.Values, now time.Time) {
	new(limiter).take(now, a.header) // counts nothing, but writes the headers
	granted, refused := o.grant(r, form, now)
	if refused != nil {
		if refused.Code == "use_dpop_nonce" {
			a.header.Set("DPoP-Nonce", o.nonce)
		}
		a.json(refused.status, refused)
		return
	}
	a.header.Set("DPoP-Nonce", o.nonce)
	value := randomID(o.random, "access-token-")
	o.accessTokens.add(value, *granted)
	kind := "Bearer"
	if granted.thumbprint != "" {
		kind = "DPoP"
	}
	a.json(http.StatusOK, map[string]any{
		"token_type": kind, "expires_in": int(tokenLifetime.Seconds()), "access_token": value,
		"scope": strings.Join(granted.scopes, " "),
	})
}

func (o *Org) grant(r *http.Request, form url.Values, now time.Time) (*accessToken, *refusal) {
	const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	endpoint := baseURL(r) + tokenPath
	switch {
	case r.ContentLength != 0 && !isForm(r):
		return nil, badRequest("invalid_request", "The request body must be form-encoded.")
	case repeats(form):
		return nil, badRequest("invalid_request", "A parameter is there twice.")
	case form.Get("grant_type") != "client_credentials":
		return nil, badRequest("unsupported_grant_type", "The grant type is not supported by the authorization server.")
	case form.Get("client_assertion_type") != assertionType:
		return nil, invalidClient("The client_assertion_type must be " + assertionType + ".")
	}
	app, refused := o.checkAssertion(form.Get("client_assertion"), endpoint, now)
	if refused != nil {
		return nil, refused
	}
	if id := form.Get("client_id"); id != "" && id != app.ClientID {
		return nil, invalidClient("The client_id is not the one of the client_assertion.")
	}
	token := &accessToken{expires: now.Add(tokenLifetime)}
	if len(r.Header.Values("DPoP")) == 0 && !app.DPoPOptional {
		return nil, badRequest("invalid_dpop_proof", "The DPoP proof JWT header is missing.")
	}
	if len(r.Header.Values("DPoP")) > 0 {
		proof, problem := o.checkProof(r, endpoint, now)
		switch {
		case problem != "":
			return nil, badRequest("invalid_dpop_proof", problem)
		case proof.Nonce != o.nonce:
			return nil, badRequest("use_dpop_nonce", "Authorization server requires nonce in DPoP proof.")
		}
		token.thumbprint = proof.thumbprint
	}
	token.scopes, refused = app.narrow(strings.Fields(form.Get("scope")))
	return token, refused
}

func isForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/x-www-form-urlencoded"
}

func repeats(form url.Values) bool {
	for _, values := range form {
		if len(values) > 1 {
			return true
		}
	}
	return false
}

// narrow leaves out scopes that the app was not granted. Like Okta, it reports that only if no scope is left.
func (app ServiceApp) narrow(scopes []string) ([]string, *refusal) {
	for _, scope := range scopes {
		if !strings.HasPrefix(scope, "okta.") && !slices.Contains(app.Scopes, scope) {
			return nil, badRequest("invalid_scope",
				"One or more scopes are not configured for the authorization server resource.")
		}
	}
	var granted []string
	for _, scope := range app.Scopes {
		if slices.Contains(scopes, scope) {
			granted = append(granted, scope)
		}
	}
	switch {
	case len(scopes) == 0:
		return nil, badRequest("invalid_scope", "The scope parameter is missing.")
	case len(granted) == 0:
		return nil, badRequest("consent_required", "You are not allowed any of the requested scopes.")
	}
	return granted, nil
}

// checkAssertion returns the app that a request comes from.
func (o *Org) checkAssertion(assertion, endpoint string, now time.Time) (ServiceApp, *refusal) {
	parsed, err := jwt.ParseSigned(assertion, algorithms)
	var claims jwt.Claims
	if err != nil || parsed.UnsafeClaimsWithoutVerification(&claims) != nil {
		return ServiceApp{}, invalidClient(
			"The client_assertion is not a JWT that is signed with one of the supported algorithms.")
	}
	app, known := o.serviceApps[claims.Issuer]
	key, registered := app.Keys[parsed.Headers[0].KeyID]
	refuse := func(description string) (ServiceApp, *refusal) { return ServiceApp{}, invalidClient(description) }
	switch {
	case !known:
		return refuse("The iss claim of the client_assertion is not the ID of a service app.")
	case !registered:
		return refuse("The client_assertion names no key of the app.")
	case parsed.Claims(key, &claims) != nil:
		return refuse("The signature of the client_assertion is invalid.")
	case claims.Subject != claims.Issuer:
		return refuse("The sub claim of the client_assertion must be the client_id.")
	case !slices.Equal(claims.Audience, jwt.Audience{endpoint}):
		return refuse("The aud claim of the client_assertion must be " + endpoint + ".")
	case claims.Expiry == nil || !claims.Expiry.Time().After(now):
		return refuse("The client_assertion has expired.")
	case claims.Expiry.Time().After(now.Add(maxAssertionLifetime)):
		return refuse("The client_assertion lives longer than an hour.")
	case claims.IssuedAt != nil && claims.IssuedAt.Time().After(now.Add(clockTolerance)):
		return refuse("The client_assertion was issued in the future.")
	case claims.NotBefore != nil && claims.NotBefore.Time().After(now.Add(clockTolerance)):
		return refuse("The client_assertion is not valid yet.")
	case claims.ID != "" && !o.first("assertion "+claims.Issuer+" "+claims.ID):
		return refuse("The client_assertion has been used before.")
	}
	return app, nil
}

// first reports whether an id that may be used once is new. Its hash is what is kept: ids have any length.
func (o *Org) first(id string) bool {
	key := sha256.Sum256([]byte(id))
	if _, used := o.used.entries[key]; used {
		return false
	}
	o.used.add(key, struct{}{})
	return true
}
