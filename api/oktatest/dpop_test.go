package oktatest_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.com/apptokens/api/oktatest"
)

// proofs are what can be wrong with a proof, whatever it is for.
var proofs = map[string]struct {
	proof func(p *party, method, target string) []string
	says  string
}{
	"two": {func(p *party, m, u string) []string { return []string{p.proof(m, u, nil), p.proof(m, u, nil)} },
		"one DPoP header"},
	"not a JWT": {func(*party, string, string) []string { return []string{"x"} }, "not a JWT"},
	"another type": {func(p *party, m, u string) []string {
		return []string{sign(p.dpop, jose.ES256, proofOptions("JWT"), claims{})}
	}, "typ"},
	"no key": {func(p *party, m, u string) []string {
		return []string{sign(p.dpop, jose.ES256, new(jose.SignerOptions).WithType("dpop+jwt"), claims{})}
	}, "jwk"},
	"another method": {func(p *party, m, u string) []string { return []string{p.proof("PUT", u, nil)} }, "htm"},
	"another URL":    {func(p *party, m, u string) []string { return []string{p.proof(m, u+"/x", nil)} }, "htu"},
	"a query":        {func(p *party, m, u string) []string { return []string{p.proof(m, u+"?limit=200", nil)} }, "htu"},
	"too old": {func(p *party, m, u string) []string {
		return []string{p.proof(m, u, claims{"iat": time.Now().Add(-6 * time.Minute).Unix()})}
	}, "too old"},
	"from the future": {func(p *party, m, u string) []string {
		return []string{p.proof(m, u, claims{"iat": time.Now().Add(time.Minute).Unix()})}
	}, "future"},
	"no iat":   {func(p *party, m, u string) []string { return []string{p.proof(m, u, claims{"iat": nil})} }, "too old"},
	"no jti":   {func(p *party, m, u string) []string { return []string{p.proof(m, u, claims{"jti": nil})} }, "no jti"},
	"no nonce": {func(p *party, m, u string) []string { return []string{p.proof(m, u, claims{"nonce": nil})} }, "nonce"},
	"an old nonce": {func(p *party, m, u string) []string { p.org.RotateNonce(); return []string{p.proof(m, u, nil)} },
		"nonce"},
}

func TestProofsOfTokenRequestsAreCheckedStrictly(t *testing.T) {
	t.Parallel()
	for name, test := range proofs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newParty(false)
			p.granted(t) // learns the nonce
			got := p.ask(t, p.form(p.assertion(nil)), test.proof(p, "POST", tokenEndpoint)...)
			code := "invalid_dpop_proof"
			if test.says == "nonce" {
				code = "use_dpop_nonce"
			}
			if got.Status != 400 || got.Code != code || !strings.Contains(got.Description, test.says) {
				t.Errorf("got %+v, want %s and %q", got, code, test.says)
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		p := newParty(false)
		if got := p.ask(t, p.form(p.assertion(nil))); got.Status != 400 || got.Code != "invalid_dpop_proof" {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("that is used again", func(t *testing.T) {
		t.Parallel()
		p := newParty(false)
		p.granted(t)
		proof := p.proof("POST", tokenEndpoint, nil)
		p.ask(t, p.form(p.assertion(nil)), proof)
		if got := p.ask(t, p.form(p.assertion(nil)), proof); got.Code != "invalid_dpop_proof" ||
			!strings.Contains(got.Description, "used before") {
			t.Errorf("got %+v", got)
		}
	})
}

// use sends a listing with an access token, and returns the status and the challenge.
func (p *party) use(t *testing.T, scheme, token string, proofs ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, tokensURL+"?limit=200", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", scheme+" "+token)
	req.Header["Dpop"] = proofs
	resp, err := p.org.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("WWW-Authenticate")
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func TestProofsOfAPIRequestsAreCheckedStrictly(t *testing.T) {
	t.Parallel()
	for name, test := range proofs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newParty(false, oktatest.WithResourceNonce())
			token := p.granted(t)
			status, challenge := p.use(t, "DPoP", token, test.proof(p, "GET", tokensURL)...)
			if status != 401 || !strings.HasPrefix(challenge, `DPoP algs="RS256 `) || !strings.Contains(challenge, test.says) {
				t.Errorf("got %d with %s, want 401 and %q", status, challenge, test.says)
			}
		})
	}
}

func TestBoundTokens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newParty(false)
		token := p.granted(t)
		ath := claims{"ath": hash(token)}
		proof := p.proof("GET", tokensURL, ath)
		check := func(name string, status, want int, challenge, says string) {
			if status != want || !strings.Contains(challenge, says) {
				t.Errorf("%s: %d with %s, want %d and %q", name, status, challenge, want, says)
			}
		}
		status, challenge := p.use(t, "DPoP", token, proof)
		check("good", status, 200, challenge, "")
		status, challenge = p.use(t, "DPoP", token, proof)
		check("the same proof", status, 401, challenge, "used before")
		status, challenge = p.use(t, "DPoP", token)
		check("no proof", status, 401, challenge, "invalid_dpop_proof")
		status, challenge = p.use(t, "Bearer", token)
		check("as a bearer token", status, 401, challenge, "another type")
		status, challenge = p.use(t, "DPoP", token, p.proof("GET", tokensURL, claims{"ath": hash("x")}))
		check("for another token", status, 401, challenge, "ath")
		status, challenge = p.use(t, "DPoP", token, (&party{dpop: newKey()}).proof("GET", tokensURL, ath))
		check("another key", status, 401, challenge, "another key")
		status, challenge = p.use(t, "DPoP", "x", p.proof("GET", tokensURL, claims{"ath": hash("x")}))
		check("an unknown token", status, 401, challenge, "invalid_token")
		time.Sleep(time.Hour)
		status, challenge = p.use(t, "DPoP", token, p.proof("GET", tokensURL, ath))
		check("expired", status, 401, challenge, "invalid_token")
		token = p.granted(t)
		p.org.RevokeAccessTokens()
		status, challenge = p.use(t, "DPoP", token, p.proof("GET", tokensURL, claims{"ath": hash(token)}))
		check("revoked", status, 401, challenge, "invalid_token")
	})
}
