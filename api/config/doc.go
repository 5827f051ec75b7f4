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
//	    privateKey: /etc/okta/key.pem   # or the key itself, see oauth.ParsePrivateKey
//	    privateKeyId: key1              # if the app has several keys
//	    scopes: [okta.apps.read, okta.apps.manage]
//
// And one for an API token:
//
//	okta:
//	  client:
//	    orgUrl: https://acme.okta.com
//	    token: 00a...
//	    proxy: {host: proxy.acme.com, port: 3128}
//	    rateLimit: {maxRetries: 4, maxBackoff: 30}
//	    rateShare: 0.5
//
// [Setting] lists all settings; most are described at https://github.com/okta/okta-sdk-golang#configuration-reference.
// Names that Okta's tools do not know, and misspelt sections, draw a warning.
//
// # Where settings come from
//
// Each setting comes from the first place that has it: [With], the environment, ./.okta.yaml, ~/.okta/okta.yaml. The
// settings of a credential (token, privateKey, clientId, privateKeyId, scopes, authorizationMode, dpopEnabled) are not
// mixed: the first place with a token or a private key decides between the two, and later files add nothing to the
// credential of an earlier file. A token and a private key in the same place are an error.
//
// A file that cannot be read draws a warning if earlier places provide both org and credential. Otherwise it is an
// error, so that no later file takes its place. Only regular files are read.
//
// # Files in the working directory
//
// A pull request or an archive can contain a .okta.yaml. It may decide where its own credential goes: a token or a
// private key in the file itself, or a key file in the working directory. If the credential comes from elsewhere, the
// file's orgUrl is an error (unless the home directory's file has the same), and its proxy, testingDisableHttpsCheck
// and dpopEnabled are ignored with a warning; another warning names the settings that do apply. To trust the file, set
// the org in the environment, or name the file ([WithFiles], or --config of the command).
package config
