package interop_test

import (
	"testing"

	"github.com/okta/okta-sdk-golang/v6/okta"

	"example.com/apptokens/gen"
)

// goV6 is version 6 of Okta's own SDK for Go.
type goV6 struct{ api okta.ApplicationTokensAPI }

func connectGoV6(t *testing.T, s settings) peer {
	t.Helper()
	config, err := okta.NewConfiguration(func(config *okta.Configuration) { s.decode(t, config) },
		okta.WithCache(false), okta.WithTestingDisableHttpsCheck(true), okta.WithHttpClientPtr(newHTTPClient()))
	if err != nil {
		t.Fatal(err)
	}
	config.Host = hostOf(config.Okta.Client.OrgUrl)
	return goV6{okta.NewAPIClient(config).ApplicationTokensAPI}
}

func (g goV6) list(t *testing.T, app string, pageSize int) ([]gen.Token, int, error) {
	first := g.api.ListOAuth2TokensForApplication(t.Context(), app).Limit(int32(pageSize)).Expand("scope")
	return collect(first.Execute())
}

func (g goV6) get(t *testing.T, app, token string) (gen.Token, error) {
	got, _, err := g.api.GetOAuth2TokenForApplication(t.Context(), app, token).Execute()
	return convert[gen.Token](got, err)
}

func (g goV6) revoke(t *testing.T, app, token string) error {
	_, err := g.api.RevokeOAuth2TokenForApplication(t.Context(), app, token).Execute()
	return goFailure(err)
}

func (g goV6) revokeAll(t *testing.T, app string) error {
	_, err := g.api.RevokeOAuth2TokensForApplication(t.Context(), app).Execute()
	return goFailure(err)
}
