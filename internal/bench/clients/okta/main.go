// Command okta is okta-sdk-golang with its own paging, its cache off.
package main

import (
	"context"
	"net/http"
	"net/url"

	"github.com/okta/okta-sdk-golang/v5/okta"

	"example.com/apptokens/internal/bench/measure"
)

func main() {
	target, err := url.Parse(measure.URL)
	if err != nil {
		panic(err)
	}
	config, err := okta.NewConfiguration(
		okta.WithOrgUrl(measure.URL), okta.WithToken(measure.APIToken), okta.WithCache(false),
		okta.WithTestingDisableHttpsCheck(true),
		okta.WithHttpClientPtr(&http.Client{Transport: measure.Transport()}),
		okta.WithRateLimitMaxRetries(10), okta.WithRateLimitMaxBackOff(90))
	if err != nil {
		panic(err)
	}
	config.Host = target.Host // NewConfiguration drops the port
	measure.Main(client{okta.NewAPIClient(config)})
}

type client struct{ *okta.APIClient }

func (c client) List(appID string) (tokens int, err error) {
	page, resp, err := c.ApplicationTokensAPI.ListOAuth2TokensForApplication(context.Background(),
		appID).Limit(200).Execute()
	if err != nil {
		return 0, err
	}
	tokens = len(page)
	for resp.HasNextPage() {
		var page []okta.OAuth2RefreshToken
		if resp, err = resp.Next(&page); err != nil {
			return tokens, err
		}
		tokens += len(page)
	}
	return tokens, nil
}

func (c client) Get() error {
	_, _, err := c.ApplicationTokensAPI.GetOAuth2TokenForApplication(context.Background(), measure.App,
		measure.ID).Execute()
	return err
}

func (c client) Revoke() error {
	_, err := c.ApplicationTokensAPI.RevokeOAuth2TokenForApplication(context.Background(), measure.App,
		measure.ID).Execute()
	return err
}
