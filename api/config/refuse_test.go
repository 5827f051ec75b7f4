package config_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"example.com/apptokens/api/config"
)

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	raw := base64.StdEncoding.EncodeToString([]byte(pemKey + "secret"))
	valid := environment{"ORGURL": orgURL, "TOKEN": "secret"}
	with := func(pairs ...string) environment {
		e := environment{}
		for k, v := range valid {
			e[k] = v
		}
		for i := 0; i < len(pairs); i += 2 {
			e[pairs[i]] = pairs[i+1]
		}
		return e
	}
	app := func(key string) environment {
		return environment{"ORGURL": orgURL, "CLIENTID": "0oaService", "PRIVATEKEY": key}
	}
	publicKey, err := json.Marshal(jose.JSONWebKey{Key: key.Public()})
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		env  environment
		file string
		says []string
	}{
		"nothing":                      {environment{}, "", []string{"orgUrl is not set (looked in the environment, ", "okta.yaml (which has no setting below okta.client)); set OKTA_CLIENT_ORGURL, or okta.client.orgUrl in ~/.okta/okta.yaml"}},
		"no token":                     {environment{"ORGURL": orgURL}, "", []string{"token is not set (looked in the environment", "set OKTA_CLIENT_TOKEN", "OKTA_CLIENT_PRIVATEKEY and OKTA_CLIENT_CLIENTID"}},
		"no access token":              {environment{"ORGURL": orgURL, "AUTHORIZATIONMODE": "Bearer"}, "", []string{"token is not set", "the mode is Bearer"}},
		"no key":                       {environment{"ORGURL": orgURL, "AUTHORIZATIONMODE": "PrivateKey"}, "", []string{"privateKey is not set", "OKTA_CLIENT_PRIVATEKEY"}},
		"no client ID":                 {environment{"ORGURL": orgURL, "PRIVATEKEY": pemKey}, "", []string{"clientId is not set"}},
		"an unknown mode":              {with("AUTHORIZATIONMODE", "ssws"), "", []string{"authorizationMode (from OKTA_CLIENT_AUTHORIZATIONMODE)", `"ssws"`, "SSWS, Bearer or PrivateKey"}},
		"both":                         {with("PRIVATEKEY", pemKey), "", []string{"token (from OKTA_CLIENT_TOKEN) and a private key (from OKTA_CLIENT_PRIVATEKEY)", "remove one"}},
		"both, in different places":    {with(), "okta: {client: {privateKey: key.pem}}", []string{"OKTA_CLIENT_TOKEN", "okta.yaml, line 1"}},
		"a token with a space":         {with("TOKEN", "secret secret"), "", []string{"token (from OKTA_CLIENT_TOKEN)"}},
		"two spellings":                {with("ORG_URL", "https://other.okta.com"), "", []string{"OKTA_CLIENT_ORGURL and OKTA_CLIENT_ORG_URL are both set"}},
		"a wrong org URL":              {with("ORGURL", "http://acme.okta.com"), "", []string{"orgUrl (from OKTA_CLIENT_ORGURL)", "https only"}},
		"no number":                    {with("REQUESTTIMEOUT", "30s"), "", []string{"requestTimeout (from OKTA_CLIENT_REQUESTTIMEOUT)", `"30s"`, "0 to 86400"}},
		"no number in a file":          {with(), "okta:\n  client:\n    rateLimit:\n      maxRetries: many\n", []string{"rateLimit.maxRetries (from ", "okta.yaml, line 4)", `"many"`}},
		"a negative number":            {with("RATELIMIT_MAXBACKOFF", "-1"), "", []string{"rateLimit.maxBackoff (from OKTA_CLIENT_RATELIMIT_MAXBACKOFF)"}},
		"an absurd number":             {with("CONNECTIONTIMEOUT", "99999999999999999999"), "", []string{"connectionTimeout"}},
		"no boolean":                   {with("DPOPENABLED", "maybe"), "", []string{"dpopEnabled (from OKTA_CLIENT_DPOPENABLED)", "true or false"}},
		"a key file that is not":       {app("/etc/okta/secret.pem"), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY)", "nor the path of a file that can be read: no such file"}},
		"a directory":                  {app("/"), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY)", "is a directory"}},
		"a key without its frame":      {app(raw), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY)", "neither PEM nor a JWK"}},
		"a key without its first line": {app(`MIGHAgEAMBMGByqGSM49secret\n-----END PRIVATE KEY-----\n`), "", []string{"neither PEM nor a JWK"}},
		"a JWK without its brace":      {app(`"kty":"EC","d":"secret"}`), "", []string{"neither PEM nor a JWK"}},
		"a mode without its key":       {with("TOKEN", "", "PRIVATEKEY", pemKey, "AUTHORIZATIONMODE", "SSWS"), "", []string{"authorizationMode (from OKTA_CLIENT_AUTHORIZATIONMODE) is SSWS", "a private key (from OKTA_CLIENT_PRIVATEKEY)"}},
		"a key for a client ID":        {with("CLIENTID", pemKey), "", []string{"clientId (from OKTA_CLIENT_CLIENTID) holds what no ID does"}},
		"a key for a key id":           {with("PRIVATEKEYID", pemKey), "", []string{"privateKeyId (from OKTA_CLIENT_PRIVATEKEYID) holds what no ID does"}},
		"no scopes":                    {with("SCOPES", ","), "", []string{"scopes (from OKTA_CLIENT_SCOPES) names no scope"}},
		"a setting twice":              {environment{}, "okta:\n  client:\n    token: secret\n    token: secret2\n", []string{"has a key twice, at line 4"}},
		"merge keys":                   {environment{}, "a: &a {token: secret}\nokta:\n  client:\n    <<: *a\n", []string{"merge keys (<<) are not supported"}},
		"settings one level too high":  {environment{}, "okta:\n  orgUrl: https://acme.okta.com\n", []string{"okta.yaml (which has no setting below okta.client)"}},
		"a public key":                 {app(string(publicKey)), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY) is no key", "not the JWK of"}},
		"no YAML":                      {environment{}, "okta:\n  client:\n    token: *secret\n", []string{"okta.yaml: it is not valid YAML"}},
		"tabs":                         {environment{}, "okta:\n\tclient:\n", []string{"okta.yaml: it is not valid YAML, or has a key twice, at line 2"}},
		"a list of tokens":             {environment{}, "okta:\n  client:\n    token: [secret]\n", []string{"line 3: okta.client.token is not of the form"}},
		"a map of scopes":              {environment{}, "okta:\n  client:\n    scopes: {secret: 1}\n", []string{"line 3: okta.client.scopes is not of the form"}},
		"a huge file":                  {environment{}, strings.Repeat("# secret\n", 1<<18), []string{"larger than a mebibyte"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(config.WithEnvironment(test.env.get), config.WithFiles(write(t, "okta.yaml", test.file, 0o600)))
			checkError(t, err, test.says...)
			if text := strings.ReplaceAll(err.Error(), "secret.pem", ""); strings.Contains(text, "secret") || strings.Contains(text, raw[:20]) || strings.Contains(text, pemKey[:40]) {
				t.Errorf("error %v shows a secret", err)
			}
		})
	}
	t.Run("an empty explicit value", func(t *testing.T) {
		t.Parallel()
		_, err := config.Load(config.With(config.OrgURL, "", "--org-url"), config.WithEnvironment(valid.get), config.WithFiles())
		checkError(t, err, "orgUrl (from --org-url) is empty")
	})
	t.Run("a file that cannot be read", func(t *testing.T) {
		t.Parallel()
		_, err := config.Load(config.WithEnvironment(valid.get), config.WithFiles(t.TempDir()))
		checkError(t, err, "is a directory")
	})
}

func TestFilesThatEverybodyCanRead(t *testing.T) {
	t.Parallel()
	keyFile := write(t, "key.pem", pemKey, 0o644)
	file := write(t, "okta.yaml", "okta: {client: {orgUrl: "+orgURL+", token: secret}}", 0o644)
	noSecret := write(t, "okta.yaml", "okta: {client: {orgUrl: "+orgURL+", clientId: 0oaService}}", 0o644)
	tests := map[string]struct {
		env  environment
		file string
		want string
	}{
		"a key file":                  {environment{"PRIVATEKEY": keyFile}, noSecret, keyFile},
		"a file with a token":         {environment{}, file, file},
		"a file without any, is fine": {environment{"TOKEN": "secret"}, noSecret, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings, err := config.Load(config.WithEnvironment(test.env.get), config.WithFiles(test.file))
			if err != nil {
				t.Fatal(err)
			}
			warnings := strings.Join(settings.Warnings, "\n")
			if test.want == "" && warnings != "" || test.want != "" && !strings.Contains(warnings, "chmod 600 "+test.want) {
				t.Errorf("warnings %q, want one about %q", warnings, test.want)
			}
		})
	}
}
