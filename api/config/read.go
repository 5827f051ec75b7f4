package config

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/text"
)

// reader builds a Config from the places.
type reader struct {
	*Config
	places
	values map[Setting]value // what was found
	looked []string          // files that exist, with what is wrong with them

	localCredential bool  // the credential belongs to the working directory, see distrust
	hiddenOrg       value // the org of the file after the working directory's
	secrets         secrets
}

func (r *reader) read() error {
	for _, step := range []func() error{
		r.search, r.readOrg, r.readIDs, r.readCredential, r.checkOrg, r.readApp, r.readLimits, r.readProxy,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	r.nameLocalSettings()
	for setting, v := range r.values {
		r.sources[setting] = v.source
	}
	kept := r.secrets
	r.Config.secrets = func() secrets { return kept }
	return nil
}

func (r *reader) readOrg() (err error) {
	if r.PlainHTTP, err = r.flag(DisableHTTPSCheck, false); err != nil {
		return err
	}
	v, ok := r.values[OrgURL]
	if !ok {
		return r.missing(OrgURL, "the URL of the org, such as https://acme.okta.com")
	}
	org, err := check.OrgURL(v.text, r.PlainHTTP)
	if err != nil {
		return fmt.Errorf("%s (from %s): %w", OrgURL, v.source, err)
	}
	if r.OrgURL = org.String(); org.Scheme == "http" && !check.IsLoopback(org.Hostname()) {
		r.warn("credentials go to %s unencrypted, as %s (from %s) allows",
			r.OrgURL, DisableHTTPSCheck, r.values[DisableHTTPSCheck].source)
	}
	return nil
}

func (r *reader) readIDs() error {
	for setting, field := range map[Setting]*string{ClientID: &r.ClientID, PrivateKeyID: &r.PrivateKeyID} {
		v := r.values[setting]
		switch *field = v.text; {
		case text.HasPlaceholder(v.text):
			return problem(setting, v, "still contains a placeholder; replace it")
		case strings.ContainsFunc(v.text, text.NotVisible) || len(v.text) > 200: // a key, by mistake
			return problem(setting, v, "is not an ID: it contains a space or a line end, or more than 200 characters")
		}
	}
	return nil
}

// readCredential determines the mode, and reads its credential.
func (r *reader) readCredential() (err error) {
	token, hasToken := r.values[Token]
	key, hasKey := r.values[PrivateKey]
	if hasToken && hasKey {
		return problem(Token, token, "and a private key (from %s) are both set; remove one", key.source)
	}
	r.Mode = ModeSSWS
	mode, hasMode := r.values[AuthorizationMode]
	if hasMode {
		r.Mode = Mode(mode.text)
	} else if hasKey {
		r.Mode = ModePrivateKey
	}
	switch {
	case !slices.Contains([]Mode{ModeSSWS, ModeBearer, ModePrivateKey}, r.Mode):
		return problem(AuthorizationMode, mode, "is %q; want SSWS, Bearer or PrivateKey", text.Truncate(mode.text, maxWord))
	case hasKey && r.Mode != ModePrivateKey:
		return problem(AuthorizationMode, mode, "is %s, but a private key is set (from %s), not a token", r.Mode, key.source)
	case r.Mode == ModePrivateKey && !hasKey:
		return r.missing(PrivateKey, "a private key (PEM or JWK) or the path of its file, because the mode is PrivateKey")
	case r.Mode == ModePrivateKey:
		var warnings []string
		r.secrets.key, warnings, err = readKey(key, r.PrivateKeyID)
		r.Warnings = append(r.Warnings, warnings...)
		return err
	case !hasToken && r.Mode == ModeBearer:
		return r.missing(Token, "an access token, because the mode is Bearer")
	case !hasToken:
		return r.missing(Token, "an API token of the org; or, for a service app, set "+
			PrivateKey.variables()[0]+" and "+ClientID.variables()[0])
	}
	// An invalid token is reported here, where its source is known.
	req := &http.Request{Header: http.Header{}}
	if err := static(r.Mode, token.text).Authorize(context.Background(), req); err != nil {
		return fmt.Errorf("%s (from %s): %w", Token, token.source, err)
	}
	r.secrets.token = token.text
	return nil
}

func (r *reader) readApp() (err error) {
	if r.Mode == ModePrivateKey && r.ClientID == "" {
		return r.missing(ClientID, "the client ID of the service app")
	}
	if v, ok := r.values[Scopes]; ok {
		if r.Scopes = v.list(); len(r.Scopes) == 0 {
			return problem(Scopes, v, "names no scope; remove it for okta.apps.read and okta.apps.manage")
		}
	}
	r.DPoP, err = r.flag(DPoPEnabled, true)
	return err
}

func (r *reader) readLimits() error {
	retries, err := r.number(MaxRetries, 1000)
	if err != nil {
		return err
	}
	if r.has(MaxRetries) {
		r.MaxAttempts = retries + 1
	}
	for setting, field := range map[Setting]*time.Duration{
		ConnectionTimeout: &r.ConnectionTimeout, RequestTimeout: &r.RequestTimeout, MaxBackoff: &r.MaxBackoff,
	} {
		seconds, err := r.number(setting, 24*60*60)
		if err != nil {
			return err
		}
		*field = time.Duration(seconds) * time.Second
	}
	if v, ok := r.values[RateShare]; ok {
		if r.RateShare, err = strconv.ParseFloat(v.text, 64); err != nil || !(r.RateShare > 0 && r.RateShare <= 1) {
			return problem(RateShare, v, "is %q; want a number over 0 and up to 1, such as 0.5", text.Truncate(v.text, maxWord))
		}
	}
	return nil
}
