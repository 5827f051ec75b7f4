package interop_test

import (
	"testing"

	"github.com/okta/okta-sdk-golang/v5/okta"

	"example.com/apptokens/gen"
)

// goV5 is version 5 of Okta's own SDK for Go.
type goV5 struct{ api okta.ApplicationTokensAPI }

func connectGoV5(t *testing.T, s settings) peer {
	t.Helper()
	config, err := okta.NewConfiguration(func(config *okta.Configuration) { s.decode(t, config) },
		okta.WithCache(false), okta.WithTestingDisableHttpsCheck(true), okta.WithHttpClientPtr(newHTTPClient()))
	if err != nil {
		t.Fatal(err)
	}
	config.Host = hostOf(config.Okta.Client.OrgUrl)
	return goV5{okta.NewAPIClient(config).ApplicationTokensAPI}
}

func (g goV5) list(t *testing.T, app string, pageSize int) ([]gen.Token, int, error) {
	first := g.api.ListOAuth2TokensForApplication(t.Context(), app).Limit(int32(pageSize)).Expand("scope")
	return collect(first.Execute())
}

func (g goV5) get(t *testing.T, app, token string) (gen.Token, error) {
	got, _, err := g.api.GetOAuth2TokenForApplication(t.Context(), app, token).Execute()
	return convert[gen.Token](got, err)
}

func (g goV5) revoke(t *testing.T, app, token string) error {
	_, err := g.api.RevokeOAuth2TokenForApplication(t.Context(), app, token).Execute()
	return goFailure(err)
}

func (g goV5) revokeAll(t *testing.T, app string) error {
	_, err := g.api.RevokeOAuth2TokensForApplication(t.Context(), app).Execute()
	return goFailure(err)
}
