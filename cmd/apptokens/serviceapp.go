package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"example.com/apptokens/api/oktatest"
)

const (
	serviceClientID = "0oaServiceApp"
	serviceKeyID    = "key1"
)

// serviceAppKey is the private key of the service app that serve accepts. It is printed, and used nowhere else.
type serviceAppKey struct {
	key crypto.Signer
	pem string
}

// newServiceAppKey generates a key of type "ec" or "rsa". Okta's Node and Python SDKs sign only with RSA.
func newServiceAppKey(keyType string) (*serviceAppKey, error) {
	var key crypto.Signer
	var err error
	switch keyType {
	case "ec":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "rsa":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		err = errors.New("want ec or rsa")
	}
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return &serviceAppKey{key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))}, nil
}

func (k serviceAppKey) register() oktatest.Option {
	return oktatest.WithServiceApp(oktatest.ServiceApp{
		ClientID: serviceClientID, Keys: map[string]crypto.PublicKey{serviceKeyID: k.key.Public()},
	})
}

// settings returns a complete okta.yaml.
func (k serviceAppKey) settings(url string) string {
	const indent = "\n      "
	return fmt.Sprintf(`okta:
  client:
    orgUrl: %s
    authorizationMode: PrivateKey
    clientId: %s
    scopes: [okta.apps.read, okta.apps.manage]
    privateKeyId: %[3]s
    keyId: %[3]s # for Okta's Node SDK
    privateKey: |%[4]s
`, url, serviceClientID, serviceKeyID, indent+strings.ReplaceAll(strings.TrimSpace(k.pem), "\n", indent))
}
