package interop_test

import (
	"crypto"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"net/http"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// credential is what a client signs in with.
type credential struct {
	name   string
	scheme string         // of requests to the API
	curve  elliptic.Curve // of a service app's key; nil for RSA
}

var credentials = []credential{
	{"SSWS", "SSWS", nil},
	{"private key", "Bearer", nil},
	{"DPoP", "DPoP", nil},
	{"DPoP, EC key", "DPoP", elliptic.P256()},
}

// connection is a client that is connected to an org of its own.
type connection struct {
	peer
	sdk      *sdk
	org      *oktatest.Server
	settings settings
	credential
}

// connectSDK connects a client to a new org with 45 tokens.
func connectSDK(t *testing.T, client *sdk, with credential, options ...oktatest.Option) *connection {
	t.Helper()
	options = append(options, oktatest.WithApp(peersApp, 45))
	s := settings{"authorizationMode": "SSWS", "token": oktatest.DefaultAPIToken}
	if with.scheme != "SSWS" {
		const clientID, keyID = "0oaservice", "key1"
		key := newKey(t, with.curve)
		s = settings{
			"authorizationMode": "PrivateKey", "clientId": clientID, "privateKey": encodeKey(t, key),
			"privateKeyId": keyID, "keyId": keyID, // the second for Node
			"scopes": []string{"okta.apps.read", "okta.apps.manage"},
		}
		options = append(options, oktatest.WithServiceApp(oktatest.ServiceApp{
			ClientID: clientID, Keys: map[string]crypto.PublicKey{keyID: key.Public()},
			DPoPOptional: with.scheme == "Bearer",
		}))
	}
	org := oktatest.NewServer(options...)
	t.Cleanup(org.Close)
	s["orgUrl"] = org.URL
	s["rateLimit"] = map[string]int{"maxRetries": 2, "maxBackoff": 30} // as documented; the SDK for Go has no defaults
	return &connection{client.connect(t, s), client, org, s, with}
}

func encodeKey(t *testing.T, key crypto.Signer) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// with connects the client with another setting.
func (c *connection) with(t *testing.T, name string, value any) peer {
	t.Helper()
	changed := maps.Clone(c.settings)
	changed[name] = value
	return c.sdk.connect(t, changed)
}

// tokens returns the tokens that are left.
func (c *connection) tokens(t *testing.T) (tokens []gen.Token) {
	t.Helper()
	org := connect(t, c.org.URL, http.DefaultTransport)
	for token, err := range org.List(t.Context(), peersApp, api.ExpandScopes()) {
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token)
	}
	return tokens
}
