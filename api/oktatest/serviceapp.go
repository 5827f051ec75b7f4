package oktatest

import (
	"cmp"
	"crypto"
	"crypto/sha256"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"

	"example.com/apptokens/api/internal/jws"
)

// ServiceApp is an OAuth 2.0 service app of an [Org], for [WithServiceApp].
type ServiceApp struct {
	ClientID string
	Keys     map[string]crypto.PublicKey // by key ID; a single key may have the ID ""
	Scopes   []string                    // granted scopes; nil means okta.apps.read and okta.apps.manage
	// DPoPOptional grants a bearer token to a request without a proof.
	DPoPOptional bool
	// TokenLifetime is how long an access token is valid, in whole seconds; zero means an hour, as at Okta.
	TokenLifetime time.Duration
}

// WithServiceApp registers a service app, which then gets access tokens at /oauth2/v1/token. It may be given several
// times.
func WithServiceApp(app ServiceApp) Option {
	if app.Scopes == nil {
		app.Scopes = []string{readScope, manageScope}
	}
	return func(c *config) { c.serviceApps[app.ClientID] = app }
}

// WithResourceNonce makes the org require a nonce in the DPoP proofs of API requests, too. Okta does not do so today.
func WithResourceNonce() Option { return func(c *config) { c.resourceNonce = true } }

// RotateNonce replaces the nonce that DPoP proofs must contain. (Okta rotates it daily, and accepts an old one for
// three days.)
func (o *Org) RotateNonce() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.nonce = randomID(o.random, "nonce")
}

// RevokeAccessTokens revokes all access tokens that service apps were granted.
func (o *Org) RevokeAccessTokens() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.accessTokens = newRecent[string, accessToken](maxAccessTokens)
}

const (
	readScope   = "okta.apps.read"
	manageScope = "okta.apps.manage"

	tokenPath            = "/oauth2/v1/token"
	defaultTokenLifetime = time.Hour
	// maxAssertionLifetime: see https://developer.okta.com/docs/api/openapi/okta-oauth/guides/client-auth/.
	maxAssertionLifetime = time.Hour
	// These bound what is remembered, far above what clients need.
	maxAccessTokens = 10_000
	maxUsed         = 100_000
	// clockTolerance is how far a client's clock may be ahead.
	clockTolerance = 5 * time.Second
)

// accessToken is what the org knows about an access token.
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

// serveTokenRequest answers a request to the token endpoint.
func (o *Org) serveTokenRequest(answer *response, r *http.Request, form url.Values, now time.Time) {
	new(limiter).take(now, answer.header) // writes the headers, and does not limit
	granted, refused := o.grant(r, form, now)
	if refused == nil || refused.Code == "use_dpop_nonce" {
		answer.header.Set("DPoP-Nonce", o.nonce)
	}
	if refused != nil {
		answer.json(refused.status, refused)
		return
	}
	value := randomID(o.random, "access-token-")
	o.accessTokens.add(value, *granted)
	kind := "Bearer"
	if granted.thumbprint != "" {
		kind = "DPoP"
	}
	answer.json(http.StatusOK, map[string]any{
		"token_type": kind, "expires_in": int(granted.expires.Sub(now).Seconds()), "access_token": value,
		"scope": strings.Join(granted.scopes, " "),
	})
}

// grant returns the access token that a token request is granted.
func (o *Org) grant(r *http.Request, form url.Values, now time.Time) (*accessToken, *refusal) {
	const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	endpoint := baseURL(r) + tokenPath
	switch {
	case r.ContentLength != 0 && !isForm(r):
		return nil, badRequest("invalid_request", "The request body must be form-encoded.")
	case repeats(form):
		return nil, badRequest("invalid_request", "A parameter is repeated.")
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
	token := &accessToken{expires: now.Add(cmp.Or(app.TokenLifetime, defaultTokenLifetime))}
	if hasProof := len(r.Header.Values("DPoP")) > 0; !hasProof && !app.DPoPOptional {
		return nil, badRequest("invalid_dpop_proof", "The DPoP proof JWT header is missing.")
	} else if hasProof {
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

// narrow returns the requested scopes that the app was granted. Like Okta, it refuses a request only if there are none.
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

// checkAssertion checks a client assertion and returns the app that signed it.
func (o *Org) checkAssertion(assertion, endpoint string, now time.Time) (ServiceApp, *refusal) {
	parsed, err := jwt.ParseSigned(assertion, jws.Algorithms)
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
		return refuse("The lifetime of the client_assertion is longer than an hour.")
	case claims.IssuedAt != nil && claims.IssuedAt.Time().After(now.Add(clockTolerance)):
		return refuse("The client_assertion was issued in the future.")
	case claims.NotBefore != nil && claims.NotBefore.Time().After(now.Add(clockTolerance)):
		return refuse("The client_assertion is not valid yet.")
	case claims.ID != "" && !o.useOnce("assertion "+claims.Issuer+" "+claims.ID):
		return refuse("The client_assertion has been used before.")
	}
	return app, nil
}

// useOnce reports whether an ID has not been used before, and remembers it by its hash, because IDs can be long.
func (o *Org) useOnce(id string) bool {
	key := sha256.Sum256([]byte(id))
	if _, used := o.used.entries[key]; used {
		return false
	}
	o.used.add(key, struct{}{})
	return true
}
