package oktatest_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
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
	Header      http.Header
	Code        string `json:"error"`
	Description string `json:"error_description"`
	Token       string `json:"access_token"`
	Type        string `json:"token_type"`
	Scope       string `json:"scope"`
	Expires     int    `json:"expires_in"`
}

func (p *party) ask(t *testing.T, form url.Values, proofs ...string) answer {
	t.Helper()
	return p.post(t, "", strings.NewReader(form.Encode()), "application/x-www-form-urlencoded", proofs...)
}

// post sends a token request whose parameters may be anywhere.
func (p *party) post(t *testing.T, query string, body io.Reader, contentType string, proofs ...string) (a answer) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, tokenEndpoint+"?"+query, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
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
	a.Status, a.Header = resp.StatusCode, resp.Header
	return a
}

// granted returns an access token that is bound to the party's key.
func (p *party) granted(t *testing.T) string {
	t.Helper()
	p.ask(t, p.form(p.assertion(nil)), p.proof("POST", tokenEndpoint, nil)) // for the nonce
	got := p.ask(t, p.form(p.assertion(nil)), p.proof("POST", tokenEndpoint, nil))
	if got.Status != http.StatusOK || got.Type != "DPoP" || got.Expires != 3600 ||
		got.Scope != "okta.apps.read okta.apps.manage" {
		t.Fatalf("got %+v", got)
	}
	return got.Token
}

func TestAnAppsAccessTokensMayExpireSooner(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &party{key: newKey()}
		p.org = oktatest.New(oktatest.WithApp("0oa1", 3), oktatest.WithServiceApp(oktatest.ServiceApp{
			ClientID: "0oaService", Keys: map[string]crypto.PublicKey{"": p.key.Public()}, DPoPOptional: true,
			TokenLifetime: 10 * time.Second,
		}))
		got := p.ask(t, p.form(p.assertion(nil)))
		if got.Expires != 10 {
			t.Errorf("it is said to expire in %d seconds", got.Expires)
		}
		for _, want := range []int{200, 401} {
			time.Sleep(9 * time.Second)
			if got := send(t, p.org, "GET", tokens, "Bearer "+got.Token); got.status != want {
				t.Errorf("status %d, want %d", got.status, want)
			}
		}
	})
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
		"without exp": {func(p *party) string { return p.assertion(claims{"exp": nil}) }, "expired"},
		"expired":     {func(p *party) string { return p.assertion(claims{"exp": now(-time.Second)}) }, "expired"},
		"too long a life": {func(p *party) string { return p.assertion(claims{"exp": now(61 * time.Minute)}) },
			"longer than an hour"},
		"of the future":     {func(p *party) string { return p.assertion(claims{"iat": now(time.Minute)}) }, "in the future"},
		"without jti":       {func(p *party) string { return p.assertion(claims{"jti": nil}) }, ""},
		"valid for a while": {func(p *party) string { return p.assertion(claims{"nbf": now(-time.Minute)}) }, ""},
		"not valid yet":     {func(p *party) string { return p.assertion(claims{"nbf": now(time.Minute)}) }, "not valid yet"},
		"that is used again": {func(p *party) string { a := p.assertion(nil); p.ask(&testing.T{}, p.form(a)); return a },
			"used before"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newParty(true)
			got := p.ask(t, p.form(test.assertion(p)))
			switch {
			case test.says == "" && (got.Status != 200 || got.Type != "Bearer"):
				t.Errorf("got %+v, want a grant", got)
			case test.says != "" && (got.Status != 401 || got.Code != "invalid_client" ||
				!strings.Contains(got.Description, test.says)):
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
		"another client":         {"client_id", "0oaOther", 401, "invalid_client"},
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

// Okta's own Go SDK sends everything in the query of the POST.
func TestTokenRequestsHaveTheirParametersInTheBodyOrTheQuery(t *testing.T) {
	t.Parallel()
	const formType = "application/x-www-form-urlencoded"
	all := []string{"grant_type", "scope", "client_assertion_type", "client_assertion"}
	for name, test := range map[string]struct {
		inQuery, inBody []string
		contentType     string
		code            string
	}{
		"in the body":                  {inBody: all, contentType: formType},
		"in the query":                 {inQuery: all, contentType: formType},
		"in the query, without a type": {inQuery: all},
		"in both":                      {inQuery: all[:2], inBody: all[2:], contentType: formType},
		"one of them twice":            {inQuery: []string{"scope"}, inBody: all, contentType: formType, code: "invalid_request"},
		"in a body that is not a form": {inBody: all, contentType: "application/json", code: "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newParty(true)
			form := p.form(p.assertion(nil))
			pick := func(names []string) string {
				picked := url.Values{}
				for _, name := range names {
					picked[name] = form[name]
				}
				return picked.Encode()
			}
			got := p.post(t, pick(test.inQuery), strings.NewReader(pick(test.inBody)), test.contentType)
			if got.Code != test.code || (got.Status == 200) != (test.code == "") {
				t.Errorf("got %+v, want %q", got, test.code)
			}
		})
	}
}

// Recorded answers of the token endpoint have these, whatever became of the request.
func TestTheTokenEndpointSendsRateLimitsAndNonces(t *testing.T) {
	t.Parallel()
	p := newParty(false)
	refused := p.ask(t, p.form(p.assertion(nil)), p.proof("POST", tokenEndpoint, nil)) // without a nonce
	granted := p.ask(t, p.form(p.assertion(nil)), p.proof("POST", tokenEndpoint, nil))
	if refused.Code != "use_dpop_nonce" || granted.Status != 200 {
		t.Fatalf("got %+v, then %+v", refused, granted)
	}
	for _, got := range []answer{refused, granted} {
		for _, name := range []string{
			"DPoP-Nonce", "X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset", "X-Okta-Request-Id",
		} {
			if got.Header.Get(name) == "" {
				t.Errorf("%d lacks %s", got.Status, name)
			}
		}
	}
}
