// Package jws names the signature algorithms of service apps.
package jws

import "github.com/go-jose/go-jose/v4"

// Algorithms are the signature algorithms that Okta accepts, for assertions and for proofs
// (https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/). Those for RSA come first.
var Algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.ES256, jose.ES384, jose.ES512}
