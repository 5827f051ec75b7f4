package api

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/header"
	"example.com/apptokens/api/internal/ratelimit"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/gen"
)

// Client calls the Application Tokens API of one Okta org. It is safe for concurrent use. Its settings never change;
// its calls share what they learn of the rate limit, and a budget for retries, so create one per org with [New] and
// keep it.
type Client struct {
	org  *url.URL
	raw  *gen.Client
	auth func() Auth // a function, which prints as an address
	settings

	pacer  *ratelimit.Pacer
	budget *retry.Budget
}

// New returns a client for the org at orgURL, such as https://acme.okta.com or the org's custom domain. The scheme is
// https; http is allowed to a loopback host, or with [WithPlainHTTP]. A port and a path prefix are kept; a proxy at
// such a prefix has to rewrite the Link headers of listings.
//
// auth authorizes every attempt of every request, see [APIToken], [BearerToken] and [TokenSource], and package oauth
// for service apps.
//
// New sends nothing. Its errors are [ErrInvalidArgument] and name the argument.
func New(orgURL string, auth Auth, opts ...Option) (_ *Client, err error) {
	defer func() {
		if err != nil {
			err = &Error{Op: "new client", Err: err}
		}
	}()
	settings := settings{
		userAgent:      header.UserAgent(),
		retry:          retry.Policy{}.WithDefaults(),
		attemptTimeout: 30 * time.Second,
		share:          1,
	}
	if err := check.Apply(&settings, opts); err != nil {
		return nil, err
	}
	org, err := check.OrgURL(orgURL, settings.plainHTTP)
	if err != nil {
		return nil, err
	}
	if check.IsNil(auth) {
		return nil, check.Invalid("auth", "nil", "pass one, such as api.APIToken(token)")
	}
	if invalid, ok := auth.(invalidAuth); ok {
		return nil, invalid.err
	}
	httpClient := cmp.Or(settings.httpClient, &http.Client{})
	if timeout := httpClient.Timeout; timeout > 0 {
		settings.attemptTimeout = min(settings.attemptTimeout, timeout)
	}
	sender := sender{cmp.Or(httpClient.Transport, defaultTransport()), httpClient.Jar, settings.attemptTimeout}
	return &Client{
		org:      org,
		raw:      &gen.Client{Server: org, Client: sender},
		auth:     func() Auth { return auth },
		pacer:    ratelimit.NewPacer(settings.share, settings.retry.MaxWait),
		budget:   retry.NewBudget(),
		settings: settings,
	}, nil
}

// String returns a text that names the org and contains no secret.
func (c *Client) String() string { return "api.Client(" + c.org.String() + ")" }

// ParseOrgURL parses the URL of an org as [New] does: absolute, https or a loopback host, and nothing in it that could
// send credentials to the wrong place or bring misleading responses.
//
// All spellings of an org's URL become one: scheme and host in lower case, without a default port or a trailing slash.
// Another port and a path prefix are kept. Anything else is [ErrInvalidArgument].
func ParseOrgURL(orgURL string) (*url.URL, error) { return check.OrgURL(orgURL, false) }
