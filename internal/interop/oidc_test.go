package interop_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oauth"
)

// client is a client of the authorization server, as oidc-provider.mjs reads it.
type client struct {
	ID   string             `json:"client_id"`
	Keys jose.JSONWebKeySet `json:"jwks"`
	Alg  string             `json:"alg"`
	DPoP bool               `json:"dpop"`
}

// provider is a running authorization server.
type provider struct {
	*program
	Issuer string `json:"issuer"`
}

// startProvider starts oidc-provider with some clients.
func startProvider(t *testing.T, clients []client) *provider {
	t.Helper()
	encoded, err := json.Marshal(clients)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "clients.json")
	if err := os.WriteFile(file, encoded, 0o600); err != nil {
		t.Fatal(err)
	}
	p := &provider{program: startProgram(t, "oidc-provider.mjs", file)}
	ready := p.next(t)
	if err := json.Unmarshal([]byte(ready), p); err != nil {
		t.Fatalf("%v in %q", err, ready)
	}
	return p
}

// rotateNonce invalidates all nonces so far.
func (p *provider) rotateNonce(t *testing.T) {
	t.Helper()
	if _, err := io.WriteString(p.stdin, "rotate-nonce\n"); err != nil {
		t.Fatal(err)
	}
	p.next(t) // says that it is done
}

func newKey(t *testing.T, curve elliptic.Curve) crypto.Signer {
	t.Helper()
	if curve == nil {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Service apps get tokens from another project's authorization server, and use them.
func TestServiceApps(t *testing.T) {
	curves := map[string]elliptic.Curve{"RS256": nil, "RS512": nil, "ES256": elliptic.P256(), "ES384": elliptic.P384(),
		"ES512": elliptic.P521()}
	keys := map[string]crypto.Signer{}
	var clients []client
	for alg, curve := range curves {
		keys[alg] = newKey(t, curve)
		registered := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: keys[alg].Public(), KeyID: "key-" + alg,
			Algorithm: alg, Use: "sig"}}}
		clients = append(clients, client{ID: "app-" + alg, Keys: registered, Alg: alg, DPoP: true},
			client{ID: "bearer-" + alg, Keys: registered, Alg: alg})
	}
	server := startProvider(t, clients)

	connect := func(t *testing.T, id, alg string, options ...oauth.Option) (*api.Client, *transport) {
		t.Helper()
		requests := &transport{proofs: map[string]int{}}
		app, err := oauth.NewServiceApp(server.Issuer, id, keys[alg], append(options, oauth.WithKeyID("key-"+alg),
			oauth.WithAlgorithm(alg), oauth.WithHTTPClient(&http.Client{Transport: requests}))...)
		if err != nil {
			t.Fatal(err)
		}
		apptokens, err := api.New(server.Issuer, app, api.WithHTTPClient(&http.Client{Transport: requests}))
		if err != nil {
			t.Fatal(err)
		}
		return apptokens, requests
	}

	for alg := range curves {
		t.Run("DPoP, "+alg, func(t *testing.T) {
			record(t, "oidc-provider", "service app, DPoP", alg)
			apptokens, requests := connect(t, "app-"+alg, alg)
			for range 2 {
				if err := list(t.Context(), apptokens); err != nil {
					t.Fatal(err)
				}
				if err := apptokens.Revoke(t.Context(), "0oa1", "oar1"); err != nil {
					t.Error(err)
				}
				server.rotateNonce(t)
			}
			// 2 for the token, 4 calls, and at most one repeat for each nonce that the resource requires.
			if n := requests.check(t); n < 6 || n > 9 {
				t.Errorf("%d requests", n)
			}
		})
		t.Run("Bearer, "+alg, func(t *testing.T) {
			record(t, "oidc-provider", "service app, Bearer", alg)
			apptokens, _ := connect(t, "bearer-"+alg, alg, oauth.WithoutDPoP())
			if err := list(t.Context(), apptokens); err != nil {
				t.Error(err)
			}
		})
	}
	refused := map[string]struct {
		id, alg string
		options []oauth.Option
		code    string
	}{
		"another app's key": {"app-ES384", "ES256", nil, "invalid_client"},
		"no such client":    {"app-unknown", "ES256", nil, "invalid_client"},
		"no such scope":     {"app-ES256", "ES256", []oauth.Option{oauth.WithScopes("payments")}, "invalid_scope"},
		"no DPoP":           {"app-ES256", "ES256", []oauth.Option{oauth.WithoutDPoP()}, "invalid_grant"},
	}
	for name, test := range refused {
		t.Run(name, func(t *testing.T) {
			record(t, "oidc-provider", "service app, refused", name)
			apptokens, _ := connect(t, test.id, test.alg, test.options...)
			var failure *oauth.Error
			if err := list(t.Context(), apptokens); !errors.As(err, &failure) || failure.Code != test.code {
				t.Errorf("error %v, want %s", err, test.code)
			}
		})
	}
}

func list(ctx context.Context, apptokens *api.Client) error {
	for _, err := range apptokens.List(ctx, "0oa1") {
		if err != nil {
			return err
		}
	}
	return nil
}

// transport counts requests and proofs.
type transport struct {
	requests int
	proofs   map[string]int
}

func (r *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	r.requests++
	r.proofs[req.Header.Get("DPoP")]++
	return http.DefaultTransport.RoundTrip(req)
}

// check fails if a request had no proof of its own, and returns the number of requests.
func (r *transport) check(t *testing.T) int {
	t.Helper()
	for proof, n := range r.proofs {
		if n != 1 || strings.Count(proof, ".") != 2 {
			t.Errorf("proof %q was used %d times", proof, n)
		}
	}
	return r.requests
}
