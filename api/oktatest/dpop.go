package oktatest

import (
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"

	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/jws"
)

// proofLifetime is the maximum age of a proof
// (https://developer.okta.com/docs/guides/dpop/oktaresourceserver/main/).
const proofLifetime = 5 * time.Minute

// proof is a DPoP proof that has been checked (RFC 9449, section 4.3), except for its nonce and its token hash.
type proof struct {
	Method   string `json:"htm"`
	URL      string `json:"htu"`
	IssuedAt int64  `json:"iat"`
	ID       string `json:"jti"`
	Nonce    string `json:"nonce"`
	Token    string `json:"ath"`

	thumbprint string // of the key that signed it
}

// checkProof reads the proof of a request to a URL. problem describes what is wrong with it, or is empty.
func (o *Org) checkProof(r *http.Request, target string, now time.Time) (p proof, problem string) {
	lines := r.Header.Values("DPoP")
	if len(lines) != 1 {
		return p, "There must be one DPoP header."
	}
	parsed, err := jwt.ParseSigned(lines[0], jws.Algorithms)
	if err != nil {
		return p, "The DPoP proof is not a JWT that is signed with one of the supported algorithms."
	}
	header := parsed.Headers[0]
	switch {
	case header.ExtraHeaders["typ"] != "dpop+jwt":
		return p, "The typ of the DPoP proof must be dpop+jwt."
	case header.JSONWebKey == nil || !header.JSONWebKey.Valid() || !header.JSONWebKey.IsPublic():
		return p, "The DPoP proof must hold a public key as its jwk."
	case parsed.Claims(header.JSONWebKey, &p) != nil:
		return p, "The signature of the DPoP proof is invalid."
	case p.Method != r.Method:
		return p, "The htm of the DPoP proof is not the method of the request."
	case !sameURL(p.URL, target):
		return p, "The htu of the DPoP proof is not the URL of the request."
	}
	issued := time.Unix(p.IssuedAt, 0)
	switch {
	case issued.Before(now.Add(-proofLifetime)) || issued.After(now.Add(clockTolerance)):
		return p, "The DPoP proof is too old, or from the future."
	case p.ID == "" || !o.useOnce("proof "+p.ID):
		return p, "The DPoP proof has been used before, or has no jti."
	}
	thumbprint, err := header.JSONWebKey.Thumbprint(crypto.SHA256)
	if err != nil {
		return p, "The key of the DPoP proof has no thumbprint."
	}
	p.thumbprint = string(thumbprint)
	return p, ""
}

// sameURL reports whether two URLs without a query are equivalent. The case of the host and an explicit default port
// make no difference (RFC 9449, section 4.3).
func sameURL(a, b string) bool {
	parsedA, err1 := url.Parse(a)
	parsedB, err2 := url.Parse(b)
	return err1 == nil && err2 == nil && parsedA.RawQuery == "" &&
		check.SameOrigin(parsedA, parsedB) && parsedA.EscapedPath() == parsedB.EscapedPath()
}

// checkBinding checks the proof that a request to the API needs if its access token is bound to a key. It returns nil
// if the proof is valid.
func (o *Org) checkBinding(r *http.Request, value string, token accessToken, now time.Time) *refusal {
	p, problem := o.checkProof(r, baseURL(r)+r.URL.EscapedPath(), now)
	hash := sha256.Sum256([]byte(value))
	switch {
	case problem != "":
		return unauthorized("invalid_dpop_proof", problem)
	case o.resourceNonce && p.Nonce != o.nonce:
		return unauthorized("use_dpop_nonce", "The resource server requires nonce in DPoP proof.")
	case p.Token != base64.RawURLEncoding.EncodeToString(hash[:]):
		return unauthorized("invalid_dpop_proof", "The ath of the DPoP proof is not the hash of the access token.")
	case p.thumbprint != token.thumbprint:
		return unauthorized("invalid_dpop_proof", "The access token is bound to another key.")
	}
	return nil
}

func unauthorized(code, description string) *refusal {
	return &refusal{http.StatusUnauthorized, code, description}
}
