package config_test

import (
	"strings"
	"testing"

	"example.com/apptokens/api/config"
)

func TestUnknownNamesDrawAWarning(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ file, want string }{
		"a section":            {"okta: {client: {rateLimits: {maxRetries: 3}}}", "okta.client.rateLimits is not a known setting and is ignored; did you mean rateLimit?"},
		"in a section":         {"okta: {client: {rateLimit: {maxRetry: 3}}}", "okta.client.rateLimit.maxRetry is not a known setting and is ignored; did you mean rateLimit.maxRetries?"},
		"outside its section":  {"okta: {client: {maxBackoff: 3}}", "did you mean rateLimit.maxBackoff?"},
		"two letters swapped":  {"okta: {client: {ogrUrl: x}}", "did you mean orgUrl?"},
		"below testing":        {"okta: {testing: {disableHttpCheck: true}}", "okta.testing.disableHttpCheck is not a known setting"},
		"like nothing":         {"okta: {client: {tenant: x}}", "okta.client.tenant is not a known setting and is ignored"},
		"two letters of four":  {"okta: {client: {ht: x}}", "okta.client.ht is not a known setting and is ignored"},
		"control characters":   {`okta: {client: {"a\e[2Jb": x}}`, "okta.client.a [2Jb is"},
		"Java's key ID":        {"okta: {client: {kid: k1}}", "okta.client.kid is not a known setting and is ignored; did you mean privateKeyId?"},
		"an assertion":         {"okta: {client: {clientAssertion: secret}}", "did you mean privateKey?"},
		"known to Okta's SDKs": {"okta: {client: {cache: {enabled: true, defaultTtl: 1, defaultTti: 1}, userAgentExtra: x, userAgent: x, rateLimit: {enable: true}, logging: {enabled: true}, raiseException: true}}", ""},
		"empty sections":       {"okta: {client: , testing: }", ""},
		"known in capitals":    {"OKTA: {CLIENT: {CACHE: {enabled: true}, RATELIMIT: {MAXRETRIES: 3}}}", ""},
		"another tool's":       {"okta: {oauth2: {issuer: x, clientId: x}}\nspring: {main: x}\nserver: {port: 1}\nmeta: x\nokta.oauth2.clientId: x\nokta.client.userAgent: x", ""},
		"Okta with a letter":   {"oktaa: {client: {token: secret}}", "oktaa is not a known setting and is ignored; did you mean okta?"},
		"letters swapped":      {"Otka: {client: {token: secret}}", "Otka is not a known setting and is ignored; did you mean okta?"},
		"clients":              {"okta: {clients: {token: secret}}", "okta.clients is not a known setting and is ignored; did you mean okta.client?"},
		"test":                 {"okta: {tesing: {disableHttpsCheck: true}}", "okta.tesing is not a known setting and is ignored; did you mean okta.testing?"},
		"an empty name":        {`okta: {client: {"": secret}}`, "okta.client. is not a known setting and is ignored"},
		"two letters wrong":    {"okta: {cleints: {token: secret}}", "okta.cleints is not a known setting and is ignored; did you mean okta.client?"},
		"clients, with dots":   {"okta.clients.token: secret", "okta.clients is not a known setting and is ignored; did you mean okta.client?"},
		"tokens, with dots":    {"okta.client.tokens: secret", "okta.client.tokens is not a known setting and is ignored; did you mean token?"},
		"one level too high":   {"okta: {clientId: x}", "okta.clientId is not a known setting and is ignored; did you mean okta.client.clientId?"},
		"without sections":     {"orgUrl: x", "orgUrl is not a known setting and is ignored; did you mean okta.client.orgUrl?"},
		"without okta":         {"client: {token: secret}", "client is not a known setting and is ignored; did you mean okta.client?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := write(t, "okta.yaml", test.file, 0o600)
			settings, err := config.Load(config.WithEnvironment(environment{"ORGURL": orgURL, "TOKEN": "t"}.get), config.WithFiles(file))
			if err != nil {
				t.Fatal(err)
			}
			warnings := strings.Join(settings.Warnings, "\n")
			if test.want == "" && warnings != "" || test.want != "" && !strings.Contains(warnings, file+", line 1: ") || !strings.Contains(warnings, test.want) {
				t.Errorf("warnings %q, want one that says %q", warnings, test.want)
			}
			if strings.Contains(warnings, "secret") || strings.HasSuffix(test.want, "ignored") && strings.Contains(warnings, "did you mean") {
				t.Errorf("warnings %q", warnings)
			}
		})
	}
}
