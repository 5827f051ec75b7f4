package interop_test

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// sdkOperations are the rows of the matrix, in the order in which they run. An error says how a client differs from
// the contract.
var sdkOperations = []struct {
	name string
	run  func(*testing.T, *connection) error
}{
	{"list", listPages},
	{"get", func(t *testing.T, c *connection) error {
		want := c.tokens(t)[0]
		want.Embedded = gen.TokenEmbedded{}
		token, err := c.get(t, peersApp, want.ID)
		return cmp.Or(err, sameTokens([]gen.Token{token}, []gen.Token{want}))
	}},
	{"revoke", func(t *testing.T, c *connection) error {
		before := c.tokens(t)
		err := c.revoke(t, peersApp, before[0].ID)
		return cmp.Or(err, sameTokens(c.tokens(t), before[1:]))
	}},
	{"revoke all", func(t *testing.T, c *connection) error {
		err := c.revokeAll(t, peersApp)
		return cmp.Or(err, sameTokens(c.tokens(t), nil))
	}},
	{"401", unauthorized},
	{"403", forbidden},
	{"404", func(t *testing.T, c *connection) error {
		return isFailure(c.revoke(t, peersApp, "oar1"), http.StatusNotFound, "E0000007")
	}},
	{"429", rateLimited},
}

// listPages lists with a credential of the wanted scheme.
func listPages(t *testing.T, c *connection) error {
	want := c.tokens(t)
	tokens, pages, err := c.list(t, peersApp, 20)
	if err != nil {
		return err
	}
	requests := c.org.Requests()
	scheme, _, _ := strings.Cut(requests[len(requests)-1].Header.Get("Authorization"), " ")
	switch {
	case pages != 3:
		return fmt.Errorf("%d pages, want 3", pages)
	case scheme != c.scheme:
		return fmt.Errorf("the scheme is %s, want %s", scheme, c.scheme)
	}
	return sameTokens(tokens, want)
}

// unauthorized uses an API token that the org does not know, or signs with a key that is not the app's.
func unauthorized(t *testing.T, c *connection) error {
	name, value, code := "token", "wrong", "E0000011"
	if c.scheme != "SSWS" {
		name, value, code = "privateKey", encodeKey(t, newKey(t, c.curve)), ""
	}
	_, err := c.with(t, name, value).get(t, peersApp, "oar1")
	return isFailure(err, http.StatusUnauthorized, code)
}

// forbidden revokes without the right to do so, or with an access token that lacks the scope.
func forbidden(t *testing.T, c *connection) error {
	if c.scheme == "SSWS" {
		c.org.Inject(oktatest.Status(http.StatusForbidden))
		return isFailure(c.revokeAll(t, peersApp), http.StatusForbidden, "E0000006")
	}
	err := c.with(t, "scopes", []string{"okta.apps.read"}).revokeAll(t, peersApp)
	return isFailure(err, http.StatusForbidden, "")
}

// rateLimited lists until a page has met a 429, after which the client waits and tries again.
func rateLimited(t *testing.T, c *connection) error {
	c = connectSDK(t, c.sdk, c.credential, oktatest.WithRateLimit(2, 2*time.Second))
	want := c.tokens(t) // the first of two requests in a window
	for range 5 {       // windows, which may end between two requests
		tokens, _, err := c.list(t, peersApp, 20)
		if err := cmp.Or(err, sameTokens(tokens, want)); err != nil {
			return err
		}
		for _, request := range c.org.Requests() {
			if request.Status == http.StatusTooManyRequests {
				return nil
			}
		}
	}
	return errors.New("no request met the rate limit")
}
