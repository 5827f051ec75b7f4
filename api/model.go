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

	// The parts of tokens and scopes.
	TokenEmbedded = gen.TokenEmbedded
	TokenLinks    = gen.TokenLinks
	ScopeLinks    = gen.ScopeLinks
	ResourceLink  = gen.ResourceLink
	SelfLink      = gen.SelfLink
	LinkHints     = gen.LinkHints
	LinkMethod    = gen.LinkMethod
	RevokeLink    = gen.RevokeLink
	RevokeHints   = gen.RevokeHints
	RevokeMethod  = gen.RevokeMethod
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
