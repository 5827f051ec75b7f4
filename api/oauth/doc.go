// Package oauth authorizes the client of package api as an OAuth 2.0 service app of Okta. A service app has a private
// key instead of an API token. Its access tokens have only the scopes that it was granted and, with DPoP, are useless
// if stolen.
//
//	key, err := oauth.ParsePrivateKey(pem)
//	if err != nil {
//		return err
//	}
//	app, err := oauth.NewServiceApp("https://acme.okta.com", "0oaServiceApp", key)
//	if err != nil {
//		return err
//	}
//	client, err := api.New("https://acme.okta.com", app)
//
// # In the Admin Console
//
// Create an app integration of type API Services. Choose "Public key / Private key" as its client authentication, add
// the public key, and grant the scopes okta.apps.read and okta.apps.manage (Okta API Scopes). Assign the app an admin
// role that may manage the apps in question (Admin roles). See
// https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/.
//
// # Access tokens
//
// A [ServiceApp] gets an access token when the first request needs one, uses it for all requests, and renews it a
// minute before it expires (Okta's tokens live for an hour). A token that is refused with 401, for example because it
// was revoked, is replaced once. The assertion that signs a token request is valid for five minutes, by the server's
// clock once that is known.
//
// Token requests are retried like requests to the API: a 429 when its window has ended, outages and broken connections
// with exponential back-off, see [api.RetryPolicy]. A caller whose context would end during such a wait gets the
// server's error at once.
//
// # DPoP
//
// By default, Okta requires Demonstrating Proof of Possession (RFC 9449) from new service apps, and this package uses
// it unless [WithoutDPoP] is given. Every attempt of every request has its own proof. Nonces are taken from every
// response, separately for the token endpoint and for the API.
package oauth
