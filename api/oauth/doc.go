// Package oauth authorizes the client of package api as an OAuth 2.0 service app of Okta: with a private key instead of
// an API token, for the scopes that the app was granted, and with access tokens that are of no use to whoever steals
// them (DPoP).
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
// the public key, and grant the scopes okta.apps.read and okta.apps.manage (Okta API Scopes). Give the app an admin role
// that may manage the apps in question (Admin roles). See
// https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/.
//
// # Access tokens
//
// A [ServiceApp] gets an access token when the first request needs one, for all requests, and a new one a minute before
// it expires (Okta's live an hour). A token that is refused with 401, because somebody revoked it, is replaced once.
// The assertion that each token request is signed with lives five minutes, by the server's clock once that is known.
//
// Token requests are retried as requests to the API are: a 429 when its window has ended, outages and broken
// connections with exponential back-off, see [api.RetryPolicy]. A caller whose context would end during such a wait
// gets the server's error at once.
//
// # DPoP
//
// Okta demands Demonstrating Proof of Possession (RFC 9449) of new service apps by default, and so does this package,
// unless [WithoutDPoP] says otherwise. Every attempt of every request has a proof of its own. Nonces are learnt from
// every response, from the token endpoint and from the API separately.
package oauth
