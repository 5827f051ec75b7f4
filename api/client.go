package api

import (
	"net/url"

	"example.com/apptokens/api/internal/argument"
	"example.com/apptokens/api/internal/origin"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/gen"
)

// Client calls the Application Tokens API of one Okta org. It is safe for concurrent use. Its settings never change;
// its calls share what they learn of the rate limit, and a budget for retries, so make one per org with [New] and keep
// it.
type Client struct {
	org  *url.URL
	raw  *gen.Client
	auth authenticator

	// final are the editors that end every attempt: the user's, then authorization, which sees the URL and the headers
	// as they are sent.
	final []gen.RequestEditorFn

	pacer  *pacer
	budget *retry.Budget

	settings
}

// New returns a client for the org at orgURL, such as https://acme.okta.com or the org's custom domain. The scheme is
// https; http is allowed to a loopback host, or with [WithPlainHTTP]. A port and a path prefix are kept; a proxy at such
// a prefix has to rewrite the Link headers of listings.
//
// auth authorizes every attempt of every request, see [APIToken], [BearerToken] and [TokenSource], and package oauth for
// service apps.
//
// New sends nothing. Its errors are [ErrInvalidArgument] and name the argument.
func New(orgURL string, auth Auth, opts ...Option) (*Client, error) {
	client, err := newClient(orgURL, auth, opts)
	if err != nil {
		return nil, &Error{Op: "new client", Err: err}
	}
	return client, nil
}

func newClient(orgURL string, auth Auth, opts []Option) (*Client, error) {
	authenticator, err := newAuthenticator(auth)
	if err != nil {
		return nil, err
	}
	settings := defaultSettings()
	for _, option := range opts {
		if option == nil {
			return nil, argument.Invalid("option", "nil", "leave it out")
		}
		if err := option(&settings); err != nil {
			return nil, err
		}
	}
	org, err := origin.ParseOrgURL(orgURL, settings.plainHTTP)
	if err != nil {
		return nil, err
	}
	if timeout := settings.httpClient.Timeout; timeout > 0 {
		settings.attemptTimeout = min(settings.attemptTimeout, timeout)
	}
	raw, err := gen.NewClient(org.String(),
		gen.WithHTTPClient(doer{settings.httpClient, org}),
		gen.WithRequestEditorFn(defaultHeaders(settings.userAgent)))
	if err != nil {
		return nil, err
	}
	return &Client{
		org:      org,
		raw:      raw,
		auth:     authenticator,
		final:    append(settings.editors, authenticator.authorize),
		pacer:    &pacer{share: settings.share, maxWait: settings.retry.MaxWait},
		budget:   retry.NewBudget(),
		settings: settings,
	}, nil
}

// String names the org, and nothing that is secret.
func (c *Client) String() string { return "api.Client(" + c.org.String() + ")" }
