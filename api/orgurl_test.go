package api_test

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"example.com/apptokens/api"
)

func TestNewTakesOrgURLs(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"https://acme.okta.com":               "https://acme.okta.com/api/v1/apps/0oa1/tokens",
		"https://acme.okta.com/":              "https://acme.okta.com/api/v1/apps/0oa1/tokens",
		"HTTPS://login.acme.example":          "https://login.acme.example/api/v1/apps/0oa1/tokens",
		"https://acme.okta.com:8443":          "https://acme.okta.com:8443/api/v1/apps/0oa1/tokens",
		"https://proxy.acme.example/okta/eu/": "https://proxy.acme.example/okta/eu/api/v1/apps/0oa1/tokens",
		"http://localhost:8080":               "http://localhost:8080/api/v1/apps/0oa1/tokens",
		"http://127.0.0.1":                    "http://127.0.0.1/api/v1/apps/0oa1/tokens",
		"http://127.8.9.10:1":                 "http://127.8.9.10:1/api/v1/apps/0oa1/tokens",
		"http://[::1]:8080":                   "http://[::1]:8080/api/v1/apps/0oa1/tokens",
		"https://a-z.0-9.example":             "https://a-z.0-9.example/api/v1/apps/0oa1/tokens",
		"https://acme.okta.com:65535":         "https://acme.okta.com:65535/api/v1/apps/0oa1/tokens",
		"https://proxy.acme.example/~okta":    "https://proxy.acme.example/~okta/api/v1/apps/0oa1/tokens",
		"https://sso-admin.acme.example":      "https://sso-admin.acme.example/api/v1/apps/0oa1/tokens",
		"https://notokta.com/eu":              "https://notokta.com/eu/api/v1/apps/0oa1/tokens",
	} {
		t.Run(given, func(t *testing.T) {
			t.Parallel()
			var got string
			transport := roundTripper(func(req *http.Request) (*http.Response, error) {
				got = req.URL.String()
				return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody}, nil
			})
			client, err := api.New(given, api.APIToken("t"), api.WithHTTPClient(&http.Client{Transport: transport}))
			if err != nil {
				t.Fatal(err)
			}
			if err := client.RevokeAll(t.Context(), appID); err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("the request went to %s, want %s", got, want)
			}
		})
	}
}

func TestNewRefusesOrgURLs(t *testing.T) {
	t.Parallel()
	for given, says := range map[string]string{
		"":                                      "empty",
		"acme.okta.com":                         "must start with https://",
		"/api":                                  "must start with https://",
		"ftp://acme.okta.com":                   "must start with https://",
		"https://":                              "host",
		"https://:443":                          "host",
		"https://acme.okta.com:":                "port",
		"https://acme.okta.com:https":           "not a URL",
		"http://acme.okta.com":                  "https only",
		"http://localhost.example":              "https only",
		"http://127.0.0.1.example":              "https only",
		"http://10.0.0.1":                       "https only",
		"https://user:secret@acme.okta.com":     "user information",
		"https://acme.okta.com?x=1":             "query",
		"https://acme.okta.com?":                "query",
		"https://acme.okta.com#":                "fragment",
		"https://{yourOktaDomain}":              "placeholder",
		"https://${OKTA_DOMAIN}":                "placeholder",
		"https://<acme>.okta.com":               "placeholder",
		"https://acme-admin.okta.com":           "-admin",
		"https://ACME-ADMIN.oktapreview.com":    "-admin",
		"https://acme.okta.com.com":             ".com twice",
		" https://acme.okta.com":                "space",
		"https://acme.okta.com\n":               "space",
		"https://acme okta.com":                 "space",
		"https://acme.оkta.com":                 "does not belong", // a Cyrillic o
		"https://acme.okta.com/../x":            "a part of its path",
		"https://acme.okta.com/%2e%2e/x":        "a part of its path",
		"https://acme.okta.com//x":              "a part of its path",
		"https://acme.okta.com/okta(eu)":        "a part of its path",
		"https://acme.okta.com/..;/x":           "a part of its path",
		"https://acme.okta.com/oauth2/default":  "leave out its path",
		"https://acme.okta.com/API/V1/":         "leave out its path",
		`https://"acme.okta.com"`:               "not a valid host name",
		"https://acme.okta.com,evil.example":    "not a valid host name",
		"https://acme.okta.com.com.":            "not a valid host name",
		"https://acme_1.okta.com":               "not a valid host name",
		"https://acme.okta.com.":                "not a valid host name",
		"https://.acme.okta.com":                "not a valid host name",
		"https://acme..okta.com":                "not a valid host name",
		"https://acme.okta.com\x7f":             "space",
		"https://.":                             "not a valid host name",
		"00canary-token":                        "(not shown)",
		"127.0.0.1:8080":                        "must start with https://",
		"https://login.acme.example/api/v1":     "an API or an issuer",
		"https://login.acme.example/oauth2/x":   "an API or an issuer",
		"https://acme.okta.com/api/v1":          "leave out its path",
		"https://acme.okta.com/api/v1/apps":     "leave out its path",
		"https://acme.okta.com:0":               "port",
		"https://acme.okta.com:65536":           "port",
		"https://acme.okta.com/admin/dashboard": "leave out its path",
		"https://acme.oktapreview.com/app":      "leave out its path",
		"https://acme.okta-emea.com/app":        "leave out its path",
		"https://acme.okta-gov.com/app":         "leave out its path",
		"https://acme.okta.mil/app":             "leave out its path",
	} {
		t.Run(given, func(t *testing.T) {
			t.Parallel()
			_, err := api.New(given, api.APIToken("t"))
			checkError(t, err, api.ErrInvalidArgument, says)
			shown := given
			if given != "" && !strings.Contains(given, "://") || strings.Contains(given, "@") {
				shown = "(not shown)" // it may be a credential
			}
			if err != nil && (!strings.Contains(err.Error(), "org URL "+strconv.Quote(shown)) || strings.Contains(err.Error(), "secret")) {
				t.Errorf("error %v, want one with the org URL %q, and no password", err, shown)
			}
		})
	}
}

