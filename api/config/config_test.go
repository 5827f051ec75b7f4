package config_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.com/apptokens/api"
	"example.com/apptokens/api/config"
)

const orgURL = "https://acme.okta.com"

// key is the private key of every service app here.
var (
	key, pemKey, jwkKey = newKey("k1")
	_, _, otherJWK      = newKey("k2")
)

func newKey(id string) (key *ecdsa.PrivateKey, inPEM, inJWK string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	jwk, err := json.Marshal(jose.JSONWebKey{Key: key, KeyID: id})
	if err != nil {
		panic(err)
	}
	return key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), string(jwk)
}

// environment is a set of variables; their common prefix is left out.
type environment map[string]string

func (e environment) get(name string) string {
	if value, ok := e[strings.TrimPrefix(name, "OKTA_CLIENT_")]; ok {
		return value
	}
	return e[name]
}

// write writes a file into the test's own directory, and returns its path.
func write(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask is
		t.Fatal(err)
	}
	return path
}

// okta is a file with lines below okta.client.
func okta(t *testing.T, lines ...string) string {
	t.Helper()
	return write(t, "okta.yaml", "okta:\n  client:\n    "+strings.Join(lines, "\n    ")+"\n", 0o600)
}

func checkError(t *testing.T, err error, says ...string) {
	t.Helper()
	if !errors.Is(err, api.ErrInvalidArgument) {
		t.Fatalf("error %v, want an invalid argument", err)
	}
	for _, text := range says {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("error %v does not say %q", err, text)
		}
	}
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	local := okta(t, "orgUrl: https://local.okta.com", "token: local", "rateLimit: {maxRetries: 3, maxBackoff: 45}")
	home := okta(t, "orgUrl: https://home.okta.com", "token: home", "connectionTimeout: 7", "requestTimeout: 60")
	tests := map[string]struct {
		options          []config.Option
		orgURL           string
		orgFrom, tokenIn string
	}{
		"home alone":          {[]config.Option{config.WithFiles(home)}, "https://home.okta.com", home + ", line 3", home + ", line 4"},
		"local before home":   {[]config.Option{config.WithFiles(local, home)}, "https://local.okta.com", local + ", line 3", local + ", line 4"},
		"environment first":   {[]config.Option{config.WithFiles(local, home), config.WithEnvironment(environment{"ORGURL": orgURL}.get)}, orgURL, "OKTA_CLIENT_ORGURL", local + ", line 4"},
		"the other spelling":  {[]config.Option{config.WithFiles(local), config.WithEnvironment(environment{"ORG_URL": orgURL}.get)}, orgURL, "OKTA_CLIENT_ORG_URL", local + ", line 4"},
		"explicit before all": {[]config.Option{config.WithFiles(local), config.WithEnvironment(environment{"ORGURL": "https://env.okta.com"}.get), config.With(config.OrgURL, orgURL, "--org-url")}, orgURL, "--org-url", local + ", line 4"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := append([]config.Option{config.WithEnvironment(environment{}.get)}, test.options...)
			settings, err := config.Load(options...)
			if err != nil {
				t.Fatal(err)
			}
			if settings.OrgURL != test.orgURL || settings.Source(config.OrgURL) != test.orgFrom || settings.Source(config.Token) != test.tokenIn {
				t.Errorf("org %s from %s, token from %s", settings.OrgURL, settings.Source(config.OrgURL), settings.Source(config.Token))
			}
		})
	}
	t.Run("the org URL has one form", func(t *testing.T) {
		t.Parallel()
		settings, err := config.Load(config.WithFiles(local), config.WithEnvironment(environment{"ORGURL": "HTTPS://Acme.okta.com:443/"}.get))
		if err != nil || settings.OrgURL != orgURL {
			t.Errorf("%s, %v", settings.OrgURL, err)
		}
	})
	t.Run("two spellings of a variable may say the same in two ways", func(t *testing.T) {
		t.Parallel()
		env := environment{
			"ORGURL": orgURL, "ORG_URL": "HTTPS://Acme.okta.com:443/", "PRIVATEKEY": pemKey, "CLIENTID": "0oaService",
			"DPOPENABLED": "true", "DPOP_ENABLED": "True", "OKTA_TESTING_DISABLE_HTTPS_CHECK": "FALSE", "OKTA_TESTING_TESTINGDISABLEHTTPSCHECK": "false",
		}
		if settings, err := config.Load(config.WithEnvironment(env.get), config.WithFiles()); err != nil || settings.OrgURL != orgURL {
			t.Errorf("%s, %v", settings.OrgURL, err)
		}
	})
	t.Run("two spellings of a name may say the same in two ways", func(t *testing.T) {
		t.Parallel()
		file := write(t, "okta.yaml", "okta.client.scopes: okta.apps.read, okta.apps.manage\nokta: {client: {scopes: [okta.apps.read, okta.apps.manage]}}", 0o600)
		env := environment{"ORGURL": orgURL, "TOKEN": "secret"}
		if settings, err := config.Load(config.WithEnvironment(env.get), config.WithFiles(file)); err != nil || len(settings.Scopes) != 2 {
			t.Errorf("%+v, %v", settings, err)
		}
	})
	t.Run("settings are looked for one by one", func(t *testing.T) {
		t.Parallel()
		settings, err := config.Load(config.WithEnvironment(environment{"RATE_LIMIT_MAX_RETRIES": "0"}.get), config.WithFiles(local, home))
		if err != nil {
			t.Fatal(err)
		}
		if settings.MaxAttempts != 1 || settings.MaxBackoff != 45*time.Second || settings.ConnectionTimeout != 7*time.Second || settings.RequestTimeout != time.Minute {
			t.Errorf("%+v", settings)
		}
	})
}

