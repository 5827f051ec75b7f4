package interop_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/okta/okta-sdk-golang/v5/okta"
	"gopkg.in/yaml.v3"

	"example.com/apptokens/gen"
)

// goSDK is Okta's own SDK for Go.
type goSDK struct{ api okta.ApplicationTokensAPI }

func connectGo(t *testing.T, s settings) peer {
	t.Helper()
	file, err := yaml.Marshal(map[string]any{"okta": map[string]any{"client": s}})
	if err != nil {
		t.Fatal(err)
	}
	read := func(config *okta.Configuration) { // as the SDK reads the file in the home folder
		if err := yaml.Unmarshal(file, config); err != nil {
			t.Error(err)
		}
	}
	config, err := okta.NewConfiguration(read, okta.WithCache(false), okta.WithTestingDisableHttpsCheck(true),
		okta.WithHttpClientPtr(&http.Client{Timeout: callTimeout}))
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(config.Okta.Client.OrgUrl)
	if err != nil {
		t.Fatal(err)
	}
	config.Host = target.Host // NewConfiguration drops the port
	return goSDK{okta.NewAPIClient(config).ApplicationTokensAPI}
}

func (g goSDK) list(t *testing.T, app string, pageSize int) (tokens []gen.Token, pages int, err error) {
	first := g.api.ListOAuth2TokensForApplication(t.Context(), app).Limit(int32(pageSize)).Expand("scope")
	page, resp, err := first.Execute()
	for pages = 1; ; pages++ {
		if err != nil {
			return nil, 0, goFailure(resp, err)
		}
		for _, token := range page {
			converted, err := convert(&token)
			if err != nil {
				return nil, 0, err
			}
			tokens = append(tokens, converted)
		}
		if !resp.HasNextPage() {
			return tokens, pages, nil
		}
		page = nil
		resp, err = resp.Next(&page)
	}
}

func (g goSDK) get(t *testing.T, app, token string) (gen.Token, error) {
	got, resp, err := g.api.GetOAuth2TokenForApplication(t.Context(), app, token).Execute()
	if err != nil {
		return gen.Token{}, goFailure(resp, err)
	}
	return convert(got)
}

func (g goSDK) revoke(t *testing.T, app, token string) error {
	return goFailure(g.api.RevokeOAuth2TokenForApplication(t.Context(), app, token).Execute())
}

func (g goSDK) revokeAll(t *testing.T, app string) error {
	return goFailure(g.api.RevokeOAuth2TokensForApplication(t.Context(), app).Execute())
}

// convert converts a token by way of JSON, which has all properties that the SDK knows.
func convert(token *okta.OAuth2RefreshToken) (converted gen.Token, err error) {
	text, err := json.Marshal(token)
	if err != nil {
		return gen.Token{}, err
	}
	return converted, json.Unmarshal(text, &converted)
}

// goFailure decodes the body itself, because the SDK does so only for the statuses in Okta's document, which lacks 401.
func goFailure(resp *okta.APIResponse, err error) error {
	var generic *okta.GenericOpenAPIError
	var body okta.Error
	if !errors.As(err, &generic) || json.Unmarshal(generic.Body(), &body) != nil {
		return err
	}
	return &failure{resp.StatusCode, body.GetErrorCode(), body.GetErrorSummary()}
}
