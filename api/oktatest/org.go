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

// DefaultAPIToken is the API token that an org accepts if it is made without [WithAPIToken].
const DefaultAPIToken = "00-oktatest-api-token"

// Org is an in-memory Okta org. Make one with [New]. It is safe for concurrent use.
type Org struct {
	config

	mu       sync.Mutex
	random   *rand.Rand // for request and error IDs
	people   directory
	apps     map[string]*app
	faults   []*Fault
	requests []Request

	accessTokens *recent[string, accessToken] // granted to service apps
	nonce        string
	used         *recent[[sha256.Size]byte, struct{}] // hashes of assertions and proofs
}

// Option configures an [Org].
type Option func(*config)

type config struct {
	seed      uint64
	clock     func() time.Time
	tokens    map[string]int // how many each app holds at first, by app ID
	apiTokens []string
	limiter   limiter
	forgetful bool // keep no requests

	serviceApps   map[string]ServiceApp // by client ID
	bearerTokens  map[string]accessToken
	resourceNonce bool
}

// WithApp adds an app that holds a number of tokens. It may be given several times.
func WithApp(appID string, tokens int) Option { return func(c *config) { c.tokens[appID] = tokens } }

// WithSeed sets the seed of the data. The default is 1.
func WithSeed(seed uint64) Option { return func(c *config) { c.seed = seed } }

// WithClock sets the clock, which determines ages, rate-limit windows and the Date header. The default is [time.Now].
func WithClock(clock func() time.Time) Option { return func(c *config) { c.clock = clock } }

// WithAPIToken makes the org accept an API token in place of [DefaultAPIToken]. It may be given several times.
func WithAPIToken(token string) Option {
	return func(c *config) { c.apiTokens = append(c.apiTokens, token) }
}

// WithBearerToken makes the org accept an OAuth access token with scopes: okta.apps.read to list and get,
// okta.apps.manage to revoke. It may be given several times.
func WithBearerToken(token string, scopes ...string) Option {
	return func(c *config) { c.bearerTokens[token] = accessToken{scopes: scopes} }
}

// WithRateLimit allows a number of requests per window. A window begins with the first request after the end of the
// previous one; Okta's lasts a minute. Without this option, or with 0 requests, there is no limit, and the headers show
// one that is never used up. Token requests are not counted.
func WithRateLimit(requests int, window time.Duration) Option {
	return func(c *config) { c.limiter = limiter{limit: requests, window: window} }
}

// WithoutRequests makes the org keep no record of requests, so that its memory does not grow. [Org.Requests] then
// returns nil.
func WithoutRequests() Option { return func(c *config) { c.forgetful = true } }

// New returns an org.
func New(opts ...Option) *Org {
	c := config{
		seed: 1, clock: time.Now, tokens: map[string]int{},
		serviceApps: map[string]ServiceApp{}, bearerTokens: map[string]accessToken{},
	}
	for _, option := range opts {
		option(&c)
	}
	if len(c.apiTokens) == 0 {
		c.apiTokens = []string{DefaultAPIToken}
	}
	org := &Org{
		config:       c,
		random:       newRandom(c.seed, "ids"),
		people:       newDirectory(c.seed),
		apps:         map[string]*app{},
		accessTokens: newRecent[string, accessToken](maxAccessTokens),
		nonce:        randomID(newRandom(c.seed, "nonce"), "nonce"),
		used:         newRecent[[sha256.Size]byte, struct{}](maxUsed),
	}
	for id, tokens := range c.tokens {
		org.apps[id] = newApp(c.seed, id, tokens, org.people, c.clock())
	}
	return org
}

// APIToken returns the first API token that the org accepts.
func (o *Org) APIToken() string { return o.apiTokens[0] }

// Add adds tokens to an app, and the app to the org if it is new. A token without an ID gets one; otherwise tokens are
// served as they are.
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

// Tokens returns the tokens that an app holds now, in the order of a listing. Their links begin with
// https://oktatest.example. It returns nil if the org has no such app.
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

// Request is a request that the org received.
type Request struct {
	Time   time.Time
	Method string
	Host   string // host and port, as in the Host header
	Path   string // as sent, with its escapes
	Query  string // as sent
	Header http.Header
	Fault  string // name of the fault that was injected into it, as ParseFault reads it; or empty
	Status int    // of the response; 0 if the connection was dropped before one
	ID     string // X-Okta-Request-Id of the response
}

// Requests returns the requests so far, in order of arrival.
func (o *Org) Requests() []Request {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.requests)
}

// Inject adds faults. At most one happens to a request: the first, in the order of injection, that is due.
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
