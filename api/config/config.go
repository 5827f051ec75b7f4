package config

import (
	"cmp"
	"crypto"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oauth"
)

// Mode is how requests are authorized.
type Mode string

// The modes, spelled as in Okta's own configuration.
const (
	ModeSSWS       Mode = "SSWS"       // an API token; the default, unless there is a private key
	ModeBearer     Mode = "Bearer"     // an OAuth 2.0 access token
	ModePrivateKey Mode = "PrivateKey" // a service app, see package oauth
)

// Config is a complete configuration. No format verb of package fmt prints its secrets.
type Config struct {
	OrgURL       string // in the form of api.ParseOrgURL
	Mode         Mode
	ClientID     string   // of the service app, in ModePrivateKey
	Scopes       []string // to request, in ModePrivateKey; none for the default
	PrivateKeyID string   // empty for none, or for the JWK's own
	DPoP         bool     // in ModePrivateKey; true unless dpopEnabled is false
	PlainHTTP    bool     // OrgURL may be http, to any host

	// Limits are zero if not set; then the defaults of package api apply.
	ConnectionTimeout time.Duration // for one attempt, of a call or (but 30 s at most) of a token request
	RequestTimeout    time.Duration // for a call with all its attempts
	MaxAttempts       int           // of one call: one more than rateLimit.maxRetries
	MaxBackoff        time.Duration // cap of exponential back-off, not of the wait for a rate-limit window
	RateShare         float64       // of the rate limit, over 0 and up to 1

	// Warnings name settings that are ignored, and what works but is unsafe, such as a world-readable key file.
	Warnings []string

	// Load leaves these nil or empty, which stands for the defaults. A program may set them for all requests, token
	// requests included.
	HTTPClient *http.Client // its Transport, if not nil, replaces the configured proxy
	Logger     *slog.Logger
	UserAgent  string

	sources map[Setting]string
	secrets func() secrets // a function, so that fmt cannot print it
}

// secrets are the unexported part of a Config.
type secrets struct {
	token     string
	key       crypto.Signer
	transport http.RoundTripper // nil without a proxy
}

// Load reads the configuration from the places that the package documentation names. An invalid setting is an
// [api.ErrInvalidArgument] that names the setting and its source.
func Load(opts ...Option) (Config, error) {
	config := Config{sources: map[Setting]string{}}
	r := reader{Config: &config, places: usualPlaces(), values: map[Setting]value{}}
	for _, option := range opts {
		option(&r.places)
	}
	if err := r.read(); err != nil {
		return Config{}, fmt.Errorf("apptokens: configuration: %w", err)
	}
	return config, nil
}

// Source returns where a setting came from: a variable, a file and its line, or the source passed to [With]. It is ""
// if the setting is not set.
func (c Config) Source(setting Setting) string { return c.sources[setting] }

// Client returns the configured client. Options override the configuration.
func (c Config) Client(opts ...api.Option) (*api.Client, error) {
	auth, err := c.auth() // its token requests use the client's HTTP client
	if err != nil {
		return nil, err
	}
	own := []api.Option{
		api.WithRetry(c.retry()), api.WithHTTPClient(c.httpClient()), api.WithRateShare(cmp.Or(c.RateShare, 1)),
	}
	if c.ConnectionTimeout > 0 {
		own = append(own, api.WithAttemptTimeout(c.ConnectionTimeout))
	}
	if c.RequestTimeout > 0 {
		own = append(own, api.WithCallTimeout(c.RequestTimeout))
	}
	if c.PlainHTTP {
		own = append(own, api.WithPlainHTTP())
	}
	if c.Logger != nil {
		own = append(own, api.WithLogger(c.Logger))
	}
	if c.UserAgent != "" {
		own = append(own, api.WithUserAgent(c.UserAgent))
	}
	return api.New(c.OrgURL, auth, append(own, opts...)...)
}

// Auth returns the configured authorization, for example for the generated client.
func (c Config) Auth() (api.Auth, error) { return c.auth(oauth.WithHTTPClient(c.httpClient())) }

func (c Config) auth(options ...oauth.Option) (api.Auth, error) {
	if c.secrets == nil {
		return nil, errors.New("apptokens: this Config was not returned by config.Load")
	}
	secrets := c.secrets()
	if c.Mode != ModePrivateKey {
		return static(c.Mode, secrets.token), nil
	}
	options = append(options, oauth.WithRetry(c.retry()))
	if len(c.Scopes) > 0 {
		options = append(options, oauth.WithScopes(c.Scopes...))
	}
	if c.PrivateKeyID != "" {
		options = append(options, oauth.WithKeyID(c.PrivateKeyID))
	}
	if c.PlainHTTP {
		options = append(options, oauth.WithPlainHTTP())
	}
	if !c.DPoP {
		options = append(options, oauth.WithoutDPoP())
	}
	if c.Logger != nil {
		options = append(options, oauth.WithLogger(c.Logger))
	}
	if c.UserAgent != "" {
		options = append(options, oauth.WithUserAgent(c.UserAgent))
	}
	return oauth.NewServiceApp(c.OrgURL, c.ClientID, secrets.key, options...)
}

func static(mode Mode, token string) api.Auth {
	if mode == ModeBearer {
		return api.BearerToken(token)
	}
	return api.APIToken(token)
}

func (c Config) retry() api.RetryPolicy {
	return api.RetryPolicy{MaxAttempts: c.MaxAttempts, MaxDelay: c.MaxBackoff}
}

// httpClient returns a client that bounds each attempt by the connection timeout.
func (c Config) httpClient() *http.Client {
	var client http.Client
	if c.HTTPClient != nil {
		client = *c.HTTPClient
	}
	if transport := c.Transport(); transport != http.DefaultTransport { // which keeps only two idle connections
		client.Transport = transport
	}
	if c.ConnectionTimeout > 0 {
		client.Timeout = c.ConnectionTimeout
	}
	return &client
}

// Transport returns the transport of all requests: the one of HTTPClient, or one for the configured proxy, or
// [http.DefaultTransport].
func (c Config) Transport() http.RoundTripper {
	switch {
	case c.HTTPClient != nil && c.HTTPClient.Transport != nil:
		return c.HTTPClient.Transport
	case c.secrets != nil && c.secrets().transport != nil:
		return c.secrets().transport
	}
	return http.DefaultTransport
}
