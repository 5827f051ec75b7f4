package oauth

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/jws"
	"example.com/apptokens/api/internal/text"
)

// ParsePrivateKey parses an RSA or ECDSA private key. It accepts PEM (PKCS#1, PKCS#8 or SEC 1), with line ends that may
// be written as \n or \r\n; a JWK; a JWK set with one private key; and any of these in base64, as CI systems store
// them. [NewServiceApp] uses the "kid" of a JWK. If the data is anything else, the error is [api.ErrInvalidArgument]
// and shows none of it.
func ParsePrivateKey(data []byte) (crypto.Signer, error) { return ParsePrivateKeyByID(data, "") }

// ParsePrivateKeyByID is like [ParsePrivateKey], but chooses from a JWK set the private key with the given key ID
// ("kid").
func ParsePrivateKeyByID(data []byte, keyID string) (crypto.Signer, error) {
	data = trim(data)
	if decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(data)), "")); err == nil {
		data = trim(decoded)
	}
	var key crypto.Signer
	var err error
	if bytes.HasPrefix(data, []byte("{")) {
		key, err = parseJSON(data, keyID)
	} else {
		key, err = parsePEM(data)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: private key: %w", api.ErrInvalidArgument, err)
	}
	if _, err := algorithmFor(key.Public(), ""); err != nil {
		return nil, err
	}
	return key, nil
}

// trim removes white space and the byte order mark that some editors write.
func trim(data []byte) []byte { return bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff"))) }

func parsePEM(data []byte) (crypto.Signer, error) {
	if !bytes.ContainsRune(data, '\n') {
		data = []byte(strings.NewReplacer(`\r\n`, "\n", `\n`, "\n").Replace(string(data)))
	}
	problem := errors.New("it is neither PEM, with its line breaks, nor a JWK; want text that starts with -----BEGIN or {")
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			return nil, problem
		}
		var key any
		var err error
		switch block.Type {
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			err = errors.New("it is encrypted; decrypt it first, with openssl pkey")
		case "PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE":
			problem = errors.New("it is a public key or a certificate; want the private key")
			data = rest
			continue
		default: // such as EC PARAMETERS, which openssl puts before the key
			data = rest
			continue
		}
		if block.Headers["DEK-Info"] != "" {
			err = errors.New("it is encrypted; decrypt it first, with openssl pkey")
		}
		if err != nil {
			return nil, err
		}
		signer, ok := key.(crypto.Signer)
		if !ok {
			return nil, errors.New("it cannot sign; want an RSA or ECDSA key")
		}
		return signer, nil
	}
}

// jwkKey is the key of a JWK, with its key ID if it has one. Its fields are not exported, so that JSON does not show
// them.
type jwkKey struct {
	signer crypto.Signer
	id     string
}

func (k jwkKey) Public() crypto.PublicKey { return k.signer.Public() }

func (k jwkKey) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return k.signer.Sign(rand, digest, opts)
}

// parseJSON parses a JWK, or chooses one from a set.
func parseJSON(data []byte, id string) (crypto.Signer, error) {
	var set struct{ Keys []json.RawMessage }
	if json.Unmarshal(data, &set) != nil || set.Keys == nil {
		return parseJWK(data)
	}
	var private []crypto.Signer
	for _, jwk := range set.Keys {
		if key, err := parseJWK(jwk); err == nil && (id == "" || id == keyID(key)) {
			private = append(private, key)
		}
	}
	switch {
	case len(private) == 1:
		return private[0], nil
	case len(private) > 1:
		return nil, fmt.Errorf("the JWK set holds %d private keys; choose one with privateKeyId (ParsePrivateKeyByID)",
			len(private))
	case id != "":
		return nil, fmt.Errorf("the JWK set holds no RSA or ECDSA private key with the key ID %q", text.Truncate(id, text.MaxValue))
	}
	return nil, errors.New("the JWK set holds no RSA or ECDSA private key")
}

func parseJWK(data []byte) (crypto.Signer, error) {
	var jwk jose.JSONWebKey
	if jwk.UnmarshalJSON(data) != nil || !jwk.Valid() {
		return nil, errors.New("it is not a valid JWK")
	}
	signer, ok := jwk.Key.(crypto.Signer)
	if !ok {
		return nil, errors.New("it is not the JWK of an RSA or ECDSA private key")
	}
	return jwkKey{signer, jwk.KeyID}, nil
}

func keyID(key crypto.Signer) string {
	if key, ok := key.(jwkKey); ok {
		return key.id
	}
	return ""
}

// algorithmFor returns the wanted algorithm if it suits the key, or the key's default if none is wanted.
func algorithmFor(public crypto.PublicKey, wanted jose.SignatureAlgorithm) (jose.SignatureAlgorithm, error) {
	var possible []jose.SignatureAlgorithm
	switch public := public.(type) {
	case *rsa.PublicKey:
		if bits := public.N.BitLen(); bits < 2048 {
			return "", check.Invalid("key", fmt.Sprintf("RSA, %d bits", bits), "Okta requires 2048 or more")
		}
		possible = jws.Algorithms[:3]
	case *ecdsa.PublicKey:
		switch public.Curve {
		case elliptic.P256():
			possible = []jose.SignatureAlgorithm{jose.ES256}
		case elliptic.P384():
			possible = []jose.SignatureAlgorithm{jose.ES384}
		case elliptic.P521():
			possible = []jose.SignatureAlgorithm{jose.ES512}
		}
	}
	switch {
	case len(possible) == 0:
		return "", check.Invalid("key", fmt.Sprintf("%T", public), "want RSA, or ECDSA on P-256, P-384 or P-521")
	case wanted == "":
		return possible[0], nil
	case !slices.Contains(possible, wanted):
		return "", check.Invalid("algorithm", string(wanted), fmt.Sprintf("the key supports %v", possible))
	}
	return wanted, nil
}
