package interop_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/okta/okta-sdk-golang/v5/okta"

	"example.com/apptokens/api/oktatest"
)

// newOktaSDK returns Okta's own client of an org.
func newOktaSDK(t *testing.T, org *oktatest.Server) okta.ApplicationTokensAPI {
	t.Helper()
	// What is not given comes from the okta.yaml and the environment of whoever runs this.
	config, err := okta.NewConfiguration(okta.WithOrgUrl(org.URL), okta.WithToken(org.APIToken()),
		okta.WithAuthorizationMode("SSWS"), okta.WithCache(false), okta.WithTestingDisableHttpsCheck(true),
		okta.WithHttpClientPtr(&http.Client{Timeout: callTimeout}))
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(org.URL)
	if err != nil {
		t.Fatal(err)
	}
	config.Host = target.Host // NewConfiguration drops the port
	return okta.NewAPIClient(config).ApplicationTokensAPI
}

// Okta's own SDK takes an oktatest org for Okta.
func TestOktaSDKDrivesTheOrg(t *testing.T) {
	const app, count, pageSize, pages = "0oa1", 45, 20, 3
	org := oktatest.NewServer(oktatest.WithApp(app, count))
	t.Cleanup(org.Close)
	want := org.Tokens(app)
	sdk := newOktaSDK(t, org)

	t.Run("list", func(t *testing.T) {
		page, resp, err := sdk.ListOAuth2TokensForApplication(t.Context(), app).Limit(pageSize).Expand("scope").Execute()
		var listed []okta.OAuth2RefreshToken
		for n := 1; ; n++ {
			if err != nil {
				t.Fatal(err)
			}
			if n > pages {
				t.Fatal("the listing does not end")
			}
			listed = append(listed, page...)
			if !resp.HasNextPage() {
				break
			}
			page = nil
			resp, err = resp.Next(&page)
		}
		if requests := len(org.Requests()); len(listed) != count || requests != pages {
			t.Fatalf("%d tokens with %d requests, want %d with %d", len(listed), requests, count, pages)
		}
		for i, token := range listed {
			embedded := token.GetEmbedded()
			scopes := len(embedded.GetScopes())
			if token.GetId() != want[i].ID || scopes != len(want[i].Scopes) {
				t.Errorf("token %d is %s with the details of %d scopes, want %s with %d", i, token.GetId(), scopes, want[i].ID, len(want[i].Scopes))
			}
		}
	})
	t.Run("get", func(t *testing.T) {
		token, _, err := sdk.GetOAuth2TokenForApplication(t.Context(), app, want[0].ID).Execute()
		if err != nil {
			t.Fatal(err)
		}
		expires := want[0].ExpiresAt.Truncate(time.Millisecond) // which is what Okta sends
		if token.GetId() != want[0].ID || token.GetStatus() != string(want[0].Status) ||
			token.GetUserId() != want[0].UserID || !token.GetExpiresAt().Equal(expires) {
			t.Errorf("token %+v, want %+v", token, want[0])
		}
		if len(token.AdditionalProperties) != 0 {
			t.Errorf("the SDK does not know %v", token.AdditionalProperties)
		}
	})
	t.Run("revoke", func(t *testing.T) {
		if _, err := sdk.RevokeOAuth2TokenForApplication(t.Context(), app, want[0].ID).Execute(); err != nil {
			t.Fatal(err)
		}
		if left := org.Tokens(app); len(left) != count-1 || left[0].ID != want[1].ID {
			t.Errorf("%d tokens are left", len(left))
		}
	})
	t.Run("revoke again", func(t *testing.T) {
		_, err := sdk.RevokeOAuth2TokenForApplication(t.Context(), app, want[0].ID).Execute()
		var failure *okta.GenericOpenAPIError
		if !errors.As(err, &failure) {
			t.Fatalf("error %v", err)
		}
		if body, ok := failure.Model().(okta.Error); !ok || body.GetErrorCode() != "E0000007" {
			t.Errorf("error %v with %+v, want Okta's E0000007", err, failure.Model())
		}
	})
	t.Run("revoke all", func(t *testing.T) {
		if _, err := sdk.RevokeOAuth2TokensForApplication(t.Context(), app).Execute(); err != nil {
			t.Fatal(err)
		}
		if left := org.Tokens(app); len(left) != 0 {
			t.Errorf("%d tokens are left", len(left))
		}
	})
}
