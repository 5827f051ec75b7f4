package config

import (
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

// Config is a configuration that is complete. It shows no secret, however it is printed.
type Config struct {
	OrgURL       string // in the form of api.ParseOrgURL
	Mode         Mode
	ClientID     string   // of the service app, in ModePrivateKey
	Scopes       []string // to ask for, in ModePrivateKey; none for the default
	PrivateKeyID string   // empty for none, or the one of the JWK
	DPoP         bool     // in ModePrivateKey; true unless the configuration says otherwise
	PlainHTTP    bool     // OrgURL may be http, to any host

	// Limits are zero where nothing is set; package api's defaults apply then.
	ConnectionTimeout time.Duration // for one attempt, of a call or of a token request
	RequestTimeout    time.Duration // for a call with all its attempts
	MaxAttempts       int           // of one call: one more than rateLimit.maxRetries
	MaxBackoff        time.Duration // cap of exponential back-off, not of the wait for a rate-limit window
	RateShare         float64       // of the rate limit, over 0 and up to 1

	// Warnings are about what works, but should not be, such as a world-readable key file, and about settings that are
	// ignored.
	Warnings []string

	// How all requests are made, token requests included. They are zero at first, for defaults, and the program's to set.
	HTTPClient *http.Client // its Transport, if it has one, takes the place of the configured proxy
	Logger     *slog.Logger
	UserAgent  string

	sources map[Setting]string
	secrets func() secrets // a function, for fmt cannot look into it
}

// secrets are what a Config keeps to itself.
type secrets struct {
	token     string
	key       crypto.Signer
	transport http.RoundTripper // nil without a proxy
}

// Load reads the configuration. Explicit values (see [With]) come before environment variables, those before
// ./.okta.yaml, and that before ~/.okta/okta.yaml. Each setting is looked for by itself, but those of a credential are
// not taken from two files, and a file of the working directory has no power over a credential from elsewhere: see the
// package's documentation. Whatever cannot work is [api.ErrInvalidArgument], and names the setting and where it came
// from.
func Load(opts ...Option) (Config, error) {
	f, err := search(opts)
	if err != nil {
		return Config{}, fmt.Errorf("apptokens: configuration: %w", err)
	}
	config := Config{sources: map[Setting]string{}}
	for setting, value := range f.values {
		config.sources[setting] = value.source
	}
	r := reader{Config: &config, found: f}
	if err := r.read(); err != nil {
		return Config{}, fmt.Errorf("apptokens: configuration: %w", err)
	}
	return config, nil
}

// Source says where a setting came from: a variable, a file with its line, or what [With] called it. It is empty for
// one that is not set.
func (c Config) Source(setting Setting) string { return c.sources[setting] }

// Client returns a client as configured. Options come after the configuration's own. An HTTP client among them is not
// used for token requests; Config.HTTPClient is.
func (c Config) Client(opts ...api.Option) (*api.Client, error) {
	auth, err := c.Auth()
	if err != nil {
		return nil, err
	}
	own := []api.Option{api.WithRetry(c.retry()), api.WithHTTPClient(c.httpClient())}
	if c.RequestTimeout > 0 {
		own = append(own, api.WithCallTimeout(c.RequestTimeout))
	}
	if c.RateShare > 0 {
		own = append(own, api.WithRateShare(c.RateShare))
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

// Auth returns the authorization as configured, for another client than an [api.Client].
func (c Config) Auth() (api.Auth, error) {
	if c.secrets == nil {
		return nil, errors.New("apptokens: this Config does not come from config.Load")
	}
	secrets := c.secrets()
	if c.Mode != ModePrivateKey {
		return static(c.Mode, secrets.token), nil
	}
	options := []oauth.Option{oauth.WithRetry(c.retry()), oauth.WithHTTPClient(c.httpClient())}
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

// httpClient bounds each attempt by the connection timeout.
func (c Config) httpClient() *http.Client {
	var client http.Client
	if c.HTTPClient != nil {
		client = *c.HTTPClient
	}
	client.Transport = c.Transport()
	if c.ConnectionTimeout > 0 {
		client.Timeout = c.ConnectionTimeout
	}
	return &client
}

// Transport returns the transport of all requests: that of HTTPClient, or else one that goes through the configured
// proxy, or else [http.DefaultTransport].
func (c Config) Transport() http.RoundTripper {
	switch {
	case c.HTTPClient != nil && c.HTTPClient.Transport != nil:
		return c.HTTPClient.Transport
	case c.secrets != nil && c.secrets().transport != nil:
		return c.secrets().transport
	}
	return http.DefaultTransport
}
