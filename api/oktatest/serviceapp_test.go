package oktatest_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"example.com/apptokens/api/oktatest"
)

const (
	tokenEndpoint = "https://acme.okta.com/oauth2/v1/token"
	tokensURL     = "https://acme.okta.com/api/v1/apps/0oa1/tokens"
)

// claims are those of an assertion or a proof.
type claims map[string]any

// party makes requests by hand, so that it can make mistakes.
type party struct {
	org       *oktatest.Org
	key, dpop *ecdsa.PrivateKey
	nonce     string
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

func newParty(bearer bool, opts ...oktatest.Option) *party {
	key := newKey()
	return &party{
		org: oktatest.New(append(opts, oktatest.WithApp("0oa1", 3), oktatest.WithServiceApp(oktatest.ServiceApp{
			ClientID: "0oaService", Keys: map[string]crypto.PublicKey{"": key.Public()}, DPoPOptional: bearer,
		}))...),
		key: key, dpop: newKey(),
	}
}

func sign(key any, algorithm jose.SignatureAlgorithm, options *jose.SignerOptions, c claims) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		panic(err)
	}
	signed, err := jwt.Signed(signer).Claims(map[string]any(c)).Serialize()
	if err != nil {
		panic(err)
	}
	return signed
}

// with returns a copy with some claims replaced; nil removes one.
func (c claims) with(changes claims) claims {
	c = maps.Clone(c)
	for name, value := range changes {
		c[name] = value
		if value == nil {
			delete(c, name)
		}
	}
	return c
}

func (p *party) assertion(changes claims) string {
	now := time.Now().Unix()
	return sign(p.key, jose.ES256, nil, claims{
		"iss": "0oaService", "sub": "0oaService", "aud": tokenEndpoint, "iat": now, "exp": now + 300, "jti": rand.Text(),
	}.with(changes))
}

func proofOptions(typ string) *jose.SignerOptions {
	return (&jose.SignerOptions{EmbedJWK: true}).WithType(jose.ContentType(typ))
}

func (p *party) proof(method, target string, changes claims) string {
	return sign(p.dpop, jose.ES256, proofOptions("dpop+jwt"), claims{
		"htm": method, "htu": target, "iat": time.Now().Unix(), "jti": rand.Text(), "nonce": p.nonce,
	}.with(changes))
}

func (p *party) form(assertion string) url.Values {
	return url.Values{
		"grant_type":            {"client_credentials"},
		"scope":                 {"okta.apps.read okta.apps.manage"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {assertion},
	}
}

// answer is the response to a token request.
type answer struct {
	Status      int
	Code        string `json:"error"`
	Description string `json:"error_description"`
	Token       string `json:"access_token"`
	Type        string `json:"token_type"`
	Scope       string `json:"scope"`
	Expires     int    `json:"expires_in"`
}

func (p *party) ask(t *testing.T, form url.Values, proofs ...string) (a answer) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, tokenEndpoint, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header["Dpop"] = proofs
	resp, err := p.org.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if nonce := resp.Header.Get("DPoP-Nonce"); nonce != "" {
		p.nonce = nonce
	}
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		t.Fatal(err)
	}
	a.Status = resp.StatusCode
	return a
}

// granted returns an access token that is bound to the party's key.
func (p *party) granted(t *testing.T) string {
	t.Helper()
	p.ask(t, p.form(p.assertion(nil)), p.proof("POST", tokenEndpoint, nil)) // for the nonce
	got := p.ask(t, p.form(p.assertion(nil)), p.proof("POST", tokenEndpoint, nil))
	if got.Status != http.StatusOK || got.Type != "DPoP" || got.Expires != 3600 || got.Scope != "okta.apps.read okta.apps.manage" {
		t.Fatalf("got %+v", got)
	}
	return got.Token
}

