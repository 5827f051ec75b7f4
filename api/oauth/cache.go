package oauth

import (
	"context"
	"sync"
	"time"
)

// grant is an access token.
type grant struct {
	token   string
	renewAt time.Time // shortly before it expires

	accepted bool // by a resource
}

// cache keeps the access token. Any number of callers that need one wait for the same minting, each under its own
// context. A failed minting is told to those who wait for it, and not kept.
type cache struct {
	mint func(ctx context.Context, waiting func(err error, until time.Time)) (*grant, error)

	mu      sync.Mutex
	grant   *grant
	refusal time.Time // when a token was last replaced because a resource refused it
	minting *minting  // nil while none is under way
}

// minting is one run of mint. Its fields are guarded by the cache's mutex.
type minting struct {
	changed chan struct{} // closed, and replaced, when anything below changes
	waiters int
	cancel  context.CancelFunc // when the last of them has left
	done    bool
	grant   *grant
	err     error     // of the last attempt
	until   time.Time // when the next one follows, unless done
}

// get returns a token that is good for the next request.
func (c *cache) get(ctx context.Context) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.grant != nil && time.Now().Before(c.grant.renewAt) {
		return c.grant.token, nil
	}
	m := c.minting
	if m == nil {
		m = c.start(ctx)
	}
	m.waiters++
	defer c.leave(m)
	for {
		switch deadline, ok := ctx.Deadline(); {
		case m.done && m.err != nil:
			return "", m.err
		case m.done:
			return m.grant.token, nil
		case ctx.Err() != nil && m.err != nil:
			return "", m.err // says more
		case ctx.Err() != nil:
			return "", context.Cause(ctx)
		case ok && !m.until.Before(deadline): // waiting has no point
			return "", m.err
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

// start begins to mint, for as long as somebody waits. The context that it begins with lends its values alone.
func (c *cache) start(ctx context.Context) *minting {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	m := &minting{changed: make(chan struct{}), cancel: cancel}
	c.minting = m
	go func() {
		grant, err := c.mint(ctx, func(err error, until time.Time) {
			c.mu.Lock()
			defer c.mu.Unlock()
			m.err, m.until = err, until
			m.signal()
		})
		c.mu.Lock()
		defer c.mu.Unlock()
		if err == nil {
			c.grant = grant
		}
		m.done, m.grant, m.err = true, grant, err
		m.signal()
		c.end(m)
	}()
	return m
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

// end lets the next caller start anew.
func (c *cache) end(m *minting) {
	m.cancel()
	if c.minting == m {
		c.minting = nil
	}
}

// accepted notes that a resource took a token.
func (c *cache) accepted(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.grant != nil && c.grant.token == token {
		c.grant.accepted = true
	}
}

// refused drops a token that a resource answered with 401, and tells whether another attempt may fare better. Okta also
// answers 401 where a feature is off (E0000015): a token that took the place of a refused one, and has never been
// accepted, is kept for a minute.
func (c *cache) refused(token string) (again bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.grant == nil || c.grant.token != token {
		return true // it has been replaced already
	}
	now := time.Now()
	if !c.grant.accepted && now.Sub(c.refusal) < time.Minute {
		return false
	}
	c.grant, c.refusal = nil, now
	return true
}
