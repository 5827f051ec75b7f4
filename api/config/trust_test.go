package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/apptokens/api/config"
)

const (
	ours, theirs = "https://ours.okta.com", "https://theirs.example"
	refusal      = "a file of the working directory must not decide where a credential from elsewhere goes"
)

// Whoever can put a file into the working directory cannot make it collect a credential from elsewhere.
func TestCredentialsGoToNoOrgThatALocalFileAloneNames(t *testing.T) {
	oursAtHome := lines("orgUrl: "+ours, "token: home")
	app := "clientId: 0oaService"
	keyLine := "privateKey: '" + jwkKey + "'"
	for name, test := range map[string]struct {
		local, home string
		env         environment
		org, source string // of the credential; empty for a refusal
		says        string // the refusal, or the warning; empty for no warning at all
	}{
		"an org for the environment's token":     {local: lines("orgUrl: " + theirs), env: environment{"TOKEN": "t"}, says: "the token comes from OKTA_CLIENT_TOKEN:"},
		"an org for the home file's token":       {local: lines("orgUrl: " + theirs), home: oursAtHome, says: "the token comes from HOME, line 4:"},
		"an org for the environment's key":       {local: lines("orgUrl: "+theirs, app), env: environment{"PRIVATEKEY": jwkKey}, says: "the privateKey comes from OKTA_CLIENT_PRIVATEKEY:"},
		"an org for the environment's key file":  {local: lines("orgUrl: "+theirs, app), env: environment{"PRIVATEKEY": "key.pem"}},
		"an org for the home file's key":         {local: lines("orgUrl: " + theirs), home: lines(app, keyLine)},
		"a credential that another one precedes": {local: lines("orgUrl: "+theirs, "token: theirs"), env: environment{"TOKEN": "t"}},
		"a key file elsewhere":                   {local: lines("orgUrl: "+theirs, app, "privateKey: ELSEWHERE"), says: "the privateKey comes from .okta.yaml, line 5, which names a file outside the working directory:"},
		"a link to a key file elsewhere":         {local: lines("orgUrl: "+theirs, app, "privateKey: link.pem")},
		"a key file in the home directory":       {local: lines("orgUrl: "+theirs, app, "privateKey: ~/key.pem")},
		"a path that leads elsewhere":            {local: lines("orgUrl: "+theirs, app, "privateKey: ../key.pem")},

		"an org and a token of its own": {
			local: lines("orgUrl: "+theirs, "token: theirs"), org: theirs, source: ".okta.yaml, line 4",
		},
		"an org and a key of its own": {
			local: lines("orgUrl: "+theirs, app, keyLine), org: theirs, source: ".okta.yaml, line 5",
		},
		"an org and a key file beside it": {
			local: lines("orgUrl: "+theirs, app, "privateKey: key.pem"), org: theirs, source: ".okta.yaml, line 5",
		},
		"a complete file that hides another org": {
			local: lines("orgUrl: "+theirs, app, keyLine), home: oursAtHome, org: theirs, source: ".okta.yaml, line 5",
			says: "the org is " + theirs + " (from .okta.yaml, line 3), which hides " + ours + " (from HOME, line 3)",
		},
		"a complete file that hides another service app": {
			local: lines("orgUrl: "+theirs, app, keyLine), org: theirs, source: ".okta.yaml, line 5",
			home: lines("authorizationMode: SSWS", "token: home", "privateKeyId: home", "dpopEnabled: false"),
		},
		"a complete file for the org of the home file": {
			local: lines("orgUrl: HTTPS://OURS.okta.com:443/", "token: local"), home: oursAtHome, org: ours, source: ".okta.yaml, line 4",
		},
		"the org of the home file, written in another way": {
			local: lines("orgUrl: HTTPS://OURS.okta.com:443/"), home: oursAtHome, org: ours, source: "HOME, line 4",
		},
		"a key file that the home file names": {
			home: lines("orgUrl: "+ours, app, "privateKey: ~/key.pem"), org: ours, source: "HOME, line 5",
		},
		"an org that the environment overrides": {
			local: lines("orgUrl: " + theirs), env: environment{"ORGURL": ours, "TOKEN": "t"}, org: ours, source: "OKTA_CLIENT_TOKEN",
		},
		"a private key beside a complete environment": {
			local: lines("privateKey: ELSEWHERE", "authorizationMode: PrivateKey"), env: environment{"ORGURL": ours, "TOKEN": "t"},
			org: ours, source: "OKTA_CLIENT_TOKEN", says: "privateKey (from .okta.yaml, line 3) is ignored, because another credential takes precedence",
		},
		"other settings of a service app": {
			local: lines("clientId: 0oaOther", "scopes: okta.apps.read"), home: lines("orgUrl: "+ours, app, keyLine), org: ours, source: "HOME, line 5",
			says: "unlike the credential: clientId, scopes; if they are not yours",
		},
	} {
		t.Run(name, func(t *testing.T) {
			elsewhere := write(t, "key.pem", pemKey, 0o600)
			home := inDirectories(t, strings.ReplaceAll(test.local, "ELSEWHERE", elsewhere), test.home)
			if err := os.WriteFile("key.pem", []byte(pemKey), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(elsewhere, "link.pem"); err != nil {
				t.Fatal(err)
			}
			for _, directory := range []string{"..", filepath.Join(filepath.Dir(home), "..")} {
				if err := os.WriteFile(filepath.Join(directory, "key.pem"), []byte(pemKey), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			settings, err := config.Load(config.WithEnvironment(test.env.get))
			if test.org == "" {
				checkError(t, err, "orgUrl (from .okta.yaml, line 3) is "+theirs, refusal, "OKTA_CLIENT_ORGURL", "--org-url", "--config")
				if refused := strings.ReplaceAll(err.Error(), home, "HOME"); !strings.Contains(refused, test.says) {
					t.Errorf("error %s does not say %q", refused, test.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			source := settings.Source(config.Token) + settings.Source(config.PrivateKey)
			if settings.OrgURL != test.org || strings.ReplaceAll(source, home, "HOME") != test.source {
				t.Errorf("org %s, credential from %s", settings.OrgURL, source)
			}
			warnings := strings.ReplaceAll(strings.Join(settings.Warnings, "\n"), home, "HOME")
			if test.says == "" && warnings != "" || !strings.Contains(warnings, test.says) {
				t.Errorf("warnings %q, want %q", warnings, test.says)
			}
			if settings.PrivateKeyID == "home" || !settings.DPoP {
				t.Errorf("the settings of two credentials are mixed: %+v", settings)
			}
			if _, err := settings.Client(); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("not named", func(t *testing.T) {
		inDirectories(t, lines("orgUrl: "+theirs, "requestTimeout: 1"), lines("requestTimeout: 1"))
		env := config.WithEnvironment(environment{"ORGURL": ours, "TOKEN": "t"}.get)
		for _, option := range []config.Option{config.WithFiles(), config.WithFiles(okta(t, "connectionTimeout: 2"))} {
			if settings, err := config.Load(env, option); err != nil || settings.RequestTimeout != 0 || len(settings.Warnings) > 0 {
				t.Errorf("the usual files are read: %+v, %v", settings, err)
			}
		}
	})
	t.Run("named knowingly", func(t *testing.T) {
		inDirectories(t, lines("orgUrl: "+theirs), oursAtHome)
		env := config.WithEnvironment(environment{"TOKEN": "t"}.get)
		for _, option := range []config.Option{config.WithFiles(".okta.yaml"), config.With(config.OrgURL, theirs, "--org-url")} {
			if settings, err := config.Load(env, option); err != nil || settings.OrgURL != theirs || len(settings.Warnings) > 0 {
				t.Errorf("%+v, %v", settings, err)
			}
		}
	})
}

// Nor can it make the credential pass by its proxy, or travel unprotected.
func TestCredentialsAreNotExposedByALocalFile(t *testing.T) {
	theirProxy := []string{"proxy:", "  host: proxy.theirs.example", "  port: 3128"}
	disabled := "  testing: {testingDisableHttpsCheck: true}\n"
	for name, test := range map[string]struct {
		local, home string
		env         environment
		proxy       string
		ignored     []string
	}{
		"a proxy": {
			local: lines(theirProxy...), env: environment{"ORGURL": ours, "TOKEN": "t"}, ignored: []string{"proxy.host (from .okta.yaml, line 4)", "proxy.port (from .okta.yaml, line 5)"},
		},
		"a proxy before the home file's": {
			local: lines(theirProxy...), home: lines("orgUrl: "+ours, "token: home", "proxy: {host: proxy.ours.example, port: 8080}"),
			proxy: "proxy.ours.example:8080", ignored: []string{"proxy.host", "proxy.port"},
		},
		"a proxy for the password of another": {
			local: lines(append(theirProxy, "orgUrl: "+theirs, "token: theirs")...), proxy: "proxy.ours.example:80",
			env: environment{"PROXY_HOST": "Proxy.Ours.example", "PROXY_PASSWORD": "secret"}, ignored: []string{"proxy.port"},
		},
		"no DPoP": {
			local: lines("dpopEnabled: false"), env: environment{"ORGURL": ours, "PRIVATEKEY": jwkKey, "CLIENTID": "0oaService"}, ignored: []string{"dpopEnabled"},
		},
		"a proxy for a key file elsewhere": {
			local: lines(append(theirProxy, "privateKey: ELSEWHERE", "clientId: 0oaService")...), env: environment{"ORGURL": ours}, ignored: []string{"proxy.host"},
		},
		"its own credential by its own proxy": {
			local: lines(append(theirProxy, "orgUrl: "+theirs, "token: theirs")...), proxy: "proxy.theirs.example:3128",
		},
	} {
		t.Run(name, func(t *testing.T) {
			inDirectories(t, strings.ReplaceAll(test.local, "ELSEWHERE", write(t, "key.pem", pemKey, 0o600)), test.home)
			settings, err := config.Load(config.WithEnvironment(test.env.get))
			if err != nil {
				t.Fatal(err)
			}
			if got := proxyOf(t, settings, ours); got != test.proxy || !settings.DPoP {
				t.Errorf("requests go by %q, want %q; DPoP %v", got, test.proxy, settings.DPoP)
			}
			warnings := strings.Join(settings.Warnings, "\n")
			for _, setting := range test.ignored {
				if !strings.Contains(warnings, setting) || !strings.Contains(warnings, "is ignored: a file of the working directory") {
					t.Errorf("warnings %q do not name %s", warnings, setting)
				}
			}
			if len(test.ignored) == 0 && warnings != "" {
				t.Errorf("warnings %q", warnings)
			}
		})
	}
	t.Run("plain http", func(t *testing.T) {
		const mock = "http://okta-mock:8080"
		inDirectories(t, lines()+disabled, "")
		_, err := config.Load(config.WithEnvironment(environment{"ORGURL": mock, "TOKEN": "t"}.get))
		checkError(t, err, "https only")
		inDirectories(t, lines("orgUrl: "+mock, "token: theirs")+disabled, "")
		settings, err := config.Load(config.WithEnvironment(environment{}.get))
		if err != nil || !settings.PlainHTTP || len(settings.Warnings) != 1 {
			t.Errorf("%+v, %v", settings, err)
		}
		if _, err := settings.Client(); err != nil {
			t.Error(err)
		}
	})
}

// Nor can it slow down or starve calls that are none of its business, unless somebody is told.
func TestSettingsOfALocalFileBesideACredentialFromElsewhereAreNamed(t *testing.T) {
	limits := []string{"requestTimeout: 1", "connectionTimeout: 1", "rateShare: 0.000001", "rateLimit: {maxRetries: 0, maxBackoff: 1}"}
	const says = "settings apply that come from .okta.yaml in the working directory, unlike the credential: "
	const all = says + "connectionTimeout, requestTimeout, rateLimit.maxRetries, rateLimit.maxBackoff, rateShare; if they are not yours"
	complete := environment{"ORGURL": ours, "TOKEN": "t"}
	for name, test := range map[string]struct {
		local, home string
		env         environment
		want        string
	}{
		"beside the environment's": {local: lines(limits...), env: complete, want: all},
		"beside the home file's":   {local: lines(limits...), home: lines("orgUrl: "+ours, "token: home"), want: all},
		"one that is overridden": {
			local: lines("rateShare: 0.1", "requestTimeout: 1"), env: environment{"ORGURL": ours, "TOKEN": "t", "RATESHARE": "1"},
			want: says + "requestTimeout; if",
		},
		"beside its own":          {local: lines(append(limits, "token: theirs", "orgUrl: "+theirs)...)},
		"none that has an effect": {local: lines("userAgent: x"), env: complete},
	} {
		t.Run(name, func(t *testing.T) {
			inDirectories(t, test.local, test.home)
			settings, err := config.Load(config.WithEnvironment(test.env.get))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(settings.Warnings, "\n"); test.want == "" && got != "" || !strings.HasPrefix(got, test.want) || len(settings.Warnings) > 1 {
				t.Errorf("warnings %q, want %q", got, test.want)
			}
		})
	}
}
