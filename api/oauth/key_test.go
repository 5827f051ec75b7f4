package oauth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oauth"
	"example.com/apptokens/api/oktatest"
)

func encode(kind string, der []byte, err error) string {
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func pkcs8(key crypto.PrivateKey) string {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return encode("PRIVATE KEY", der, err)
}

func sec1(key crypto.Signer) string {
	der, err := x509.MarshalECPrivateKey(key.(*ecdsa.PrivateKey))
	return encode("EC PRIVATE KEY", der, err)
}

func jwk(key any, id string) string {
	encoded, err := json.Marshal(jose.JSONWebKey{Key: key, KeyID: id, Algorithm: "RS256", Use: "sig"})
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// wrap breaks a text into lines as base64 does.
func wrap(text, lineEnd string) string {
	var lines []string
	for line := range slices.Chunk([]byte(text), 76) {
		lines = append(lines, string(line))
	}
	return strings.Join(lines, lineEnd)
}

// set is a JWK set.
func set(jwks ...string) string { return `{"keys":[` + strings.Join(jwks, ",") + `]}` }

func TestParsePrivateKey(t *testing.T) {
	t.Parallel()
	rsaKey := keys()["RSA"].(*rsa.PrivateKey)
	pkcs1 := encode("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey), nil)
	tests := map[string]struct {
		data string
		want crypto.Signer
	}{
		"PKCS#1":                  {pkcs1, rsaKey},
		"PKCS#8, RSA":             {pkcs8(rsaKey), rsaKey},
		"PKCS#8, P-256":           {pkcs8(keys()["P-256"]), keys()["P-256"]},
		"SEC 1":                   {sec1(keys()["P-384"]), keys()["P-384"]},
		"SEC 1, with parameters":  {"-----BEGIN EC PARAMETERS-----\nBgUrgQQAIw==\n-----END EC PARAMETERS-----\n" + sec1(keys()["P-521"]), keys()["P-521"]},
		"JWK, RSA":                {jwk(rsaKey, ""), rsaKey},
		"JWK, P-256":              {jwk(keys()["P-256"], "k1"), keys()["P-256"]},
		"within white space":      {"\n\n  " + jwk(keys()["P-256"], "") + "\n", keys()["P-256"]},
		"after a certificate":     {encode("CERTIFICATE", []byte("x"), nil) + pkcs1, rsaKey},
		"after a mark":            {"\ufeff" + pkcs1, rsaKey},
		"with CRLF":               {strings.ReplaceAll(pkcs1, "\n", "\r\n"), rsaKey},
		"with text before":        {"Bag Attributes\n    friendlyName: okta\n" + pkcs1, rsaKey},
		`with \n for line ends`:   {strings.ReplaceAll(pkcs8(keys()["P-256"]), "\n", `\n`), keys()["P-256"]},
		`with \r\n for line ends`: {strings.ReplaceAll(pkcs1, "\n", `\r\n`) + "\n", rsaKey},
		"base64 of PEM":           {base64.StdEncoding.EncodeToString([]byte(pkcs1)), rsaKey},
		"base64 of PEM, wrapped":  {wrap(base64.StdEncoding.EncodeToString([]byte(pkcs1)), "\r\n"), rsaKey},
		"base64 of PEM, folded":   {wrap(base64.StdEncoding.EncodeToString([]byte(pkcs1)), " "), rsaKey},
		"base64 of a JWK":         {base64.StdEncoding.EncodeToString([]byte(jwk(rsaKey, "k1"))), rsaKey},
		"a set of one JWK":        {set(jwk(rsaKey, "k1")), rsaKey},
		"a set with public JWKs":  {set(jwk(keys()["P-256"].Public(), "k1"), `{"kty":"unknown"}`, jwk(rsaKey, "k2")), rsaKey},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, err := oauth.ParsePrivateKey([]byte(test.data))
			if err != nil {
				t.Fatal(err)
			}
			if !sameKey(key.Public(), test.want.Public()) {
				t.Error("another key")
			}
		})
	}
}

func TestParsePrivateKeyRefuses(t *testing.T) {
	t.Parallel()
	_, ed25519Key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(key().Public())
	tests := map[string]struct{ data, says string }{
		"nothing":         {"", "neither PEM, with its line breaks, nor a JWK"},
		"a path":          {"/etc/okta/key.pem", "neither PEM, with its line breaks, nor a JWK"},
		"a public key":    {encode("PUBLIC KEY", public, err), "public key"},
		"a public JWK":    {jwk(key().Public(), "k1"), "not the JWK of an RSA or ECDSA private key"},
		"a symmetric JWK": {jwk([]byte("secret"), ""), "not a valid JWK"},
		"a set of JWKs": {set(jwk(key(), "k1"), jwk(keys()["P-384"], "k2")),
			"holds 2 private keys; choose one with privateKeyId"},
		"a set of public JWKs": {set(jwk(key().Public(), "k1")), "holds no RSA or ECDSA private key"},
		"an empty set":         {set(), "holds no RSA or ECDSA private key"},
		"base64 of something": {base64.StdEncoding.EncodeToString([]byte("secret")),
			"neither PEM, with its line breaks, nor a JWK"},
		"JSON":                 {`{"a":"secret"}`, "not a valid JWK"},
		"half a JWK":           {jwk(key(), "")[:40], "not a valid JWK"},
		"half a PEM":           {pkcs8(key())[:80], "neither PEM, with its line breaks, nor a JWK"},
		"another key":          {encode("PRIVATE KEY", []byte("secret"), nil), "asn1"},
		"an encrypted key":     {encode("ENCRYPTED PRIVATE KEY", []byte("secret"), nil), "decrypt it first"},
		"an old encrypted key": {"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nc2VjcmV0\n-----END RSA PRIVATE KEY-----\n", "decrypt it first"},
		"Ed25519":              {pkcs8(ed25519Key), "want RSA, or ECDSA"},
		"X25519":               {"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEIEhV9h3bDfBpGFqPNEUCVVcN8kCjGQv4N4FTZ2gBlWFb\n-----END PRIVATE KEY-----\n", "cannot sign"},
		"P-224":                {pkcs8(keys()["P-224"]), "want RSA, or ECDSA"},
		"RSA of 2047 bits":     {pkcs8(keys()["RSA 2047"]), "2048 or more"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := oauth.ParsePrivateKey([]byte(test.data))
			checkError(t, err, api.ErrInvalidArgument, test.says)
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("error %v shows the key", err)
			}
		})
	}
}

