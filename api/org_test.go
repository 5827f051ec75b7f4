package api_test

import (
	"context"
	"net/http"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

const (
	orgURL = "https://acme.okta.com"
	appID  = "0oa1"
)

// newOrg returns an org within the process, whose app holds a number of tokens, and a client of it. Neither starts a
// goroutine of its own, so both run in virtual time.
func newOrg(t *testing.T, tokens int, opts ...api.Option) (*oktatest.Org, *api.Client) {
	t.Helper()
	org := oktatest.New(oktatest.WithApp(appID, tokens))
	return org, newClient(t, checked(t, org), opts...)
}

func newClient(t *testing.T, transport http.RoundTripper, opts ...api.Option) *api.Client {
	t.Helper()
	opts = append([]api.Option{api.WithHTTPClient(&http.Client{Transport: transport})}, opts...)
	client, err := api.New(orgURL, api.APIToken(oktatest.DefaultAPIToken), opts...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// list returns the IDs that a listing yields, and its error.
func list(ctx context.Context, client *api.Client, opts ...api.ListOption) (ids []string, err error) {
	for token, err := range client.List(ctx, appID, opts...) {
		if err != nil {
			return ids, err
		}
		ids = append(ids, token.ID)
	}
	return ids, nil
}

// allIDs returns the IDs of the tokens that the app holds.
func allIDs(org *oktatest.Org) (ids []string) {
	for _, token := range org.Tokens(appID) {
		ids = append(ids, token.ID)
	}
	return ids
}

// newRawOrg is newOrg with the generated client.
func newRawOrg(t *testing.T, tokens int) (*oktatest.Org, *gen.Client) {
	t.Helper()
	org := oktatest.New(oktatest.WithApp(appID, tokens))
	raw, err := gen.NewClient(orgURL,
		gen.WithHTTPClient(&http.Client{Transport: org.Transport()}),
		gen.WithRequestEditorFn(api.APIToken(oktatest.DefaultAPIToken).Authorize))
	if err != nil {
		t.Fatal(err)
	}
	return org, raw
}
