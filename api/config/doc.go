// Package config makes a client from the settings that Okta's own tools use: OKTA_CLIENT_* environment variables and
// okta.yaml files.
//
//	settings, err := config.Load()
//	if err != nil {
//		return err
//	}
//	client, err := settings.Client()
//
// A complete okta.yaml for a service app:
//
//	okta:
//	  client:
//	    orgUrl: https://acme.okta.com
//	    authorizationMode: PrivateKey
//	    clientId: 0oaServiceApp
//	    privateKey: /etc/okta/key.pem   # or the PEM or the JWK itself
//	    privateKeyId: key1              # where the app has several keys
//	    scopes: [okta.apps.read, okta.apps.manage]
//
// And one for an API token:
//
//	okta:
//	  client:
//	    orgUrl: https://acme.okta.com
//	    token: 00a...
//
// See [Setting] for all settings, and https://github.com/okta/okta-sdk-golang#configuration-reference for where they
// come from. Others that Okta's tools have are ignored.
package config
