package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"

	"example.com/apptokens/api/oktatest"
)

const (
	serviceClientID = "0oaServiceApp"
	serviceKeyID    = "key1"
)

// serviceAppKey is the private key of the service app that serve lets in. It is printed, and good for nothing else.
type serviceAppKey struct {
	key crypto.Signer
	pem string
}

func newServiceAppKey() (serviceAppKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return serviceAppKey{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return serviceAppKey{}, err
	}
	return serviceAppKey{key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))}, nil
}

func (k serviceAppKey) register() oktatest.Option {
	return oktatest.WithServiceApp(oktatest.ServiceApp{ClientID: serviceClientID, Keys: map[string]crypto.PublicKey{serviceKeyID: k.key.Public()}})
}

// settings is a complete okta.yaml.
func (k serviceAppKey) settings(url string) string {
	const indent = "\n      "
	return fmt.Sprintf(`okta:
  client:
    orgUrl: %s
    authorizationMode: PrivateKey
    clientId: %s
    scopes: [okta.apps.read, okta.apps.manage]
    privateKeyId: %s
    privateKey: |%s
`, url, serviceClientID, serviceKeyID, indent+strings.ReplaceAll(strings.TrimSpace(k.pem), "\n", indent))
}
