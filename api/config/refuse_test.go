package config_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.com/apptokens/api/config"
)

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	block, _ := pem.Decode([]byte(pemKey))
	raw := base64.StdEncoding.EncodeToString(block.Bytes)
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
		"a misspelt org URL":           {environment{}, "okta: {client: {ogrUrl: x}}", []string{"orgUrl is not set", "okta.client.ogrUrl is not a known setting and is ignored; did you mean orgUrl?"}},
		"no token":                     {environment{"ORGURL": orgURL}, "", []string{"token is not set (looked in the environment", "set OKTA_CLIENT_TOKEN", "OKTA_CLIENT_PRIVATEKEY and OKTA_CLIENT_CLIENTID"}},
		"no token in a file":           {environment{}, "okta: {client: {orgUrl: https://acme.okta.com}}", []string{"token is not set (looked in the environment, ", "okta.yaml); set OKTA_CLIENT_TOKEN"}},
		"no access token":              {environment{"ORGURL": orgURL, "AUTHORIZATIONMODE": "Bearer"}, "", []string{"token is not set", "the mode is Bearer"}},
		"no key":                       {environment{"ORGURL": orgURL, "AUTHORIZATIONMODE": "PrivateKey"}, "", []string{"privateKey is not set", "OKTA_CLIENT_PRIVATEKEY"}},
		"no client ID":                 {environment{"ORGURL": orgURL, "PRIVATEKEY": pemKey}, "", []string{"clientId is not set"}},
		"an unknown mode":              {with("AUTHORIZATIONMODE", "ssws"), "", []string{"authorizationMode (from OKTA_CLIENT_AUTHORIZATIONMODE)", `"ssws"`, "SSWS, Bearer or PrivateKey"}},
		"both":                         {with("PRIVATEKEY", pemKey), "", []string{"token (from OKTA_CLIENT_TOKEN) and a private key (from OKTA_CLIENT_PRIVATEKEY)", "remove one"}},
		"a token with a space":         {with("TOKEN", "secret secret"), "", []string{"token (from OKTA_CLIENT_TOKEN)"}},
		"two spellings":                {with("ORG_URL", "https://other.okta.com"), "", []string{"OKTA_CLIENT_ORGURL and OKTA_CLIENT_ORG_URL are both set"}},
		"a wrong org URL":              {with("ORGURL", "http://acme.okta.com"), "", []string{"orgUrl (from OKTA_CLIENT_ORGURL)", "https only"}},
		"text for a number":            {with("REQUESTTIMEOUT", "30s"), "", []string{"requestTimeout (from OKTA_CLIENT_REQUESTTIMEOUT)", `"30s"`, "0 to 86400"}},
		"text for a number in a file":  {with(), "okta:\n  client:\n    rateLimit:\n      maxRetries: many\n", []string{"rateLimit.maxRetries (from ", "okta.yaml, line 4)", `"many"`}},
		"a negative number":            {with("RATELIMIT_MAXBACKOFF", "-1"), "", []string{"rateLimit.maxBackoff (from OKTA_CLIENT_RATELIMIT_MAXBACKOFF)"}},
		"an absurd number":             {with("CONNECTIONTIMEOUT", "99999999999999999999"), "", []string{"connectionTimeout"}},
		"more than a day":              {with("REQUESTTIMEOUT", "86401"), "", []string{"requestTimeout", "0 to 86400"}},
		"too many retries":             {with("RATELIMIT_MAXRETRIES", "1001"), "", []string{"rateLimit.maxRetries", "0 to 1000"}},
		"a client ID that is too long": {with("CLIENTID", strings.Repeat("0", 201)), "", []string{"clientId", "more than 200 characters"}},
		"text for the check's boolean": {with("OKTA_TESTING_TESTINGDISABLEHTTPSCHECK", "maybe"), "", []string{"testing.testingDisableHttpsCheck (from ", "true or false"}},
		"text for a boolean":           {with("DPOPENABLED", "maybe"), "", []string{"dpopEnabled (from OKTA_CLIENT_DPOPENABLED)", "true or false"}},
		"a key file that is not":       {app("/etc/okta/secret.pem"), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY)", "nor the path of a file that can be read: no such file"}},
		"a file without a key":         {app(write(t, "key.pem", "secret", 0o600)), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY) is the path of a file, ", "key.pem, that does not hold a private key"}},
		"a quote for a key":            {app("'"), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY)", "neither PEM nor a JWK"}},
		"a directory":                  {app("/"), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY)", "not a regular file"}},
		"a key without its frame":      {app(raw), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY)", "neither PEM nor a JWK"}},
		"a key without its first line": {app(`MIGHAgEAMBMGByqGSM49secret\n-----END PRIVATE KEY-----\n`), "", []string{"neither PEM nor a JWK"}},
		"a JWK without its brace":      {app(`"kty":"EC","d":"secret"}`), "", []string{"neither PEM nor a JWK"}},
		"a mode without its key":       {with("TOKEN", "", "PRIVATEKEY", pemKey, "AUTHORIZATIONMODE", "SSWS"), "", []string{"authorizationMode (from OKTA_CLIENT_AUTHORIZATIONMODE) is SSWS", "a private key is set (from OKTA_CLIENT_PRIVATEKEY)"}},
		"a key for a client ID":        {with("CLIENTID", pemKey), "", []string{"clientId (from OKTA_CLIENT_CLIENTID) is not an ID"}},
		"a client ID with a space":     {with("CLIENTID", "0oa1 0oa2"), "", []string{"clientId (from OKTA_CLIENT_CLIENTID) is not an ID"}},
		"a key for a key id":           {with("PRIVATEKEYID", pemKey), "", []string{"privateKeyId (from OKTA_CLIENT_PRIVATEKEYID) is not an ID"}},
		"no scopes":                    {with("SCOPES", ","), "", []string{"scopes (from OKTA_CLIENT_SCOPES) names no scope"}},
		"a setting twice":              {environment{}, "okta:\n  client:\n    token: secret\n    token: secret2\n", []string{"line 4: a key occurs twice, first at line 3"}},
		"a key, also with dots":        {environment{}, "okta.client.token: secret\nokta:\n  client: {token: secret2}\n", []string{"line 3: okta.client.token occurs twice, first at ", "okta.yaml, line 1"}},
		"with dots, also a key":        {environment{}, "okta: {client: {token: secret}}\nOKTA.Client.Token: secret2\n", []string{"line 2: okta.client.token occurs twice, first at ", "okta.yaml, line 1"}},
		"scopes that differ":           {with(), "okta: {client: {scopes: okta.apps.read}}\nokta.client.scopes: okta.apps.manage\n", []string{"line 2: okta.client.scopes occurs twice, first at "}},
		"half with dots":               {environment{}, "okta: {client.token: secret}\nokta.client: {token: secret2}\n", []string{"line 2: okta.client.token occurs twice, first at ", "okta.yaml, line 1"}},
		"all within one section":       {environment{}, "okta:\n  client.token: secret\n  client: {token: secret2}\n", []string{"line 3: okta.client.token occurs twice, first at ", "okta.yaml, line 2"}},
		"a key below a section":        {environment{}, "okta:\n  client: {rateLimit.maxRetries: 1, rateLimit: {maxRetries: 2}}\n", []string{"okta.client.rateLimit.maxRetries occurs twice, first at "}},
		"two names of one check":       {environment{}, "okta:\n  testing:\n    disableHttpsCheck: true\n    testingDisableHttpsCheck: false\n", []string{"line 4: ", "occurs twice, first at ", "okta.yaml, line 3"}},
		"merge keys":                   {environment{}, "a: &a {token: secret}\nokta:\n  client:\n    <<: *a\n", []string{"merge keys (<<) are not supported"}},
		"settings one level too high":  {environment{}, "okta:\n  orgUrl: https://acme.okta.com\n", []string{"okta.yaml (which has no setting below okta.client)"}},
		"a public key":                 {app(string(publicKey)), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY) is not a private key", "not the JWK of"}},
		"invalid YAML":                 {environment{}, "okta:\n  client:\n    token: *secret\n", []string{"okta.yaml: it is not valid YAML"}},
		"tabs":                         {environment{}, "okta:\n\tclient:\n", []string{"okta.yaml: it is not valid YAML, at or after line 2"}},
		"a list of tokens":             {environment{}, "okta:\n  client:\n    token: [secret]\n", []string{"line 3: okta.client.token has the wrong type"}},
		"a list in a list of scopes":   {environment{}, "okta:\n  client:\n    scopes: [[secret]]\n", []string{"line 3: okta.client.scopes has the wrong type"}},
		"a list with a null":           {environment{}, "okta:\n  client:\n    token: [secret, ~]\n", []string{"line 3: okta.client.token has the wrong type"}},
		"a JWK with a key twice":       {environment{}, "okta:\n  client:\n    privateKey: {kty: EC, d: secret, d: secret}\n", []string{"line 3: okta.client.privateKey has the wrong type"}},
		"a map of scopes":              {environment{}, "okta:\n  client:\n    scopes: {secret: 1}\n", []string{"line 3: okta.client.scopes has the wrong type"}},
		"an org to fill in":            {with("ORGURL", "https://{yourOktaDomain}"), "", []string{"orgUrl (from OKTA_CLIENT_ORGURL)", "placeholder"}},
		"a token to fill in":           {with("TOKEN", "${OKTA_secret}"), "", []string{"token (from OKTA_CLIENT_TOKEN)", "placeholder"}},
		"a token of Windows's":         {with("TOKEN", "%OKTA_secret%"), "", []string{"token (from OKTA_CLIENT_TOKEN)", "placeholder"}},
		"a token in brackets":          {with("TOKEN", "[secret]"), "", []string{"token (from OKTA_CLIENT_TOKEN)", "placeholder"}},
		"a token to change":            {with("TOKEN", "ChangeMe"), "", []string{"token (from OKTA_CLIENT_TOKEN)", "placeholder"}},
		"a client ID of Windows's":     {with("CLIENTID", "%CLIENT_ID%"), "", []string{"clientId (from OKTA_CLIENT_CLIENTID)", "placeholder"}},
		"a key of Windows's":           {app("%OKTA_KEY%"), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY)", "placeholder"}},
		"a token as in the sample":     {environment{"ORGURL": orgURL}, "okta: {client: {token: {yourApiToken}}}", []string{"token (from ", "line 1)", "placeholder"}},
		"a client ID to fill in":       {with("CLIENTID", "<clientId>"), "", []string{"clientId (from OKTA_CLIENT_CLIENTID)", "placeholder"}},
		"a key id to fill in":          {with("PRIVATEKEYID", "$KEY_ID"), "", []string{"privateKeyId (from OKTA_CLIENT_PRIVATEKEYID)", "placeholder"}},
		"a key to fill in":             {app("${OKTA_KEY}"), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY)", "placeholder"}},
		"a key as in the sample":       {environment{"ORGURL": orgURL, "CLIENTID": "0oa1"}, "okta: {client: {privateKey: {yourPrivateKey}}}", []string{"privateKey (from ", "placeholder"}},
		"a proxy to fill in":           {with("PROXY_HOST", "<proxy_host>"), "", []string{"proxy.host (from OKTA_CLIENT_PROXY_HOST)", "placeholder"}},
		"a proxy with a scheme":        {with("PROXY_HOST", "http://proxy.acme.example:3128"), "", []string{"proxy.host (from OKTA_CLIENT_PROXY_HOST)", "not a host name"}},
		"a proxy's port, out of range": {with("PROXY_HOST", "proxy.acme.example", "PROXY_PORT", "65536"), "", []string{"proxy.port (from OKTA_CLIENT_PROXY_PORT)", "0 to 65535"}},
		"a proxy without a host":       {with("PROXY_PASSWORD", "secret"), "", []string{"proxy.password (from OKTA_CLIENT_PROXY_PASSWORD) is set, but proxy.host is not"}},
		"a rate share out of range":    {with("RATESHARE", "1.5"), "", []string{"rateShare (from OKTA_CLIENT_RATESHARE)", `"1.5"`, "over 0 and up to 1"}},
		"a rate share of nothing":      {with("RATE_SHARE", "0"), "", []string{"rateShare (from OKTA_CLIENT_RATE_SHARE)", `"0"`}},
		"a rate share that is NaN":     {with(), "okta: {client: {rateShare: .nan}}", []string{"rateShare (from ", `".nan"`}},
		"several private keys":         {app(`{"keys":[` + jwkKey + "," + otherJWK + `]}`), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY)", "2 private keys; choose one with privateKeyId"}},
		"keys that differ in case":     {with(), "okta:\n  client:\n    orgUrl: https://acme.okta.com\n    orgURL: https://evil.example\n", []string{"line 4: a key occurs twice, first at line 3"}},
		"sections that do":             {with(), "okta: {client: {}}\nOkta: {client: {}}\n", []string{"line 2: a key occurs twice, first at line 1"}},
		"a quoted merge key":           {with(), "a: &a {token: secret}\nokta:\n  client:\n    \"<<\": *a\n", []string{"line 4: merge keys (<<) are not supported"}},
		"a second document":            {with(), "okta: {client: {}}\n---\nokta: {client: {token: secret}}\n", []string{"a second YAML document"}},
		"text in place of settings":    {with(), "secret", []string{"line 1: the file is not a mapping"}},
		"text in place of a section":   {with(), "okta: {client: secret}", []string{"line 1: okta.client is not a mapping"}},
		"a huge file":                  {environment{}, strings.Repeat("# secret\n", 1<<18), []string{"larger than 1 MiB"}},
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
		checkError(t, err, "not a regular file")
	})
}

