package oauth_test

import (
	"crypto"
	"crypto/rsa"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oauth"
)

func TestNewServiceAppRefuses(t *testing.T) {
	t.Parallel()
	var noKey *rsa.PrivateKey
	tests := map[string]struct {
		orgURL, clientID string
		key              crypto.Signer
		options          []oauth.Option
		says             string
	}{
		"another origin":         {"http://acme.okta.com", clientID, key(), nil, "https only"},
		"no client ID":           {orgURL, "", key(), nil, "client ID"},
		"a blank client ID":      {orgURL, "0oa 1", key(), nil, "client ID"},
		"a client ID to fill in": {orgURL, "{clientId}", key(), nil, "client ID"},
		"a key id to fill in":    {orgURL, clientID, key(), []oauth.Option{oauth.WithKeyID("${KEY_ID}")}, "key ID"},
		"no key":                 {orgURL, clientID, nil, nil, "ParsePrivateKey"},
		"a nil key":              {orgURL, clientID, noKey, nil, "ParsePrivateKey"},
		"an unsuitable key":      {orgURL, clientID, keys()["P-224"], nil, "want RSA, or ECDSA"},
		"a small key":            {orgURL, clientID, keys()["RSA 2047"], nil, "2048 or more"},
		"a nil option":           {orgURL, clientID, key(), []oauth.Option{nil}, "option"},
		"no key id":              {orgURL, clientID, key(), []oauth.Option{oauth.WithKeyID("")}, "key ID"},
		"an unknown algorithm":   {orgURL, clientID, key(), []oauth.Option{oauth.WithAlgorithm("none")}, "RS256"},
		"another key's algorithm": {orgURL, clientID, key(), []oauth.Option{oauth.WithAlgorithm("RS256")},
			"the key supports [ES256]"},
		"a curve's algorithm for RSA": {orgURL, clientID, keys()["RSA"], []oauth.Option{oauth.WithAlgorithm("ES256")},
			"the key supports [RS256 RS384 RS512]"},
		"another curve's": {orgURL, clientID, key(), []oauth.Option{oauth.WithAlgorithm("ES384")},
			"the key supports [ES256]"},
		"no scopes": {orgURL, clientID, key(), []oauth.Option{oauth.WithScopes()}, "there are none"},
		"two scopes in one": {orgURL, clientID, key(), []oauth.Option{oauth.WithScopes("okta.apps.read okta.apps.manage")},
			"a string of its own"},
		"a nil DPoP key":         {orgURL, clientID, key(), []oauth.Option{oauth.WithDPoPKey(nil)}, "DPoP key"},
		"the app's key for DPoP": {orgURL, clientID, key(), []oauth.Option{oauth.WithDPoPKey(key())}, "it is the app's"},
		"a blank user agent":     {orgURL, clientID, key(), []oauth.Option{oauth.WithUserAgent(" ")}, "user agent"},
		"an unsuitable DPoP key": {orgURL, clientID, key(), []oauth.Option{oauth.WithDPoPKey(keys()["P-224"])}, "DPoP"},
		"a nil HTTP client":      {orgURL, clientID, key(), []oauth.Option{oauth.WithHTTPClient(nil)}, "HTTP client"},
		"a nil logger":           {orgURL, clientID, key(), []oauth.Option{oauth.WithLogger(nil)}, "logger"},
		"a negative wait": {orgURL, clientID, key(),
			[]oauth.Option{oauth.WithRetry(api.RetryPolicy{MaxWait: -time.Second})}, "retry policy"},
		"an http endpoint": {orgURL, clientID, key(),
			[]oauth.Option{oauth.WithTokenEndpoint("http://login.acme.com/oauth2/v1/token")}, "https only"},
		"an endpoint's user": {orgURL, clientID, key(),
			[]oauth.Option{oauth.WithTokenEndpoint("https://a:secret@login.acme.com/oauth2/v1/token")}, "token endpoint"},
		"an endpoint's query": {orgURL, clientID, key(),
			[]oauth.Option{oauth.WithTokenEndpoint("https://login.acme.com/oauth2/v1/token?secret")}, "token endpoint"},
		"an endpoint's path": {orgURL, clientID, key(), []oauth.Option{oauth.WithTokenEndpoint("https://login.acme.com/")},
			"token endpoint"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app, err := oauth.NewServiceApp(test.orgURL, test.clientID, test.key, test.options...)
			checkError(t, err, api.ErrInvalidArgument, test.says)
			if app != nil || strings.Contains(fmt.Sprint(err), "secret") {
				t.Errorf("app %v, error %v", app, err)
			}
		})
	}
}

// What a program does with its slice of scopes later does not change the app.
func TestScopesStayAsGiven(t *testing.T) {
	t.Parallel()
	scopes := []string{oauth.ScopeRead}
	app := newServiceApp(t, newOrg(3).Transport(), key(), oauth.WithScopes(scopes...))
	scopes[0] = "payments"
	if err := authorize(t.Context(), app); err != nil {
		t.Error(err)
	}
}

// The token endpoint may be at another host than the API, for example at a custom domain. It is then the audience.
func TestAnotherTokenEndpoint(t *testing.T) {
	t.Parallel()
	org := newOrg(3)
	const endpoint = "https://login.acme.com/oauth2/v1/token"
	app := newServiceApp(t, org.Transport(), key(), oauth.WithTokenEndpoint(endpoint))
	if n, err := list(t.Context(), newClientOf(t, org.Transport(), app)); n != 3 || err != nil {
		t.Errorf("listed %d of 3: %v", n, err)
	}
	hosts := map[string]int{}
	for _, request := range org.Requests() {
		hosts[request.Method+" "+request.Host]++
	}
	if hosts[http.MethodPost+" login.acme.com"] != 2 || hosts[http.MethodGet+" acme.okta.com"] != 1 {
		t.Errorf("requests %v", hosts)
	}
	if got := app.String(); got != "oauth.ServiceApp(0oaServiceApp at "+endpoint+")" {
		t.Error(got)
	}
}

// The audience of assertions is spelled as Okta spells it, however the org URL was.
func TestTheTokenEndpointIsTheOrgs(t *testing.T) {
	t.Parallel()
	app, err := oauth.NewServiceApp("HTTPS://Acme.okta.com:443/", clientID, key())
	if err != nil {
		t.Fatal(err)
	}
	if got := app.String(); got != "oauth.ServiceApp(0oaServiceApp at https://acme.okta.com/oauth2/v1/token)" {
		t.Error(got)
	}
}

func TestPlainHTTPIsForThoseWhoAskForIt(t *testing.T) {
	t.Parallel()
	const mock = "http://okta-mock:8080"
	_, err := oauth.NewServiceApp(mock, clientID, key())
	checkError(t, err, api.ErrInvalidArgument, "https only")
	app, err := oauth.NewServiceApp(mock, clientID, key(), oauth.WithTokenEndpoint("http://login-mock/oauth2/v1/token"),
		oauth.WithPlainHTTP())
	if err != nil || app.String() != "oauth.ServiceApp(0oaServiceApp at http://login-mock/oauth2/v1/token)" {
		t.Errorf("with the option: %v, %v", app, err)
	}
}
