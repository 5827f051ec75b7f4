package config_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"example.com/apptokens/api"
	"example.com/apptokens/api/config"
	"example.com/apptokens/api/oktatest"
)

const orgURL = "https://acme.okta.com"

// key is the private key of every service app here.
var key, pemKey, jwkKey = func() (*ecdsa.PrivateKey, string, string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	jwk, err := json.Marshal(jose.JSONWebKey{Key: key, KeyID: "k1"})
	if err != nil {
		panic(err)
	}
	return key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), string(jwk)
}()

// environment is a set of variables; their common prefix is left out.
type environment map[string]string

func (e environment) get(name string) string { return e[strings.TrimPrefix(name, "OKTA_CLIENT_")] }

// write writes a file into the test's own directory, and returns its path.
func write(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
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
		"home alone":          {[]config.Option{config.WithFiles("missing.yaml", home)}, "https://home.okta.com", home + ", line 3", home + ", line 4"},
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

func TestTheUsualPlaces(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for _, name := range []string{"ORGURL", "ORG_URL", "TOKEN", "AUTHORIZATIONMODE", "PRIVATEKEY"} {
		t.Setenv("OKTA_CLIENT_"+name, "")
	}
	t.Chdir(t.TempDir())
	if err := os.Mkdir(filepath.Join(home, ".okta"), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string]string{
		filepath.Join(home, ".okta", "okta.yaml"): "okta:\n  client:\n    orgUrl: https://home.okta.com\n    token: secret\n",
		".okta.yaml": "okta:\n  client:\n    orgUrl: https://local.okta.com\n",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	settings, err := config.Load()
	if err != nil {
		t.Fatal(err)
	}
	if settings.OrgURL != "https://local.okta.com" || settings.Source(config.Token) != filepath.Join(home, ".okta", "okta.yaml")+", line 4" {
		t.Errorf("%+v", settings)
	}
	// Whoever writes the file of the working directory can collect the token.
	if len(settings.Warnings) != 1 || !strings.Contains(settings.Warnings[0], "goes to https://local.okta.com, since the working directory's file says so") {
		t.Errorf("warnings %q", settings.Warnings)
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
		"an API token":                  {lines: []string{"orgUrl: " + orgURL, "token: secret"}, mode: config.SSWS},
		"SSWS":                          {env: environment{"ORGURL": orgURL, "TOKEN": "secret", "AUTHORIZATIONMODE": "SSWS"}, mode: config.SSWS},
		"Bearer":                        {env: environment{"ORGURL": orgURL, "TOKEN": "secret", "AUTHORIZATION_MODE": "Bearer"}, mode: config.Bearer},
		"PrivateKey":                    {lines: append(app, "authorizationMode: PrivateKey", "privateKey: "+keyFile), mode: config.PrivateKey},
		"a key alone":                   {lines: append(app, "privateKey: "+keyFile), mode: config.PrivateKey},
		"the key itself":                {lines: append(app, "privateKey: |\n      "+indented), mode: config.PrivateKey},
		"the JWK, quoted":               {lines: append(app, "privateKey: '"+jwkKey+"'"), mode: config.PrivateKey},
		"the JWK, as it is":             {lines: append(app, "privateKey: "+jwkKey), mode: config.PrivateKey},
		"the key in the environment":    {env: environment{"PRIVATEKEY": pemKey}, lines: app, mode: config.PrivateKey},
		`the key with \n for new lines`: {env: environment{"PRIVATE_KEY": strings.ReplaceAll(pemKey, "\n", `\n`)}, lines: app, mode: config.PrivateKey},
		"a key id":                      {lines: append(app, "privateKey: "+keyFile, "privateKeyId: k7"), mode: config.PrivateKey, keyID: "k7"},
		"keys in other cases":           {lines: []string{"orgURL: " + orgURL, "Token: secret"}, mode: config.SSWS},
		"an alias":                      {lines: []string{"orgUrl: &org " + orgURL, "token: secret", "issuer: *org"}, mode: config.SSWS},
		"nulls":                         {lines: []string{"orgUrl: " + orgURL, "token: secret", "privateKey:", "scopes: ~"}, mode: config.SSWS},
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
		"nothing":                   {environment{}, "", []string{"orgUrl is not set; set OKTA_CLIENT_ORGURL, or okta.client.orgUrl in ~/.okta/okta.yaml"}},
		"no token":                  {environment{"ORGURL": orgURL}, "", []string{"token is not set; set OKTA_CLIENT_TOKEN", "OKTA_CLIENT_PRIVATEKEY and OKTA_CLIENT_CLIENTID"}},
		"no access token":           {environment{"ORGURL": orgURL, "AUTHORIZATIONMODE": "Bearer"}, "", []string{"token is not set", "the mode is Bearer"}},
		"no key":                    {environment{"ORGURL": orgURL, "AUTHORIZATIONMODE": "PrivateKey"}, "", []string{"privateKey is not set", "OKTA_CLIENT_PRIVATEKEY"}},
		"no client ID":              {environment{"ORGURL": orgURL, "PRIVATEKEY": pemKey}, "", []string{"clientId is not set"}},
		"an unknown mode":           {with("AUTHORIZATIONMODE", "ssws"), "", []string{"authorizationMode (from OKTA_CLIENT_AUTHORIZATIONMODE)", `"ssws"`, "SSWS, Bearer or PrivateKey"}},
		"both":                      {with("PRIVATEKEY", pemKey), "", []string{"token (from OKTA_CLIENT_TOKEN) and a private key (from OKTA_CLIENT_PRIVATEKEY)", "remove one"}},
		"both, in different places": {with(), "okta: {client: {privateKey: key.pem}}", []string{"OKTA_CLIENT_TOKEN", "okta.yaml, line 1"}},
		"a token with a space":      {with("TOKEN", "secret secret"), "", []string{"token (from OKTA_CLIENT_TOKEN)"}},
		"two spellings":             {with("ORG_URL", "https://other.okta.com"), "", []string{"OKTA_CLIENT_ORGURL and OKTA_CLIENT_ORG_URL are both set"}},
		"a wrong org URL":           {with("ORGURL", "http://acme.okta.com"), "", []string{"orgUrl (from OKTA_CLIENT_ORGURL)", "https only"}},
		"no number":                 {with("REQUESTTIMEOUT", "30s"), "", []string{"requestTimeout (from OKTA_CLIENT_REQUESTTIMEOUT)", `"30s"`, "0 to 86400"}},
		"no number in a file":       {with(), "okta:\n  client:\n    rateLimit:\n      maxRetries: many\n", []string{"rateLimit.maxRetries (from ", "okta.yaml, line 4)", `"many"`}},
		"a negative number":         {with("RATELIMIT_MAXBACKOFF", "-1"), "", []string{"rateLimit.maxBackoff (from OKTA_CLIENT_RATELIMIT_MAXBACKOFF)"}},
		"an absurd number":          {with("CONNECTIONTIMEOUT", "99999999999999999999"), "", []string{"connectionTimeout"}},
		"no boolean":                {with("DPOPENABLED", "maybe"), "", []string{"dpopEnabled (from OKTA_CLIENT_DPOPENABLED)", "true or false"}},
		"a key file that is not":    {app("/etc/okta/secret.pem"), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY)", "/etc/okta/secret.pem", "no such file"}},
		"a directory":               {app("/"), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY)", "is a directory"}},
		"a key without its frame":   {app(raw), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY)", "(not shown)"}},
		"a public key":              {app(string(publicKey)), "", []string{"privateKey (from OKTA_CLIENT_PRIVATEKEY) is no key", "not the JWK of"}},
		"no YAML":                   {environment{}, "okta:\n  client:\n    token: *secret\n", []string{"okta.yaml: it is not valid YAML"}},
		"tabs":                      {environment{}, "okta:\n\tclient:\n", []string{"okta.yaml: it is not valid YAML, at line 2"}},
		"a list of tokens":          {environment{}, "okta:\n  client:\n    token: [secret]\n", []string{"line 3: okta.client.token is not of the form"}},
		"a map of scopes":           {environment{}, "okta:\n  client:\n    scopes: {secret: 1}\n", []string{"line 3: okta.client.scopes is not of the form"}},
		"a huge file":               {environment{}, strings.Repeat("# secret\n", 1<<18), []string{"larger than a mebibyte"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(config.WithEnvironment(test.env.get), config.WithFiles(write(t, "okta.yaml", test.file, 0o600)))
			checkError(t, err, test.says...)
			if text := strings.ReplaceAll(err.Error(), "secret.pem", ""); strings.Contains(text, "secret") || strings.Contains(text, raw[:20]) {
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

func TestClients(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 3), oktatest.WithBearerToken("access", "okta.apps.read"),
		oktatest.WithServiceApp(oktatest.ServiceApp{ClientID: "0oaService", Keys: map[string]crypto.PublicKey{"k1": key.Public()}, Scopes: []string{"okta.apps.read"}, DPoPOptional: true}))
	t.Cleanup(org.Close)
	tests := map[string]struct {
		env    environment
		scheme string
	}{
		"SSWS":         {environment{"TOKEN": org.APIToken()}, "SSWS "},
		"Bearer":       {environment{"TOKEN": "access", "AUTHORIZATIONMODE": "Bearer"}, "Bearer access"},
		"PrivateKey":   {environment{"PRIVATEKEY": jwkKey, "CLIENTID": "0oaService", "SCOPES": "okta.apps.read"}, "DPoP "},
		"without DPoP": {environment{"PRIVATEKEY": pemKey, "PRIVATEKEYID": "k1", "CLIENTID": "0oaService", "SCOPES": "okta.apps.read", "DPOPENABLED": "false"}, "Bearer access-token"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.env["ORGURL"], test.env["CONNECTIONTIMEOUT"], test.env["RATELIMIT_MAXRETRIES"] = org.URL, "10", "2"
			settings, err := config.Load(config.WithEnvironment(test.env.get), config.WithFiles())
			if err != nil {
				t.Fatal(err)
			}
			client, err := settings.Client(api.WithRequestEditor(nil))
			if !errors.Is(err, api.ErrInvalidArgument) || client != nil {
				t.Errorf("options are not heeded: %v", err)
			}
			if client, err = settings.Client(); err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, err := range client.List(context.Background(), "0oa1") {
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
			if n != 3 {
				t.Errorf("listed %d of 3", n)
			}
		})
	}
}

func TestNoSecretIsShown(t *testing.T) {
	t.Parallel()
	var shown bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&shown, nil))
	raw, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, env := range []environment{
		{"ORGURL": orgURL, "TOKEN": "secret-token"},
		{"ORGURL": orgURL, "PRIVATEKEY": jwkKey, "CLIENTID": "0oaService"},
		{"ORGURL": orgURL, "PRIVATEKEY": pemKey, "CLIENTID": "0oaService"},
	} {
		settings, err := config.Load(config.WithEnvironment(env.get), config.WithFiles())
		if err != nil {
			t.Fatal(err)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			fmt.Fprintf(&shown, verb+verb+verb, settings, &settings, struct{ C config.Config }{settings})
		}
		logger.Info("loaded", "settings", settings)
	}
	for _, secret := range []string{"secret-token", fmt.Sprintf("%x", "secret-token"), base64.RawURLEncoding.EncodeToString(raw), fmt.Sprintf("%x", raw), pemKey[40:60]} {
		if strings.Contains(shown.String(), secret) {
			t.Errorf("a secret is shown: %s", secret)
		}
	}
}

func TestAConfigComesFromLoad(t *testing.T) {
	t.Parallel()
	if _, err := (config.Config{OrgURL: orgURL, Mode: config.SSWS}).Client(); err == nil {
		t.Error("a Config without a credential makes a client")
	}
}
