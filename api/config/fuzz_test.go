package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"example.com/apptokens/api"
	"example.com/apptokens/api/config"
)

// FuzzLoad: whatever a file and the environment hold, they are either a configuration that makes a client, or an error
// of one line that names where it comes from. Neither shows a secret.
func FuzzLoad(f *testing.F) {
	const canary = "s3cr3t-c4n4ry"
	f.Add("okta:\n  client:\n    orgUrl: "+orgURL+"\n    token: "+canary+"\n", "", "", "", "")
	f.Add("okta: {client: {orgUrl: x, rateLimit: {maxRetries: 1}, proxy: {host: p, password: "+canary+"}}}", orgURL, "t", "", "9")
	f.Add("okta: {client: {clientId: 0oa1, scopes: [okta.apps.read, b], keyId: k, privateKey: '"+canary+"'}}", orgURL, "", "", "")
	f.Add("okta: {client: {clientId: 0oa1, token: *"+canary+"}}", orgURL, "", jwkKey, "")
	f.Add("okta: {client: {clientId: 0oa1, scopes: 'a, b', dpopEnabled: false}, testing: {disableHttpsCheck: true}}", "http://mock", "", pemKey, "")
	f.Add("a: &a {<<: *a}\n---\nb", "https://acme-admin.okta.com", " ", "~/key", "-1")
	f.Add("okta: {client: {token: &t "+canary+", authorizationMode: Bearer, rateShare: 0.5}}", "HTTPS://Acme.okta.com:443/", "", "", "0")
	f.Setenv("HOME", f.TempDir())
	path := filepath.Join(f.TempDir(), "okta.yaml")
	f.Fuzz(func(t *testing.T, file, org, token, key, retries string) {
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		if token != "" {
			token = canary + token
		}
		env := environment{"ORGURL": org, "TOKEN": token, "PRIVATEKEY": key, "RATELIMIT_MAXRETRIES": retries}
		load := func(options ...config.Option) (config.Config, error) {
			return config.Load(append(options, config.WithEnvironment(env.get), config.WithFiles(path))...)
		}
		settings, err := load()
		shown := fmt.Sprintf("%v\n%+v\n%#v", err, settings, settings)
		if isSecret(file, canary) && !strings.Contains(org+key+retries, canary) && strings.Contains(shown, canary) {
			t.Errorf("a secret is shown: %s", shown)
		}
		if err != nil {
			named := strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "OKTA_CLIENT_")
			if !errors.Is(err, api.ErrInvalidArgument) || !named || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q; want one line, with the file or the variable", err)
			}
			return
		}
		if _, err := settings.Client(); err != nil {
			t.Errorf("what Load accepts does not make a client: %v", err)
		}
		again, err := load(config.With(config.OrgURL, settings.OrgURL, "--org-url"))
		if err != nil || again.OrgURL != settings.OrgURL {
			t.Errorf("the org %q became %q: %v", settings.OrgURL, again.OrgURL, err)
		}
	})
}

// isSecret reports whether a canary may not be shown: it is in no other place of a file than the value of a secret
// setting, or the file cannot be read.
func isSecret(file, canary string) bool {
	var content struct {
		Okta struct {
			Client struct {
				Token      string
				PrivateKey string `yaml:"privateKey"`
				Proxy      struct{ Password string }
			}
		}
	}
	var syntax yaml.Node
	if !strings.Contains(file, canary) || yaml.Unmarshal([]byte(file), &syntax) != nil {
		return true
	}
	client := &content.Okta.Client
	return strings.Count(file, canary) == 1 && !strings.Contains(file, "*") && // an alias, which makes it another value, too
		yaml.Unmarshal([]byte(file), &content) == nil &&
		strings.Contains(client.Token+client.PrivateKey+client.Proxy.Password, canary)
}