// The largest values that are valid.
func TestLoadTakesLargeValues(t *testing.T) {
	t.Parallel()
	env := environment{
		"ORGURL": orgURL, "TOKEN": "secret", "CLIENTID": strings.Repeat("0", 200), "REQUESTTIMEOUT": "86400",
		"RATELIMIT_MAXRETRIES": "1000", "RATESHARE": "1", "PROXY_HOST": "proxy.acme.example", "PROXY_PORT": "65535",
	}
	file := write(t, "okta.yaml", strings.Repeat("#\n", 1<<19), 0o600) // 1 MiB
	settings, err := config.Load(config.WithEnvironment(env.get), config.WithFiles(file))
	if err != nil {
		t.Fatal(err)
	}
	if settings.RequestTimeout != 24*time.Hour || settings.MaxAttempts != 1001 || settings.RateShare != 1 || len(settings.ClientID) != 200 {
		t.Errorf("%+v", settings)
	}
	if got := proxyOf(t, settings, orgURL); got != "proxy.acme.example:65535" {
		t.Errorf("the proxy is %s", got)
	}
	if _, err := settings.Client(); err != nil {
		t.Error(err)
	}
}

// Variables of Terraform's provider draw a hint, and their values are not shown.
func TestTerraformsNamesDrawAHint(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		env  environment
		hint string
	}{
		"a token": {environment{"ORGURL": orgURL, "OKTA_API_TOKEN": "secret"}, `found Terraform's OKTA_API_TOKEN: export OKTA_CLIENT_TOKEN="$OKTA_API_TOKEN"`},
		"an org": {environment{"TOKEN": "t", "OKTA_ORG_NAME": "secret", "OKTA_BASE_URL": "secret"},
			`found Terraform's OKTA_ORG_NAME, OKTA_BASE_URL: export OKTA_CLIENT_ORGURL="https://$OKTA_ORG_NAME.$OKTA_BASE_URL"`},
		"a token, and no org": {environment{"OKTA_API_TOKEN": "secret"}, `orgUrl is not set (looked in the environment); set OKTA_CLIENT_ORGURL, or okta.client.orgUrl in ~/.okta/okta.yaml, to ` +
			`the URL of the org, such as https://acme.okta.com; found Terraform's OKTA_API_TOKEN: export OKTA_CLIENT_TOKEN="$OKTA_API_TOKEN"`},
		"a service app, and no mode": {environment{"ORGURL": orgURL, "OKTA_API_CLIENT_ID": "secret", "OKTA_API_PRIVATE_KEY": "secret"},
			`found Terraform's OKTA_API_CLIENT_ID: export OKTA_CLIENT_CLIENTID="$OKTA_API_CLIENT_ID"; found Terraform's OKTA_API_PRIVATE_KEY: export OKTA_CLIENT_PRIVATEKEY=`},
		"a base URL":  {environment{"TOKEN": "t", "OKTA_BASE_URL": "secret"}, "found Terraform's OKTA_BASE_URL"},
		"a client ID": {environment{"ORGURL": orgURL, "PRIVATEKEY": pemKey, "OKTA_API_CLIENT_ID": "secret"}, "found Terraform's OKTA_API_CLIENT_ID"},
		"a key":       {environment{"ORGURL": orgURL, "AUTHORIZATIONMODE": "PrivateKey", "OKTA_API_PRIVATE_KEY": "secret"}, "found Terraform's OKTA_API_PRIVATE_KEY"},
	} {
		_, err := config.Load(config.WithEnvironment(test.env.get), config.WithFiles())
		checkError(t, err, test.hint)
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: error %v shows a value", name, err)
		}
	}
	for name, env := range map[string]environment{
		"beside another token": {"TOKEN": "t", "OKTA_API_TOKEN": "secret", "OKTA_API_PRIVATE_KEY": "secret"},
		"beside another key":   {"PRIVATEKEY": pemKey, "OKTA_API_TOKEN": "secret"},
		"of another mode":      {"ORGURL": orgURL, "AUTHORIZATIONMODE": "PrivateKey", "OKTA_API_TOKEN": "secret"},
	} {
		_, err := config.Load(config.WithEnvironment(env.get), config.WithFiles())
		if err == nil || strings.Contains(err.Error(), "Terraform") {
			t.Errorf("%s: a hint at a credential that would be in the way: %v", name, err)
		}
	}
}
