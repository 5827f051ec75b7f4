package oauth_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"log"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oauth"
	"example.com/apptokens/api/oktatest"
)

func ExampleNewServiceApp() {
	// An org that knows the public half of the key. In real life, the private half comes from a file, by way of
	// ParsePrivateKey, or stays in a KMS.
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 450), oktatest.WithServiceApp(oktatest.ServiceApp{
		ClientID: "0oaServiceApp", Keys: map[string]crypto.PublicKey{"key1": key.Public()},
	}))
	defer org.Close()

	app, err := oauth.NewServiceApp(org.URL, "0oaServiceApp", key, oauth.WithKeyID("key1"))
	if err != nil {
		log.Fatal(err)
	}
	client, err := api.New(org.URL, app)
	if err != nil {
		log.Fatal(err)
	}
	n := 0
	for _, err := range client.List(context.Background(), "0oa1") {
		if err != nil {
			log.Fatal(err)
		}
		n++
	}
	fmt.Println(n, "tokens")
	// Output: 450 tokens
}

func ExampleError() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	org := oktatest.New(oktatest.WithServiceApp(oktatest.ServiceApp{
		ClientID: "0oaServiceApp", Keys: map[string]crypto.PublicKey{"": key.Public()}, Scopes: []string{oauth.ScopeRead},
	}))
	httpClient := newHTTPClient(org)

	app, err := oauth.NewServiceApp("https://acme.okta.com", "0oaServiceApp", key, oauth.WithHTTPClient(httpClient))
	if err != nil {
		log.Fatal(err)
	}
	client, err := api.New("https://acme.okta.com", app, api.WithHTTPClient(httpClient))
	if err != nil {
		log.Fatal(err)
	}
	err = client.RevokeAll(context.Background(), "0oa1")
	var failure *oauth.Error
	if errors.As(err, &failure) {
		fmt.Println("missing:", failure.MissingScopes)
	}
	// Output: missing: [okta.apps.manage]
}
