package oauth

import (
	"crypto"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/argument"
	"example.com/apptokens/api/internal/origin"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/api/internal/text"
)

// The scopes of the Application Tokens API.
const (
	ScopeRead   = "okta.apps.read"   // to list and get
	ScopeManage = "okta.apps.manage" // to revoke
)

// Option configures a [ServiceApp]. Options that cannot work are refused by [NewServiceApp] with
// [api.ErrInvalidArgument].
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
	urlOrigin  string        // where WithTokenEndpoint set it
	httpClient *http.Client
	retry      retry.Policy
	logger     *slog.Logger
	userAgent  string
}

func newSettings(orgURL, clientID string, key crypto.Signer, opts []Option) (*settings, error) {
	if !isID(clientID) {
		return nil, argument.Invalid("client ID", "(not shown)",
			"it is empty, a placeholder, or holds a character found in no client ID")
	}
	if argument.IsNil(key) {
		return nil, argument.Invalid("key", "nil", "pass the private key of the app, see ParsePrivateKey")
	}
	s := &settings{
		clientID: clientID, key: key, keyID: keyID(key), dpop: true,
		scopes: []string{ScopeRead, ScopeManage},
		retry:  retry.Policy{}.WithDefaults(), httpClient: &http.Client{}, logger: slog.New(slog.DiscardHandler), userAgent: "apptokens-go",
	}
	for _, option := range opts {
		if option == nil {
			return nil, argument.Invalid("option", "nil", "leave it out")
		}
		if err := option(s); err != nil {
			return nil, err
		}
	}
	var err error
	if s.org, err = origin.ParseOrgURL(orgURL, s.plainHTTP); err != nil {
		return nil, err
	}
	if s.url == "" {
		s.url = s.org.String() + "/oauth2/v1/token"
	} else if _, err := origin.ParseOrgURL(s.urlOrigin, s.plainHTTP); err != nil {
		return nil, fmt.Errorf("token endpoint: %w", err)
	}
	if s.algorithm, err = algorithmFor(key.Public(), s.algorithm); err != nil {
		return nil, err
	}
	if public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool }); ok && s.dpopKey != nil && public.Equal(s.dpopKey.Public()) {
		return nil, argument.Invalid("DPoP key", "(not shown)", "it is the app's; leave the option out for a new one")
	}
	return s, nil
}

// isID tells what can be the ID of an app or of a key.
func isID(id string) bool {
	return id != "" && !strings.ContainsFunc(id, text.NotVisible) && !text.HasPlaceholder(id)
}

// WithKeyID names the key, as Okta does where the app has several ("kid" in the Admin Console). The default is the one
// of the JWK that the key was read from, or none.
func WithKeyID(id string) Option {
	return func(s *settings) error {
		if !isID(id) {
			return argument.Invalid("key id", "(not shown)", "it is empty, a placeholder, or holds a character found in no key id")
		}
		s.keyID = id
		return nil
	}
}

// WithAlgorithm sets the algorithm of assertions: RS256, RS384 or RS512 with an RSA key; ES256, ES384 or ES512 with an
// ECDSA key, as its curve demands. The default is RS256, or the one of the curve.
func WithAlgorithm(algorithm string) Option {
	return func(s *settings) error {
		if !slices.Contains(algorithms, jose.SignatureAlgorithm(algorithm)) {
			return argument.Invalid("algorithm", algorithm, "Okta takes RS256, RS384, RS512, ES256, ES384 and ES512")
		}
		s.algorithm = jose.SignatureAlgorithm(algorithm)
		return nil
	}
}

// WithScopes replaces the scopes to ask for. The default is [ScopeRead] and [ScopeManage]; a program that only lists
// should ask for [ScopeRead] alone. The app must have been granted all of them.
func WithScopes(scopes ...string) Option {
	return func(s *settings) error {
		if len(scopes) == 0 {
			return argument.Invalid("scopes", "", "there are none; leave the option out for the default")
		}
		for _, scope := range scopes {
			if scope == "" || strings.ContainsFunc(scope, text.NotVisible) {
				return argument.Invalid("scope", scope, "it is empty, or holds a space; pass each scope as a string of its own")
			}
		}
		s.scopes = slices.Clone(scopes)
		return nil
	}
}

// WithoutDPoP asks for bearer tokens, which whoever sees them can use. It is for apps whose setting "Require
// Demonstrating Proof of Possession (DPoP) header in token requests" is off.
func WithoutDPoP() Option {
	return func(s *settings) error { s.dpop = false; return nil }
}

// WithDPoPKey sets the key that tokens are bound to, for programs that may not make keys of their own. It must not be
// the app's. The default is a new ECDSA key on P-256 for each ServiceApp, which never leaves the process.
func WithDPoPKey(key crypto.Signer) Option {
	return func(s *settings) error {
		if argument.IsNil(key) {
			return argument.Invalid("DPoP key", "nil", "leave the option out for a new one")
		}
		s.dpopKey = key
		return nil
	}
}

// WithTokenEndpoint replaces the URL of the token endpoint, which is /oauth2/v1/token of the org: for an org whose
// token endpoint is at another host, such as a custom domain. (Other authorization servers do not grant okta.* scopes.)
// Its scheme is https; http is allowed to a loopback host, or with [WithPlainHTTP]. It is also the audience of
// assertions, so it must be spelled as the server does.
func WithTokenEndpoint(endpoint string) Option {
	return func(s *settings) error {
		u, err := url.Parse(endpoint)
		if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") == "" || strings.ContainsFunc(endpoint, text.NotVisible) {
			return argument.Invalid("token endpoint", "(not shown)", "want a URL with a path, and without user information, query or fragment, like https://acme.okta.com/oauth2/v1/token")
		}
		s.url, s.urlOrigin = endpoint, u.Scheme+"://"+u.Host
		return nil
	}
}

// WithPlainHTTP allows http to any host, as [api.WithPlainHTTP] does: for tests whose mock of Okta is another container.
func WithPlainHTTP() Option {
	return func(s *settings) error { s.plainHTTP = true; return nil }
}

// WithHTTPClient takes from client, for token requests, its Transport and its Timeout, which bounds each attempt if it
// is shorter than 30 seconds. Redirects are never followed. The default is [http.DefaultTransport].
func WithHTTPClient(client *http.Client) Option {
	return func(s *settings) error {
		if client == nil {
			return argument.Invalid("HTTP client", "nil", "leave the option out for the default")
		}
		s.httpClient = client
		return nil
	}
}

// WithRetry replaces the retry policy of token requests. Fields that are zero keep their default; none may be negative.
func WithRetry(policy api.RetryPolicy) Option {
	return func(s *settings) error {
		if !retry.Policy(policy).Valid() {
			return argument.Invalid("retry policy", fmt.Sprintf("%+v", policy), "no field can be negative, and no wait longer than ten years")
		}
		s.retry = retry.Policy(policy).WithDefaults()
		return nil
	}
}

// WithUserAgent replaces the User-Agent header of token requests. The default is "apptokens-go".
func WithUserAgent(userAgent string) Option {
	return func(s *settings) error {
		s.userAgent = userAgent
		return argument.CheckUserAgent(userAgent)
	}
}

// WithLogger logs every token request: at warn level if it will be repeated after a wait, else at debug level, failed
// or not. No key, assertion, proof or token is logged. The default logs nothing.
func WithLogger(logger *slog.Logger) Option {
	return func(s *settings) error {
		if logger == nil {
			return argument.Invalid("logger", "nil", "leave the option out to log nothing")
		}
		s.logger = logger
		return nil
	}
}
