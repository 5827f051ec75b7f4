package oauth_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/jws"
	"example.com/apptokens/api/oauth"
	"example.com/apptokens/api/oktatest"
)

const (
	orgURL   = "https://acme.okta.com"
	appID    = "0oa1"
	clientID = "0oaServiceApp"
)

// keys are made once: an RSA key takes a while.
var keys = sync.OnceValue(func() map[string]crypto.Signer {
	keys := map[string]crypto.Signer{}
	for name, curve := range map[string]elliptic.Curve{"P-224": elliptic.P224(), "P-256": elliptic.P256(),
		"P-384": elliptic.P384(), "P-521": elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			panic(err)
		}
		keys[name] = key
	}
	for name, bits := range map[string]int{"RSA": 2048, "RSA 2047": 2047} {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			panic(err)
		}
		keys[name] = key
	}
	return keys
})

func key() crypto.Signer { return keys()["P-256"] }

// registered is the service app with the public half of key.
func registered() oktatest.ServiceApp {
	return oktatest.ServiceApp{ClientID: clientID, Keys: map[string]crypto.PublicKey{"": key().Public()}}
}

// newOrg returns an org within the process, whose app holds a number of tokens. It runs in virtual time.
func newOrg(tokens int, opts ...oktatest.Option) *oktatest.Org {
	return oktatest.New(append([]oktatest.Option{oktatest.WithApp(appID, tokens), oktatest.WithServiceApp(registered())},
		opts...)...)
}

func newServiceApp(
	t *testing.T, transport http.RoundTripper, key crypto.Signer, opts ...oauth.Option,
) *oauth.ServiceApp {
	t.Helper()
	opts = append([]oauth.Option{oauth.WithHTTPClient(&http.Client{Transport: transport})}, opts...)
	app, err := oauth.NewServiceApp(orgURL, clientID, key, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return app
}

// newClient returns a client that is authorized as the service app.
func newClient(t *testing.T, transport http.RoundTripper, opts ...oauth.Option) *api.Client {
	t.Helper()
	return newClientOf(t, transport, newServiceApp(t, transport, key(), opts...))
}

func newClientOf(t *testing.T, transport http.RoundTripper, auth api.Auth) *api.Client {
	t.Helper()
	client, err := api.New(orgURL, auth, api.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// authorize authorizes a request, and does not send it.
func authorize(ctx context.Context, app *oauth.ServiceApp) error {
	_, err := authorized(ctx, app)
	return err
}

// authorized returns a request that was authorized. An authorization without a token is an error.
func authorized(ctx context.Context, app *oauth.ServiceApp) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, orgURL+"/api/v1/apps/"+appID+"/tokens", nil)
	if err != nil {
		return nil, err
	}
	if err := app.Authorize(ctx, req); err != nil {
		return nil, err
	}
	if _, token, _ := strings.Cut(req.Header.Get("Authorization"), " "); token == "" {
		return nil, fmt.Errorf("authorized with %q", req.Header.Get("Authorization"))
	}
	return req, nil
}

// list returns the number of tokens in a listing, each counted once.
func list(ctx context.Context, client *api.Client, opts ...api.ListOption) (int, error) {
	ids := map[string]bool{}
	for token, err := range client.List(ctx, appID, opts...) {
		if err != nil {
			return len(ids), err
		}
		if ids[token.ID] {
			return len(ids), errors.New("token " + token.ID + " came twice")
		}
		ids[token.ID] = true
	}
	return len(ids), nil
}

// tokenRequests returns the statuses of the requests to the token endpoint.
func tokenRequests(org *oktatest.Org) (statuses []int) {
	for _, request := range org.Requests() {
		if request.Method == http.MethodPost {
			statuses = append(statuses, request.Status)
		}
	}
	return statuses
}

// checkProofs fails if two requests had the same proof.
func checkProofs(t *testing.T, org *oktatest.Org) {
	t.Helper()
	seen := map[string]bool{}
	for _, request := range org.Requests() {
		proof := request.Header.Get("DPoP")
		if proof == "" || seen[proof] {
			t.Errorf("%s %s has no proof of its own", request.Method, request.Path)
		}
		seen[proof] = true
	}
}

// assertionOf returns the assertion in a token request, which can be sent all the same.
func assertionOf(t *testing.T, req *http.Request) string {
	t.Helper()
	again := req.Clone(t.Context())
	var err error
	if again.Body, err = req.GetBody(); err == nil {
		err = again.ParseForm()
	}
	if err != nil {
		t.Fatal(err)
	}
	return again.PostForm.Get("client_assertion")
}

// claims are those of a proof or an assertion.
type claims struct {
	jwt.Claims
	Nonce string `json:"nonce"`
}

func claimsOf(t *testing.T, token string) (c claims) {
	t.Helper()
	if err := parse(t, token).UnsafeClaimsWithoutVerification(&c); err != nil {
		t.Fatal(err)
	}
	return c
}

// headerOf returns the header of a proof or an assertion.
func headerOf(t *testing.T, token string) jose.Header {
	t.Helper()
	return parse(t, token).Headers[0]
}

func parse(t *testing.T, token string) *jwt.JSONWebToken {
	t.Helper()
	parsed, err := jwt.ParseSigned(token, jws.Algorithms)
	if err != nil {
		t.Fatalf("%q is not a JWT of the app: %v", token, err)
	}
	return parsed
}

func sameKey(a, b crypto.PublicKey) bool {
	return a.(interface{ Equal(crypto.PublicKey) bool }).Equal(b)
}

// checkError wants an error that is want and says something.
func checkError(t *testing.T, err, want error, says string) {
	t.Helper()
	switch {
	case err == nil:
		t.Errorf("no error, want %v", want)
	case want != nil && !errors.Is(err, want):
		t.Errorf("error %v is not %v", err, want)
	case !strings.Contains(err.Error(), says):
		t.Errorf("error %v does not say %q", err, says)
	}
}

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func newHTTPClient(org *oktatest.Org) *http.Client { return &http.Client{Transport: org.Transport()} }
