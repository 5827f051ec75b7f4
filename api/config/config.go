package config

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/text"
	"example.com/apptokens/api/oauth"
)

// Mode is how requests are authorized.
type Mode string

// The modes, spelled as in Okta's own configuration.
const (
	SSWS       Mode = "SSWS"       // an API token; the default, unless there is a private key
	Bearer     Mode = "Bearer"     // an OAuth 2.0 access token
	PrivateKey Mode = "PrivateKey" // a service app, see package oauth
)

// Config is a configuration that is complete. It shows no secret, however it is printed.
type Config struct {
	OrgURL       string
	Mode         Mode
	ClientID     string   // of the service app, in mode PrivateKey
	Scopes       []string // to ask for, in mode PrivateKey; none for the default
	PrivateKeyID string   // empty for none, or the one of the JWK
	DPoP         bool     // in mode PrivateKey; true unless the configuration says otherwise

	// Retries and times are zero where nothing is set; package api's defaults apply then.
	ConnectionTimeout time.Duration // for one attempt
	RequestTimeout    time.Duration // longest wait before an attempt; how long a call may take is for its context to say
	MaxAttempts       int           // of one call: one more than rateLimit.maxRetries
	MaxBackoff        time.Duration // longest wait before an attempt

	// Warnings are about what works, but should not be: a key file that everybody can read.
	Warnings []string
	// OAuth are more options for the service app of mode PrivateKey, such as a logger.
	OAuth []oauth.Option

	sources map[Setting]string
	secrets func() secretValues // a function, for fmt cannot look into it
}

// secretValues are what a Config keeps to itself.
type secretValues struct {
	token string
	key   crypto.Signer
}

// Load reads the configuration. Explicit values (see [With]) come before environment variables, those before
// ./.okta.yaml, and that before ~/.okta/okta.yaml; each setting is looked for by itself. Whatever cannot work is
// [api.ErrInvalidArgument], and names the setting and where it came from.
func Load(opts ...Option) (Config, error) {
	f, err := search(opts)
	if err != nil {
		return Config{}, err
	}
	config := Config{DPoP: true, Warnings: f.warnings, sources: map[Setting]string{}}
	for setting, value := range f.values {
		config.sources[setting] = value.source
	}
	var secrets secretValues
	if err := config.read(f, &secrets); err != nil {
		return Config{}, err
	}
	config.secrets = func() secretValues { return secrets }
	return config, nil
}

// Source says where a setting came from: a variable, a file with its line, or what [With] called it. It is empty for
// one that is not set.
func (c Config) Source(setting Setting) string { return c.sources[setting] }

// Client returns a client as configured. Options come after the configuration's own.
func (c Config) Client(opts ...api.Option) (*api.Client, error) {
	auth, err := c.Auth()
	if err != nil {
		return nil, err
	}
	if c.ConnectionTimeout > 0 {
		opts = slices.Insert(opts, 0, api.WithAttemptTimeout(c.ConnectionTimeout))
	}
	return api.New(c.OrgURL, auth, slices.Insert(opts, 0, api.WithRetry(c.retry()))...)
}

// Auth returns the authorization as configured, for another client than an [api.Client].
func (c Config) Auth() (api.Auth, error) {
	if c.secrets == nil {
		return nil, errors.New("apptokens: this Config does not come from config.Load")
	}
	secrets := c.secrets()
	if c.Mode != PrivateKey {
		return static(c.Mode, secrets.token), nil
	}
	options := []oauth.Option{oauth.WithRetry(c.retry())}
	if len(c.Scopes) > 0 {
		options = append(options, oauth.WithScopes(c.Scopes...))
	}
	if c.PrivateKeyID != "" {
		options = append(options, oauth.WithKeyID(c.PrivateKeyID))
	}
	if !c.DPoP {
		options = append(options, oauth.WithoutDPoP())
	}
	return oauth.NewServiceApp(c.OrgURL, c.ClientID, secrets.key, append(options, c.OAuth...)...)
}

func static(mode Mode, token string) api.Auth {
	if mode == Bearer {
		return api.BearerToken(token)
	}
	return api.APIToken(token)
}