func TestTheEnvironmentIsThatOfTheProcess(t *testing.T) {
	inDirectories(t, "", "")
	t.Setenv("OKTA_CLIENT_ORGURL", orgURL)
	t.Setenv("OKTA_CLIENT_TOKEN", "secret")
	if settings, err := config.Load(); err != nil || settings.Source(config.Token) != "OKTA_CLIENT_TOKEN" {
		t.Errorf("token from %q, %v", settings.Source(config.Token), err)
	}
}

func TestModes(t *testing.T) {
	t.Parallel()
	app := []string{"clientId: 0oaService", "orgUrl: " + orgURL}
	keyFile := write(t, "key.pem", pemKey, 0o600)
	indented := strings.ReplaceAll(strings.TrimSpace(pemKey), "\n", "\n      ")
	tests := map[string]struct {
		env   environment
		lines []string
		mode  config.Mode
		keyID string
	}{
		"an API token":                  {lines: []string{"orgUrl: " + orgURL, "token: secret"}, mode: config.ModeSSWS},
		"SSWS":                          {env: environment{"ORGURL": orgURL, "TOKEN": "secret", "AUTHORIZATIONMODE": "SSWS"}, mode: config.ModeSSWS},
		"Bearer":                        {env: environment{"ORGURL": orgURL, "TOKEN": "secret", "AUTHORIZATION_MODE": "Bearer"}, mode: config.ModeBearer},
		"PrivateKey":                    {lines: append(app, "authorizationMode: PrivateKey", "privateKey: "+keyFile), mode: config.ModePrivateKey},
		"a key alone":                   {lines: append(app, "privateKey: "+keyFile), mode: config.ModePrivateKey},
		"the key itself":                {lines: append(app, "privateKey: |\n      "+indented), mode: config.ModePrivateKey},
		"the JWK, quoted":               {lines: append(app, "privateKey: '"+jwkKey+"'"), mode: config.ModePrivateKey},
		"the JWK, in quotes that stay":  {env: environment{"PRIVATEKEY": "'" + jwkKey + "'"}, lines: app, mode: config.ModePrivateKey},
		"the JWK, in double quotes":     {env: environment{"PRIVATEKEY": `"` + strings.ReplaceAll(jwkKey, `"`, `\"`) + `"`}, lines: app, mode: config.ModePrivateKey},
		"a path and a line end":         {env: environment{"PRIVATEKEY": keyFile + "\n"}, lines: app, mode: config.ModePrivateKey},
		"the JWK, as it is":             {lines: append(app, "privateKey: "+jwkKey), mode: config.ModePrivateKey},
		"the key in the environment":    {env: environment{"PRIVATEKEY": pemKey}, lines: app, mode: config.ModePrivateKey},
		`the key with \n for new lines`: {env: environment{"PRIVATE_KEY": strings.ReplaceAll(pemKey, "\n", `\n`)}, lines: app, mode: config.ModePrivateKey},
		"a key id":                      {lines: append(app, "privateKey: "+keyFile, "privateKeyId: k7"), mode: config.ModePrivateKey, keyID: "k7"},
		"a key id for Okta's Node SDK":  {lines: append(app, "privateKey: "+keyFile, "keyId: k7"), mode: config.ModePrivateKey, keyID: "k7"},
		"a key id for both":             {lines: append(app, "privateKey: "+keyFile, "privateKeyId: k7", "keyId: k7"), mode: config.ModePrivateKey, keyID: "k7"},
		"keys in other cases":           {lines: []string{"orgURL: " + orgURL, "Token: secret"}, mode: config.ModeSSWS},
		"an alias":                      {lines: []string{"token: &token secret", "orgUrl: " + orgURL, "clientId: *token"}, mode: config.ModeSSWS},
		"the key in base64":             {env: environment{"PRIVATEKEY": base64.StdEncoding.EncodeToString([]byte(pemKey))}, lines: app, mode: config.ModePrivateKey},
		"one of a JWK set":              {lines: append(app, "privateKeyId: k1", `privateKey: {"keys": [`+jwkKey+`, `+otherJWK+`]}`), mode: config.ModePrivateKey, keyID: "k1"},
		"the token of the environment":  {env: environment{"TOKEN": "secret"}, lines: []string{"orgUrl: " + orgURL, "token: another", "authorizationMode: Bearer"}, mode: config.ModeBearer},
		"nulls":                         {lines: []string{"orgUrl: " + orgURL, "token: secret", "privateKey:", "scopes: ~"}, mode: config.ModeSSWS},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings, err := config.Load(config.WithEnvironment(test.env.get), config.WithFiles(okta(t, append(test.lines, "cache: {}")...)))
			if err != nil {
				t.Fatal(err)
			}
			if settings.Mode != test.mode || settings.PrivateKeyID != test.keyID || settings.OrgURL != orgURL || !settings.DPoP || len(settings.Warnings) > 0 {
				t.Errorf("%+v", settings)
			}
			if _, err := settings.Client(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	want := []string{"okta.apps.read", "okta.users.read"}
	for _, scopes := range []string{
		"[okta.apps.read, okta.users.read]", "\n      - okta.apps.read\n      - okta.users.read",
		"okta.apps.read okta.users.read", "'okta.apps.read, okta.users.read'", "okta.apps.read,okta.users.read",
	} {
		file := okta(t, "orgUrl: "+orgURL, "token: secret", "scopes: "+scopes)
		settings, err := config.Load(config.WithEnvironment(environment{}.get), config.WithFiles(file))
		if err != nil || !slices.Equal(settings.Scopes, want) {
			t.Errorf("%s: scopes %q, %v", scopes, settings.Scopes, err)
		}
	}
}
