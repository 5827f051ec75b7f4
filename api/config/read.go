package config

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/text"
)

// read takes in what was found.
func (c *Config) read(f found) error {
	if err := c.readOrg(f); err != nil {
		return err
	}
	if err := c.readCredential(f); err != nil {
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
		return f.missing(OrgURL, "the URL of the org, such as https://acme.okta.com")
	}
	if _, err := api.ParseOrgURL(org.text); err != nil {
		return fmt.Errorf("%s (from %s): %w", OrgURL, org.source, err)
	}
	c.OrgURL = org.text
	return nil
}

// readCredential finds out the mode, and reads what it needs.
func (c *Config) readCredential(f found) error {
	token, hasToken := f.values[Token]
	key, hasKey := f.values[PrivateKey]
	if hasToken && hasKey {
		return problem(Token, token, "and a private key (from %s) are both set; remove one", key.source)
	}
	c.Mode = ModeSSWS
	mode, hasMode := f.values[AuthorizationMode]
	if hasMode {
		c.Mode = Mode(mode.text)
	} else if hasKey {
		c.Mode = ModePrivateKey
	}
	switch {
	case !slices.Contains([]Mode{ModeSSWS, ModeBearer, ModePrivateKey}, c.Mode):
		return problem(AuthorizationMode, mode, "is %q; want SSWS, Bearer or PrivateKey", text.Truncate(mode.text, 30))
	case hasKey && c.Mode != ModePrivateKey:
		return problem(AuthorizationMode, mode, "is %s, and there is no token but a private key (from %s)", c.Mode, key.source)
	case c.Mode == ModePrivateKey && !hasKey:
		return f.missing(PrivateKey, "a private key (PEM or JWK) or the path of its file, since the mode is PrivateKey")
	case c.Mode == ModePrivateKey:
		return c.readKey(key)
	case !hasToken && c.Mode == ModeBearer:
		return f.missing(Token, "an access token, since the mode is Bearer")
	case !hasToken:
		return f.missing(Token, "an API token of the org; or, for a service app, set "+PrivateKey.variables()[0]+" and "+ClientID.variables()[0])
	}
	return c.readToken(token, f.values[OrgURL])
}

func (c *Config) readKey(v value) error {
	signer, warning, err := readKey(v)
	if err != nil {
		return err
	}
	if warning != "" {
		c.Warnings = append(c.Warnings, warning)
	}
	c.secrets = func() secrets { return secrets{key: signer} }
	return nil
}

// readToken finds out here what cannot be a token, where its source is known.
func (c *Config) readToken(token, org value) error {
	if err := static(c.Mode, token.text).Authorize(context.Background(), &http.Request{Header: http.Header{}}); err != nil {
		return fmt.Errorf("%s (from %s): %w", Token, token.source, err)
	}
	if org.local && token.file != org.file {
		c.Warnings = append(c.Warnings, fmt.Sprintf("the token (from %s) goes to %s, since the working directory's file says so (%s)", token.source, c.OrgURL, org.source))
	}
	c.secrets = func() secrets { return secrets{token: token.text} }
	return nil
}

func (c *Config) readApp(f found) error {
	for setting, field := range map[Setting]*string{ClientID: &c.ClientID, PrivateKeyID: &c.PrivateKeyID} {
		v := f.values[setting]
		if *field = v.text; strings.ContainsFunc(v.text, text.NotVisible) || len(v.text) > 200 {
			return problem(setting, v, "holds what no ID does: a space, a line end, or over 200 characters") // a key, by mistake
		}
	}
	if c.Mode == ModePrivateKey && c.ClientID == "" {
		return f.missing(ClientID, "the client ID of the service app")
	}
	if v, ok := f.values[Scopes]; ok {
		if c.Scopes = v.list(); len(c.Scopes) == 0 {
			return problem(Scopes, v, "names no scope; leave it out for okta.apps.read and okta.apps.manage")
		}
	}
	if v, ok := f.values[DPoPEnabled]; ok {
		switch strings.ToLower(v.text) {
		case "true":
		case "false":
			c.DPoP = false
		default:
			return problem(DPoPEnabled, v, "is %q; want true or false", text.Truncate(v.text, 30))
		}
	}
	return nil
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
