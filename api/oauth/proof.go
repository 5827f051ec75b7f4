package oauth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/cryptosigner"
	"github.com/go-jose/go-jose/v4/jwt"

	"example.com/apptokens/api/internal/jws"
)

// prover makes proofs that a request comes from the holder of the key that its token is bound to (DPoP, RFC 9449).
type prover struct {
	signer jose.Signer
	clock  *clock

	// The latest nonces of the two kinds of server, which are independent of each other (RFC 9449, section 9).
	tokenNonce, resourceNonce atomic.Value // string
}

func newProver(key crypto.Signer, clock *clock) (*prover, error) {
	if key == nil {
		var err error
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return nil, err
		}
	}
	algorithm, err := algorithmFor(key.Public(), "")
	if err != nil {
		return nil, fmt.Errorf("DPoP: %w", err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: cryptosigner.Opaque(key)},
		(&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt"))
	if err != nil {
		return nil, err
	}
	return &prover{signer: signer, clock: clock}, nil
}

type proofClaims struct {
	ID       string `json:"jti"`
	Method   string `json:"htm"`
	URL      string `json:"htu"`
	IssuedAt int64  `json:"iat"`
	Nonce    string `json:"nonce,omitempty"`
	Token    string `json:"ath,omitempty"`
}

// prove returns a new proof for a request to a resource.
func (p *prover) prove(req *http.Request, token string) (string, error) {
	hash := sha256.Sum256([]byte(token))
	return p.sign(proofClaims{
		Method: req.Method, URL: withoutQuery(req.URL), Nonce: load(&p.resourceNonce),
		Token: base64.RawURLEncoding.EncodeToString(hash[:]),
	})
}

// proveTokenRequest returns a new proof for a request to the token endpoint.
func (p *prover) proveTokenRequest(endpoint, nonce string) (string, error) {
	return p.sign(proofClaims{Method: http.MethodPost, URL: endpoint, Nonce: nonce})
}

func (p *prover) sign(claims proofClaims) (string, error) {
	claims.ID, claims.IssuedAt = rand.Text(), p.clock.issued().Unix()
	proof, err := jwt.Signed(p.signer).Claims(claims).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign a DPoP proof: %w", err)
	}
	return proof, nil
}

// observe stores the nonce of a resource's response. It reports whether to make another attempt because the proof was
// refused: for its nonce, or because it was used before, since net/http may repeat a request with the same proof when a
// connection breaks. A refusal without a reason but with a new nonce is taken for a refusal of the nonce.
func (p *prover) observe(resp *http.Response) (again bool) {
	nonce := resp.Header.Get("DPoP-Nonce")
	if nonce != "" {
		p.resourceNonce.Store(nonce)
	}
	if resp.StatusCode != http.StatusUnauthorized && resp.StatusCode != http.StatusBadRequest {
		return false
	}
	if challenge := challenge(resp); strings.Contains(challenge, "error=") {
		return strings.Contains(challenge, "use_dpop_nonce") || strings.Contains(challenge, "invalid_dpop_proof")
	}
	return nonce != "" && nonce != nonceOf(resp.Request.Header.Get("DPoP"))
}

// challenge returns the challenges of a response.
func challenge(resp *http.Response) string {
	return strings.Join(resp.Header.Values("WWW-Authenticate"), ", ")
}

// nonceOf returns the nonce in a proof of this package. The stored nonce may be newer.
func nonceOf(proof string) string {
	var claims proofClaims
	if parsed, err := jwt.ParseSigned(proof, jws.Algorithms); err == nil {
		_ = parsed.UnsafeClaimsWithoutVerification(&claims)
	}
	return claims.Nonce
}

// withoutQuery returns a URL without its query and fragment, as the htu claim requires (RFC 9449, section 4.2).
func withoutQuery(u *url.URL) string {
	bare := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return bare.String()
}

func load(nonce *atomic.Value) string {
	value, _ := nonce.Load().(string)
	return value
}