func (c Config) retry() api.RetryPolicy {
	policy := api.RetryPolicy{MaxAttempts: c.MaxAttempts, MaxWait: c.MaxBackoff}
	if c.RequestTimeout > 0 && (policy.MaxWait == 0 || c.RequestTimeout < policy.MaxWait) {
		policy.MaxWait = c.RequestTimeout
	}
	return policy
}

func (c *Config) read(f found, secrets *secretValues) error {
	if err := c.readOrg(f); err != nil {
		return err
	}
	if err := c.readCredential(f, secrets); err != nil {
		return err
	}
	if err := c.readApp(f); err != nil {
		return err
	}
	return c.readTimes(f)
}

func (c *Config) readOrg(f found) error {
	org, ok := f.values[OrgURL]
	if !ok {
		return missing(OrgURL, "the URL of the org, such as https://acme.okta.com")
	}
	if _, err := api.ParseOrgURL(org.text); err != nil {
		return fmt.Errorf("%s (from %s): %w", OrgURL, org.source, err)
	}
	c.OrgURL = org.text
	return nil
}

// readCredential finds out the mode, and reads what it needs.
func (c *Config) readCredential(f found, secrets *secretValues) error {
	token, hasToken := f.values[Token]
	key, hasKey := f.values[Key]
	if hasToken && hasKey {
		return problem(Token, token, "and a private key (from %s) are both set; remove one", key.source)
	}
	c.Mode = SSWS
	if hasKey {
		c.Mode = PrivateKey
	}
	if mode, ok := f.values[AuthorizationMode]; ok {
		c.Mode = Mode(mode.text)
		if !slices.Contains([]Mode{SSWS, Bearer, PrivateKey}, c.Mode) {
			return problem(AuthorizationMode, mode, "is %q; want SSWS, Bearer or PrivateKey", text.Truncate(mode.text, 30))
		}
	}
	credential := token
	switch {
	case c.Mode == PrivateKey && !hasKey:
		return missing(Key, "a private key (PEM or JWK) or the path of its file, since the mode is PrivateKey")
	case c.Mode == PrivateKey:
		signer, warning, err := readKey(key)
		if err != nil {
			return err
		}
		if warning != "" {
			c.Warnings = append(c.Warnings, warning)
		}
		secrets.key, credential = signer, key
	case !hasToken && c.Mode == Bearer:
		return missing(Token, "an access token, since the mode is Bearer")
	case !hasToken:
		return missing(Token, "an API token of the org; or, for a service app, set "+names(Key)+" and "+names(ClientID))
	default:
		// What cannot be a token is found out here, where its source is known.
		if err := static(c.Mode, token.text).Authorize(context.Background(), &http.Request{Header: http.Header{}}); err != nil {
			return fmt.Errorf("%s (from %s): %w", Token, token.source, err)
		}
		secrets.token = token.text
	}
	if org := f.values[OrgURL]; org.local && credential.file != org.file && c.Mode != PrivateKey {
		c.Warnings = append(c.Warnings, fmt.Sprintf("the token (from %s) goes to %s, since the working directory's file says so (%s)", credential.source, c.OrgURL, org.source))
	}
	return nil
}

func (c *Config) readApp(f found) (err error) {
	c.ClientID = f.values[ClientID].text
	c.PrivateKeyID = f.values[PrivateKeyID].text
	c.Scopes = f.values[Scopes].list()
	if c.Mode == PrivateKey && c.ClientID == "" {
		return missing(ClientID, "the client ID of the service app")
	}
	if value, ok := f.values[DPoPEnabled]; ok {
		c.DPoP, err = value.boolean(DPoPEnabled)
	}
	return err
}

func (c *Config) readTimes(f found) error {
	retries, err := f.number(MaxRetries, 1000)
	if err != nil {
		return err
	}
	if _, ok := f.values[MaxRetries]; ok {
		c.MaxAttempts = retries + 1
	}
	for setting, field := range map[Setting]*time.Duration{
		ConnectionTimeout: &c.ConnectionTimeout, RequestTimeout: &c.RequestTimeout, MaxBackoff: &c.MaxBackoff,
	} {
		seconds, err := f.number(setting, 24*60*60)
		if err != nil {
			return err
		}
		*field = time.Duration(seconds) * time.Second
	}
	return nil
}
