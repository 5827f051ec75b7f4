package api

import (
	"net/http"
	"time"

	"example.com/apptokens/api/internal/ratelimit"
	"example.com/apptokens/gen"
)

// The models are generated from the contract, openapi.yaml. Properties that the server left out are zero; properties
// that the contract does not know are ignored.
type (
	// Token is the metadata of a refresh token. "go doc example.com/apptokens/gen.Token" shows its fields.
	Token = gen.Token
	// TokenStatus is the status of a refresh token. Okta may add values.
	TokenStatus = gen.TokenStatus
	// Scope is the details of a scope, see [ExpandScopes].
	Scope = gen.Scope

	TokenEmbedded = gen.TokenEmbedded // TokenEmbedded holds the details that ExpandScopes requests.
	TokenLinks    = gen.TokenLinks    // TokenLinks links a token to related resources.
	ScopeLinks    = gen.ScopeLinks    // ScopeLinks links a scope to its resource.
	ResourceLink  = gen.ResourceLink  // ResourceLink is a link to a resource, with its name.
	SelfLink      = gen.SelfLink      // SelfLink is a link to the token itself.
	LinkHints     = gen.LinkHints     // LinkHints describes how a link may be used.
	LinkMethod    = gen.LinkMethod    // LinkMethod is an HTTP method.
	RevokeLink    = gen.RevokeLink    // RevokeLink is a link for revoking the token.
	RevokeHints   = gen.RevokeHints   // RevokeHints describes how to revoke the token.
	RevokeMethod  = gen.RevokeMethod  // RevokeMethod is an HTTP method that revokes a token.
)

// The values that the contract knows.
const (
	TokenStatusActive  = gen.TokenStatusActive
	TokenStatusRevoked = gen.TokenStatusRevoked
	LinkMethodDelete   = gen.LinkMethodDelete
	LinkMethodGet      = gen.LinkMethodGet
	LinkMethodPost     = gen.LinkMethodPost
	LinkMethodPut      = gen.LinkMethodPut
	RevokeMethodDelete = gen.RevokeMethodDelete
)

// RateLimit is the org's rate limit as the X-Rate-Limit headers of a response report it. It is the zero value if the
// headers are missing or invalid.
type RateLimit struct {
	Limit     int       // requests in one window
	Remaining int       // requests left in this window
	Reset     time.Time // end of this window, to the second, by the server's clock
}

func parseRateLimit(header http.Header) RateLimit { return RateLimit(ratelimit.Parse(header)) }