func TestParsePrivateKeyByID(t *testing.T) {
	t.Parallel()
	two := []byte(set(jwk(key(), "k1"), jwk(keys()["P-384"], "k2")))
	signer, err := oauth.ParsePrivateKeyByID(two, "k2")
	if err != nil || !keys()["P-384"].Public().(*ecdsa.PublicKey).Equal(signer.Public()) {
		t.Errorf("k2 is %v, %v", signer, err)
	}
	_, err = oauth.ParsePrivateKeyByID(two, "k3")
	checkError(t, err, api.ErrInvalidArgument, `no RSA or ECDSA private key with the key ID "k3"`)
	if _, err := oauth.ParsePrivateKeyByID([]byte(pkcs8(key())), "k3"); err != nil {
		t.Errorf("PEM has no key ID that could differ: %v", err)
	}
}

// The key id of a JWK is used without being asked for.
func TestJWKsNameTheirKey(t *testing.T) {
	t.Parallel()
	signer, err := oauth.ParsePrivateKey([]byte(jwk(key(), "k1")))
	if err != nil {
		t.Fatal(err)
	}
	org := newOrg(3, oktatest.WithServiceApp(oktatest.ServiceApp{
		ClientID: clientID, Keys: map[string]crypto.PublicKey{"k1": key().Public(), "k2": keys()["P-384"].Public()},
	}))
	if n, err := list(t.Context(), newClientOf(t, org.Transport(), newServiceApp(t, org.Transport(), signer))); n != 3 ||
		err != nil {
		t.Errorf("listed %d of 3: %v", n, err)
	}
}

func FuzzParsePrivateKey(f *testing.F) {
	f.Add([]byte(pkcs8(key())))
	f.Add([]byte(sec1(keys()["P-384"])))
	f.Add([]byte(jwk(key(), "k1")))
	f.Add([]byte(`{"kty":"EC","crv":"P-256","x":"","y":"","d":""}`))
	f.Add([]byte(`{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}`))
	f.Add([]byte(jwk(key(), "k1")[:90]))
	f.Add([]byte(pkcs8(key())[:90]))
	f.Fuzz(func(t *testing.T, data []byte) {
		signer, err := oauth.ParsePrivateKey(data)
		if (err == nil) == (signer == nil) {
			t.Fatalf("key %T and error %v", signer, err)
		}
		if err == nil {
			if _, err := oauth.NewServiceApp(orgURL, clientID, signer); err != nil {
				t.Errorf("a key that was read is refused: %v", err)
			}
			return
		}
		if !errors.Is(err, api.ErrInvalidArgument) {
			t.Errorf("error %v is not ErrInvalidArgument", err)
		}
		for i := 20; i <= len(data); i++ {
			if piece := string(data[i-20 : i]); strings.Contains(err.Error(), piece) {
				t.Fatalf("error %v shows %q of the key", err, piece)
			}
		}
	})
}
