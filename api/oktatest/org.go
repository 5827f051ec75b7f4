package oktatest

import (
	"crypto/sha256"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"example.com/apptokens/gen"
)

// DefaultAPIToken is the API token of an org that was made without [WithAPIToken].
const DefaultAPIToken = "00-oktatest-api-token"

// Org is an in-memory Okta org. Make one with [New]. It is safe for concurrent use.
type Org struct {
	mu        sync.Mutex
	clock     func() time.Time
	random    *rand.Rand // for request and error ids
	people    directory
	apps      map[string]*app
	apiTokens []string
	limiter   limiter
	faults    []*Fault
	forgetful bool // keep no requests
	requests  []Request

	serviceApps   map[string]ServiceApp // by client ID
	bearerTokens  map[string]accessToken
	accessTokens  *recent[string, accessToken] // granted to service apps
	nonce         string
	resourceNonce bool
	used          *recent[[sha256.Size]byte, struct{}] // hashes of what may be used once
}

// Option configures an [Org].
type Option func(*config)

type config struct {
	seed      uint64
	clock     func() time.Time
	apps      []appConfig
	apiTokens []string
	limiter   limiter
	forgetful bool

	serviceApps   map[string]ServiceApp
	bearerTokens  map[string]accessToken
	resourceNonce bool
}

type appConfig struct {
	id     string
	tokens int
}

// WithApp adds an app that holds a number of tokens. It may be given several times.
func WithApp(appID string, tokens int) Option {
	return func(c *config) { c.apps = append(c.apps, appConfig{appID, tokens}) }
}

// WithSeed changes the data. The default seed is 1.
func WithSeed(seed uint64) Option { return func(c *config) { c.seed = seed } }

// WithClock replaces [time.Now], on which ages, windows and the Date header depend.
func WithClock(clock func() time.Time) Option { return func(c *config) { c.clock = clock } }

// WithAPIToken makes the org accept an API token instead of [DefaultAPIToken]. It may be given several times.
func WithAPIToken(token string) Option {
	return func(c *config) { c.apiTokens = append(c.apiTokens, token) }
}

// WithBearerToken makes the org accept an OAuth access token with scopes: okta.apps.read to list and get,
// okta.apps.manage to revoke. It may be given several times.
func WithBearerToken(token string, scopes ...string) Option {
	return func(c *config) { c.bearerTokens[token] = accessToken{scopes: scopes} }
}

// WithRateLimit allows a number of requests in one window, which begins with the first request after the last window's
// end. Okta's window is a minute. Without it, or with a limit of 0, nothing is limited, and the headers show a limit
// that is never used up. Token requests are not counted.
func WithRateLimit(requests int, window time.Duration) Option {
	return func(c *config) { c.limiter = limiter{limit: requests, window: window} }
}

// WithoutRequests keeps no record of requests, so that an org can run for long. [Org.Requests] then returns nil.
func WithoutRequests() Option { return func(c *config) { c.forgetful = true } }

// New returns an org.
func New(opts ...Option) *Org {
	c := config{seed: 1, clock: time.Now, serviceApps: map[string]ServiceApp{}, bearerTokens: map[string]accessToken{}}
	for _, option := range opts {
		option(&c)
	}
	if len(c.apiTokens) == 0 {
		c.apiTokens = []string{DefaultAPIToken}
	}
	org := &Org{
		clock:     c.clock,
		random:    newRandom(c.seed, "ids"),
		people:    newDirectory(c.seed),
		apps:      map[string]*app{},
		apiTokens: c.apiTokens,
		limiter:   c.limiter,
		forgetful: c.forgetful,

		serviceApps:   c.serviceApps,
		bearerTokens:  c.bearerTokens,
		accessTokens:  newRecent[string, accessToken](maxAccessTokens),
		nonce:         randomID(newRandom(c.seed, "nonce"), "nonce"),
		resourceNonce: c.resourceNonce,
		used:          newRecent[[sha256.Size]byte, struct{}](maxUsed),
	}
	for _, a := range c.apps {
		org.apps[a.id] = newApp(c.seed, a.id, a.tokens, org.people, c.clock())
	}
	return org
}

// APIToken returns the first of the API tokens that the org accepts.
func (o *Org) APIToken() string { return o.apiTokens[0] }

// Add gives an app the tokens, and adds the app if the org does not have it. A token without an ID gets one; nothing
// else about it changes.
func (o *Org) Add(appID string, tokens ...gen.Token) {
	o.mu.Lock()
	defer o.mu.Unlock()
	a := o.apps[appID]
	if a == nil {
		a = newApp(0, appID, 0, o.people, o.clock())
		o.apps[appID] = a
	}
	for _, token := range tokens {
		if token.ID == "" {
			token.ID = randomID(o.random, "oar")
		}
		a.add(record{id: token.ID, custom: &token})
	}
}

// Tokens returns the tokens of an app that are left, in the order in which they are listed. Their links begin with
// https://oktatest.example.
func (o *Org) Tokens(appID string) []gen.Token {
	o.mu.Lock()
	defer o.mu.Unlock()
	a := o.apps[appID]
	if a == nil {
		return nil
	}
	records, _ := a.page(0, len(a.records))
	tokens := make([]gen.Token, len(records))
	for i, r := range records {
		tokens[i] = o.render(a, r, "https://oktatest.example", false)
	}
	return tokens
}

// Request is one request that the org got.
type Request struct {
	Time   time.Time
	Method string
	Host   string // as asked for, with its port
	Path   string // as sent, with its escapes
	Query  string // as sent
	Header http.Header
	Fault  string // name of the fault that it met, as ParseFault takes it
	Status int    // of the response; 0 where the connection was dropped before one
	ID     string // X-Okta-Request-Id of the response
}

// Requests returns the requests so far, in the order of arrival.
func (o *Org) Requests() []Request {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.requests)
}

// Inject adds faults. Each request meets the first of them that applies to it and is not used up.
func (o *Org) Inject(faults ...Fault) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, fault := range faults {
		o.faults = append(o.faults, &fault)
	}
}

// Heal removes all faults.
func (o *Org) Heal() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults = nil
}
