package oauth

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/panics"
	"example.com/apptokens/api/internal/retry"
)

// grant is an access token.
type grant struct {
	token   string
	renewAt time.Time // some time before it expires
	expires time.Time

	accepted bool // a resource has accepted it
}

// cache caches the access token. All callers that need a new one wait for the same minting, each until its own context
// ends. If minting fails, those who wait get the error, and the next caller starts again.
type cache struct {
	mint func(ctx context.Context, waiting func(err error, until time.Time)) (*grant, error)

	mu      sync.Mutex
	grant   *grant
	refusal time.Time // when a token was last replaced because a resource refused it
	minting *minting  // nil while none is under way
	limited pause     // required by the rate limit of the token endpoint
}

// pause is a wait before the next attempt.
type pause struct {
	until time.Time
	err   error // of the previous attempt; nil if there is no pause
}

// minting is one run of mint. Its fields are guarded by the cache's mutex.
type minting struct {
	changed  chan struct{} // closed, and replaced, when anything below changes
	waiters  int
	cancel   context.CancelFunc // called when the last waiter has left
	pause    pause
	done     bool
	grant    *grant
	err      error
	panicked *panics.Carried // value of a panic in a signer or a transport, raised again in the waiters
}

// spare is the remaining lifetime that an old token needs to be used when renewal fails.
const spare = 5 * time.Second

// errAborted is the error of a minting whose goroutine exits.
var errAborted = errors.New("the goroutine of a token request has exited")

// get returns a token for the next request.
func (c *cache) get(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ctx.Err() != nil {
		return "", retry.ContextError(ctx)
	}
	if c.grant != nil && time.Now().Before(c.grant.renewAt) {
		return c.grant.token, nil
	}
	m := c.minting
	if m == nil {
		m = c.start(ctx.Value(oauth2.HTTPClient))
	}
	m.waiters++
	defer c.leave(m)
	for {
		old := c.grant
		switch deadline, ok := ctx.Deadline(); {
		case m.panicked != nil:
			panic(m.panicked)
		case m.done && m.err == nil:
			return m.grant.token, nil
		case (m.done || m.pause.err != nil) && old != nil && time.Until(old.expires) > spare:
			return old.token, nil
		case m.done:
			return "", m.err
		case m.pause.err != nil && (ctx.Err() != nil || ok && !m.pause.until.Before(deadline)): // waiting is pointless
			return "", m.pause.err
		case ctx.Err() != nil:
			return "", retry.ContextError(ctx)
		}
		changed := m.changed
		c.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-changed:
		}
		c.mu.Lock()
	}
}

// start starts minting a token, until that succeeds or nobody waits for it. The token is for all callers, so the first
// caller's context does not apply, except for the HTTP client in it.
func (c *cache) start(httpClient any) *minting {
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), oauth2.HTTPClient, httpClient))
	m := &minting{changed: make(chan struct{}), cancel: cancel, err: errAborted}
	if time.Now().Before(c.limited.until) {
		m.pause = c.limited
	}
	c.minting = m
	go c.run(ctx, m, m.pause.until)
	return m
}

func (c *cache) run(ctx context.Context, m *minting, from time.Time) {
	var granted *grant
	err := errAborted
	var panicked *panics.Carried
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if err == nil {
			c.grant = granted
		}
		m.done, m.grant, m.err, m.panicked = true, granted, err, panicked
		m.signal()
		c.end(m)
	}()
	defer panics.Catch(&panicked)
	if err = retry.Sleep(ctx, time.Until(from)); err != nil {
		return
	}
	err = errAborted // until mint returns
	granted, err = c.mint(ctx, func(err error, until time.Time) {
		c.mu.Lock()
		defer c.mu.Unlock()
		m.pause = pause{until, err}
		if errors.Is(err, api.ErrRateLimited) {
			c.limited = m.pause
		}
		m.signal()
	})
}

func (m *minting) signal() {
	close(m.changed)
	m.changed = make(chan struct{})
}

func (c *cache) leave(m *minting) {
	m.waiters--
	if m.waiters == 0 {
		c.end(m)
	}
}

// end ends a minting, so that the next caller starts a new one.
func (c *cache) end(m *minting) {
	m.cancel()
	if c.minting == m {
		c.minting = nil
	}
}

// accepted records that a resource has accepted a token.
func (c *cache) accepted(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.grant != nil && c.grant.token == token {
		c.grant.accepted = true
	}
}

// refused records that a resource has answered a token with 401, and reports whether another attempt may succeed. dead
// means that the resource blames the token.
//
// Okta also answers 401 if a feature is off (E0000015). Therefore a token that replaced a refused one less than a
// minute ago and was never accepted justifies no further attempt. It is kept unless it is dead.
func (c *cache) refused(token string, dead bool) (again bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.grant == nil || c.grant.token != token {
		return true // it has been replaced already
	}
	now := time.Now()
	again = c.grant.accepted || now.Sub(c.refusal) >= time.Minute
	if again || dead {
		c.grant, c.refusal = nil, now
	}
	return again
}
