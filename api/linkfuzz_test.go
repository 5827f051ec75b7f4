package api_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// FuzzFollow: wherever a next link leads, the credential goes to no other origin and no other path than the listing's,
// the query is sent as it stands, and the listing ends: complete, or with an error that shows no credential.
func FuzzFollow(f *testing.F) {
	const path, credential = "/api/v1/apps/" + appID + "/tokens", oktatest.DefaultAPIToken
	base, err := url.Parse(orgURL + path + "?limit=200")
	if err != nil {
		f.Fatal(err)
	}
	for _, link := range []string{
		"?", "//::",
		orgURL + path + "?after=a1&limit=200", path + "?after=%zz;x", "?after=1", "", "../tokens?after=2", "#fragment",
		"https://evil.example" + path + "?after=1", "//evil.example" + path + "?b", "https://acme.okta.com@evil.example" + path + "?c", "javascript:alert(1)",
		"https://" + credential + "@acme.okta.com" + path, orgURL + "/api/v1/apps/0oa2/tokens", orgURL + path + "/", "HTTPS://ACME.okta.com:443" + path + "?b",
		"https://" + credential + ".example" + path, orgURL + path + "?after=" + credential,
		orgURL + "/api/v1/apps/0oa1/x/../tokens?a", "https://acme.okta.com:" + credential + path,
	} {
		f.Add(link, true)
		f.Add(link, false)
	}
	f.Fuzz(func(t *testing.T, link string, start bool) {
		var queries []string
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			host := strings.TrimSuffix(strings.ToLower(req.URL.Host), ":443")
			if req.URL.Scheme+"://"+host != orgURL || req.Host != "acme.okta.com" || req.URL.EscapedPath() != path || req.URL.User != nil {
				t.Errorf("the link %q leads to %s, host %q", link, req.URL, req.Host)
			}
			queries = append(queries, req.URL.RawQuery)
			header := http.Header{"Content-Type": {"application/json"}, "Link": {`<` + link + `>; rel="next"`}}
			if len(queries) > 3 {
				header = http.Header{"Content-Type": {"application/json"}, "Link": {`<` + orgURL + path + `>; rel="self"`}}
			}
			id := "oar" + strconv.Itoa(len(queries))
			return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader(`[{"id":"` + id + `"}]`)), Request: req}, nil
		}), api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
		var options []api.ListOption
		if start {
			options = append(options, api.StartAt(link))
		}
		ids, err := list(t.Context(), client, options...)
		switch {
		case err == nil, errors.Is(err, api.ErrPaginationLoop):
			target, err := base.Parse(link)
			loops := err == nil && (target.RawQuery == "" || target.RawQuery == base.RawQuery) // so nothing is sent to it
			if last := queries[max(len(queries)-1, 0):]; err != nil || !loops && !slices.Equal(last, []string{target.RawQuery}) {
				t.Errorf("the query of the link %q was sent as %q", link, last)
			}
		case !errors.Is(err, api.ErrUnexpectedResponse) && !(start && errors.Is(err, api.ErrInvalidArgument)):
			t.Errorf("the link %q: error %v", link, err)
		case len(ids) > 1 || start && len(queries) > 0 && !errors.Is(err, api.ErrUnexpectedResponse):
			t.Errorf("the link %q: %v after %d tokens and %d requests", link, err, len(ids), len(queries))
		}
		if err != nil && !start && strings.Contains(err.Error(), credential) {
			t.Errorf("the link %q: the credential is in %v", link, err)
		}
	})
}
