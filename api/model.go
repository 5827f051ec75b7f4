package api

import "example.com/apptokens/gen"

// The models are generated from the contract, openapi.yaml. Properties that the server left out are zero; those that the
// contract does not know are ignored.
type (
	// Token is the metadata of a refresh token.
	Token = gen.Token
	// TokenStatus is the status of a refresh token. Okta may add values.
	TokenStatus = gen.TokenStatus
	// Scope is the details of a scope, see [ExpandScopes].
	Scope = gen.Scope
)

// The statuses that the contract knows.
const (
	TokenStatusActive  = gen.TokenStatusActive
	TokenStatusRevoked = gen.TokenStatusRevoked
)
