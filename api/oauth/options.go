package oauth

import (
	"cmp"
	"crypto"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/header"
	"example.com/apptokens/api/internal/jws"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/api/internal/text"
)

// The scopes of the Application Tokens API.
const (
	ScopeRead   = "okta.apps.read"   // to list and get
	ScopeManage = "okta.apps.manage" // to revoke
)

// Option configures a [ServiceApp]. [NewServiceApp] rejects invalid options with [api.ErrInvalidArgument].
type Option func(*settings) error

type settings struct {
	org        *url.URL
	plainHTTP  bool
	clientID   string
	key        crypto.Signer
	keyID      string
	algorithm  jose.SignatureAlgorithm
	scopes     []string
	dpop       bool
	dpopKey    crypto.Signer // nil for a new one
	url        string        // of the token endpoint
	urlOrigin  string        // of url, if WithTokenEndpoint set it
	httpClient *http.Client  // nil for that of the api.Client
	retry      retry.Policy
	logger     *slog.Logger
	userAgent  string
}

func newSettings(orgURL, clientID string, key crypto.Signer, opts []Option) (*settings, error) {
	if !isID(clientID) {
		return nil, check.Invalid("client ID", "(not shown)",
			"it is empty, a placeholder, or contains a character never found in client IDs")
	}
	if check.IsNil(key) {
		return nil, check.Invalid("key", "nil", "pass the private key of the app, see ParsePrivateKey")
	}
	s := &settings{
		clientID: clientID, key: key, keyID: keyID(key), dpop: true,
		scopes: []string{ScopeRead, ScopeManage},
		retry:  retry.Policy{}.WithDefaults(), logger: slog.New(slog.DiscardHandler), userAgent: header.UserAgent(),
	}
	err := check.Apply(s, opts)
	if err != nil {
		return nil, err
	}
	if s.org, err = check.OrgURL(orgURL, s.plainHTTP); err != nil {
		return nil, err
	}
	if s.url == "" {
		s.url = s.org.String() + "/oauth2/v1/token"
	} else if _, err := check.OrgURL(s.urlOrigin, s.plainHTTP); err != nil {
		return nil, fmt.Errorf("token endpoint: %w", err)
	}
	if s.algorithm, err = algorithmFor(key.Public(), s.algorithm); err != nil {
		return nil, err
	}
	public, hasEqual := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if hasEqual && s.dpopKey != nil && public.Equal(s.dpopKey.Public()) {
		return nil, check.Invalid("DPoP key", "(not shown)", "it is the app's; leave the option out for a new one")
	}
	return s, nil
}

// isID reports whether a text can be the ID of an app or of a key.
func isID(id string) bool {
	return id != "" && !strings.ContainsFunc(id, text.NotVisible) && !text.HasPlaceholder(id)
}

// WithKeyID sets the ID of the key ("kid" in the Admin Console), which Okta needs if the app has several keys. The
// default is the key ID of the JWK that the key was parsed from, or none.
func WithKeyID(id string) Option {
	const why = "it is empty, a placeholder, or contains a character never found in key IDs"
	err := check.That(isID(id), "key ID", "(not shown)", why)
	return check.Option(err, func(s *settings) { s.keyID = id })
}

// WithAlgorithm sets the signature algorithm of assertions: RS256, RS384 or RS512 for an RSA key, or the one of the
// curve for an ECDSA key: ES256, ES384 or ES512. The default is RS256 or the one of the curve.
func WithAlgorithm(algorithm string) Option {
	wanted := jose.SignatureAlgorithm(algorithm)
	accepted := slices.Contains(jws.Algorithms, wanted)
	err := check.That(accepted, "algorithm", wanted, fmt.Sprintf("Okta accepts %v", jws.Algorithms))
	return check.Option(err, func(s *settings) { s.algorithm = wanted })
}

// WithScopes sets the scopes to request, all of which the app must have been granted. The default is [ScopeRead] and
// [ScopeManage]; a program that only reads should request only [ScopeRead].
func WithScopes(scopes ...string) Option {
	scopes = slices.Clone(scopes)
	err := check.That(len(scopes) > 0, "scopes", "", "there are none; leave the option out for the default")
	for _, scope := range scopes {
		valid := scope != "" && !strings.ContainsFunc(scope, text.NotVisible)
		const why = "it is empty or contains a space; pass each scope as a string of its own"
		err = cmp.Or(err, check.That(valid, "scope", scope, why))
	}
	return check.Option(err, func(s *settings) { s.scopes = scopes })
}

// WithoutDPoP requests bearer tokens, which anyone who obtains them can use. It is for apps whose setting "Require
// Demonstrating Proof of Possession (DPoP) header in token requests" is off.
func WithoutDPoP() Option { return check.Option(nil, func(s *settings) { s.dpop = false }) }

// WithDPoPKey sets the key that access tokens are bound to, for programs that may not generate keys. It must differ
// from the app's key. The default is a new ECDSA key on P-256 for each ServiceApp, which never leaves the process.
func WithDPoPKey(key crypto.Signer) Option {
	return check.Option(check.NotNil("DPoP key", key), func(s *settings) { s.dpopKey = key })
}

// WithTokenEndpoint sets the URL of the token endpoint, for an org whose token endpoint is at another host, such as a
// custom domain. The default is /oauth2/v1/token of the org. (Other authorization servers do not grant okta.* scopes.)
// The scheme must be https, except for a loopback host or with [WithPlainHTTP]. The URL is also the audience of
// assertions, so it must be spelled as the server spells it.
func WithTokenEndpoint(endpoint string) Option {
	return func(s *settings) error {
		u, err := url.Parse(endpoint)
		if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") == "" ||
			strings.ContainsFunc(endpoint, text.NotVisible) {
			return check.Invalid("token endpoint", "(not shown)", "want a URL like https://acme.okta.com/oauth2/v1/token, "+
				"with a path, and without user information, query or fragment")
		}
		s.url, s.urlOrigin = endpoint, u.Scheme+"://"+u.Host
		return nil
	}
}

// WithPlainHTTP allows http to any host, as [api.WithPlainHTTP] does. It is for tests with a mock in another container.
func WithPlainHTTP() Option { return check.Option(nil, func(s *settings) { s.plainHTTP = true }) }

// WithHTTPClient sends token requests with client's Transport. client's Timeout limits each attempt, if it is shorter
// than 30 seconds. Redirects are never followed. The default is the HTTP client of the [api.Client] that uses the app,
// or [http.DefaultTransport].
func WithHTTPClient(client *http.Client) Option {
	return check.Option(check.NotNil("HTTP client", client), func(s *settings) { s.httpClient = client })
}

// WithRetry sets the retry policy of token requests. Fields that are zero have their default; none may be negative.
func WithRetry(policy api.RetryPolicy) Option {
	p := retry.Policy(policy)
	return check.Option(p.Check(), func(s *settings) { s.retry = p.WithDefaults() })
}

// WithUserAgent sets the User-Agent header of token requests. The default is "apptokens-go/VERSION".
func WithUserAgent(userAgent string) Option {
	return check.Option(check.UserAgent(userAgent), func(s *settings) { s.userAgent = userAgent })
}

// WithLogger logs every attempt to get a token, whether or not it failed: at warn level if it will be retried after a
// wait, otherwise at debug level. Repeats with a new nonce or another clock are part of an attempt. No key, assertion, proof or token is logged. By default, nothing is logged.
func WithLogger(logger *slog.Logger) Option {
	return check.Option(check.NotNil("logger", logger), func(s *settings) { s.logger = logger })
}
