package oauth

import (
	"crypto/rand"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/cryptosigner"
	"github.com/go-jose/go-jose/v4/jwt"
)

// assertionLifetime is short, because an assertion is used once and immediately. Okta allows an hour.
const assertionLifetime = 5 * time.Minute

// asserter makes the assertions that authenticate the app (private_key_jwt: RFC 7523, section 2.2).
type asserter struct {
	signer   jose.Signer
	clientID string
	audience string
	clock    *clock
}

func newAsserter(s *settings, clock *clock) (*asserter, error) {
	options := new(jose.SignerOptions).WithType("JWT")
	if s.keyID != "" {
		options = options.WithHeader("kid", s.keyID)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: s.algorithm, Key: cryptosigner.Opaque(s.key)}, options)
	if err != nil {
		return nil, err
	}
	return &asserter{signer, s.clientID, s.url, clock}, nil
}

type assertionClaims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	ID       string `json:"jti"`
}

// assert returns a new assertion. Each request needs its own, because Okta accepts a jti once, even if it refuses the
// request for another reason.
func (a *asserter) assert() (string, error) {
	now := a.clock.issued()
	return jwt.Signed(a.signer).Claims(assertionClaims{
		Issuer: a.clientID, Subject: a.clientID, Audience: a.audience,
		IssuedAt: now.Unix(), Expires: now.Add(assertionLifetime).Unix(), ID: rand.Text(),
	}).Serialize()
}