func TestAssertionsAreCheckedStrictly(t *testing.T) {
	t.Parallel()
	now := func(offset time.Duration) int64 { return time.Now().Add(offset).Unix() }
	tests := map[string]struct {
		assertion func(*party) string
		says      string // empty for a grant
	}{
		"good":        {func(p *party) string { return p.assertion(nil) }, ""},
		"without iat": {func(p *party) string { return p.assertion(claims{"iat": nil}) }, ""},
		"none":        {func(*party) string { return "" }, "not a JWT"},
		"unsigned":    {func(*party) string { return "eyJhbGciOiJub25lIn0.e30." }, "not a JWT"},
		"HMAC": {func(p *party) string {
			return sign([]byte("0123456789abcdef0123456789abcdef"), jose.HS256, nil, claims{})
		}, "not a JWT"},
		"another app":     {func(p *party) string { return p.assertion(claims{"iss": "0oaOther"}) }, "iss"},
		"another subject": {func(p *party) string { return p.assertion(claims{"sub": "0oaOther"}) }, "sub"},
		"another key":     {func(p *party) string { return (&party{key: newKey()}).assertion(nil) }, "signature"},
		"an unknown key id": {func(p *party) string {
			return sign(p.key, jose.ES256, (&jose.SignerOptions{}).WithHeader("kid", "k9"), claims{"iss": "0oaService"})
		}, "names no key"},
		"another audience": {func(p *party) string { return p.assertion(claims{"aud": "https://acme.okta.com"}) }, "aud"},
		"two audiences": {func(p *party) string {
			return p.assertion(claims{"aud": []string{tokenEndpoint, "https://evil.example"}})
		}, "aud"},
		"without exp":        {func(p *party) string { return p.assertion(claims{"exp": nil}) }, "expired"},
		"expired":            {func(p *party) string { return p.assertion(claims{"exp": now(-time.Second)}) }, "expired"},
		"too long a life":    {func(p *party) string { return p.assertion(claims{"exp": now(61 * time.Minute)}) }, "longer than an hour"},
		"of the future":      {func(p *party) string { return p.assertion(claims{"iat": now(time.Minute)}) }, "in the future"},
		"without jti":        {func(p *party) string { return p.assertion(claims{"jti": nil}) }, ""},
		"not valid yet":      {func(p *party) string { return p.assertion(claims{"nbf": now(time.Minute)}) }, "not valid yet"},
		"that is used again": {func(p *party) string { a := p.assertion(nil); p.ask(&testing.T{}, p.form(a)); return a }, "used before"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newParty(true)
			got := p.ask(t, p.form(test.assertion(p)))
			switch {
			case test.says == "" && (got.Status != 200 || got.Type != "Bearer"):
				t.Errorf("got %+v, want a grant", got)
			case test.says != "" && (got.Status != 401 || got.Code != "invalid_client" || !strings.Contains(got.Description, test.says)):
				t.Errorf("got %+v, want invalid_client and %q", got, test.says)
			}
		})
	}
}

func TestTokenRequestsAreCheckedStrictly(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		name, value string
		status      int
		code        string
	}{
		"another grant":          {"grant_type", "password", 400, "unsupported_grant_type"},
		"another assertion type": {"client_assertion_type", "saml", 401, "invalid_client"},
		"no scope":               {"scope", "", 400, "invalid_scope"},
		"an unknown scope":       {"scope", "okta.apps.read payments", 400, "invalid_scope"},
		"a scope not granted":    {"scope", "okta.users.read", 400, "consent_required"},
		"a scope too many":       {"scope", "okta.users.read okta.apps.read", 200, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newParty(true)
			form := p.form(p.assertion(nil))
			form.Set(test.name, test.value)
			got := p.ask(t, form)
			if got.Status != test.status || got.Code != test.code || got.Status == 200 && got.Scope != "okta.apps.read" {
				t.Errorf("got %+v, want %d %s", got, test.status, test.code)
			}
		})
	}
}

// proofs are what can be wrong with a proof, whatever it is for.
var proofs = map[string]struct {
	proof func(p *party, method, target string) []string
	says  string
}{
	"two":    {func(p *party, m, u string) []string { return []string{p.proof(m, u, nil), p.proof(m, u, nil)} }, "one DPoP header"},
	"no JWT": {func(*party, string, string) []string { return []string{"x"} }, "not a JWT"},
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
	"no iat":       {func(p *party, m, u string) []string { return []string{p.proof(m, u, claims{"iat": nil})} }, "too old"},
	"no jti":       {func(p *party, m, u string) []string { return []string{p.proof(m, u, claims{"jti": nil})} }, "no jti"},
	"no nonce":     {func(p *party, m, u string) []string { return []string{p.proof(m, u, claims{"nonce": nil})} }, "nonce"},
	"an old nonce": {func(p *party, m, u string) []string { p.org.RotateNonce(); return []string{p.proof(m, u, nil)} }, "nonce"},
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
		if got := p.ask(t, p.form(p.assertion(nil)), proof); got.Code != "invalid_dpop_proof" || !strings.Contains(got.Description, "used before") {
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