// Whatever way an org URL is written, it names the same org in receipts and to the token endpoint.
func TestOrgURLsHaveOneForm(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"HTTPS://Acme.OKTA.com":               "https://acme.okta.com",
		"https://acme.okta.com/":              "https://acme.okta.com",
		"https://acme.okta.com///":            "https://acme.okta.com",
		"https://acme.okta.com:443/":          "https://acme.okta.com",
		"https://acme.okta.com:0443":          "https://acme.okta.com",
		"https://acme.okta.com:8443":          "https://acme.okta.com:8443",
		"https://acme.okta.com:80":            "https://acme.okta.com:80",
		"http://127.0.0.1:80":                 "http://127.0.0.1",
		"http://[::1]:80/":                    "http://[::1]",
		"http://[0:0:0:0:0:0:0:1]:8080":       "http://[::1]:8080",
		"https://[2001:DB8::A]":               "https://[2001:db8::a]",
		"https://proxy.acme.example/Okta/EU/": "https://proxy.acme.example/Okta/EU",
	} {
		got, err := api.ParseOrgURL(given)
		if err != nil || got.String() != want {
			t.Errorf("ParseOrgURL(%q) = %v, %v; want %s", given, got, err, want)
		}
	}
}

func TestPlainHTTPIsForThoseWhoAskForIt(t *testing.T) {
	t.Parallel()
	const mock = "http://okta-mock:8080"
	if _, err := api.New(mock, api.APIToken("t")); !errors.Is(err, api.ErrInvalidArgument) {
		t.Errorf("without the option: %v", err)
	}
	client, err := api.New(mock, api.APIToken("t"), api.WithPlainHTTP())
	if err != nil || client.String() != "api.Client("+mock+")" {
		t.Errorf("with the option: %v, %v", client, err)
	}
	if _, err := api.New("ftp://okta-mock", api.APIToken("t"), api.WithPlainHTTP()); !errors.Is(err, api.ErrInvalidArgument) {
		t.Errorf("another scheme: %v", err)
	}
}

// FuzzParseOrgURL: an org URL has one form, and requests go to its host and below its path, over https or to this
// machine. What is refused is refused without a credential that it may contain.
func FuzzParseOrgURL(f *testing.F) {
	for _, text := range []string{
		orgURL, "HTTPS://Acme.okta.com:443/", "http://127.0.0.1:8080/prefix/", "http://[::1]:80", "https://a:b@acme.okta.com", "https://acme.okta.com\\@evil.example",
		"https://acme-admin.okta.com", "https://acme.okta.com.com", "https://acme.okta.com/?x#y", "https://proxy.example/a/../b", "https://1.2.3.4:65536", "https://{yourOktaDomain}", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		org, err := api.ParseOrgURL(text)
		if err != nil {
			if !errors.Is(err, api.ErrInvalidArgument) || strings.Contains(text, "@") && strings.Contains(err.Error(), text) {
				t.Errorf("%q: error %v", text, err)
			}
			return
		}
		if again, err := api.ParseOrgURL(org.String()); err != nil || *again != *org {
			t.Errorf("%q is %s, and that is %v: %v", text, org, again, err)
		}
		asGiven, err := url.Parse(text)
		isAddress := err == nil && net.ParseIP(asGiven.Hostname()) != nil // which has other spellings
		if err != nil || !isAddress && !strings.EqualFold(asGiven.Hostname(), org.Hostname()) {
			t.Errorf("%q is %s: %v", text, org, err)
		}
		client, err := api.New(text, api.APIToken("token"), api.WithHTTPClient(&http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
			if want := org.String() + "/api/v1/apps/0oa1/tokens/oar1"; req.URL.String() != want || req.Host != org.Host {
				t.Errorf("%q: the request goes to %s, host %s, want %s", text, req.URL, req.Host, want)
			}
			if isLocal := org.Hostname() == "localhost" || net.ParseIP(org.Hostname()).IsLoopback(); req.URL.Scheme != "https" && !isLocal {
				t.Errorf("%q: the credential goes over %s", text, req.URL.Scheme)
			}
			return &http.Response{StatusCode: http.StatusNoContent}, nil
		})}))
		if err == nil {
			err = client.Revoke(t.Context(), appID, "oar1")
		}
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}
