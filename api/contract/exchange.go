package contract

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/api/internal/text"
)

// exchange is one request and its response.
type exchange struct {
	req        *http.Request
	status     int
	header     http.Header
	body       []byte
	violations []Violation
}

const (
	// attemptTimeout bounds one request with its response.
	attemptTimeout = 30 * time.Second
	// maxRepeats is how often an Auth may ask for another attempt, as in package api.
	maxRepeats = 2
)

// policy is for outages and rate limits, which are nothing that the contract is about.
var policy = retry.Policy{}.WithDefaults()

// send sends a request with the target's credential, and waits for the rate limit a few times.
func (s *suite) send(ctx context.Context, method, path string) (*exchange, error) {
	return s.sendAs(ctx, s.target.Auth, method, path)
}

func (s *suite) sendAs(ctx context.Context, auth api.Auth, method, path string) (*exchange, error) {
	repeats := 0
	for attempt := 1; ; attempt++ {
		if err := retry.Sleep(ctx, time.Until(s.free), nil); err != nil {
			return nil, err
		}
		x, again, err := s.attempt(ctx, auth, method, path)
		outcome := retry.Outcome{Attempt: attempt, Err: err, Now: time.Now(), Jitter: rand.Float64()}
		if x != nil {
			outcome.Status, outcome.Header = x.status, x.header
			s.learn(x.header)
		}
		if again && repeats < maxRepeats {
			repeats++
			continue
		}
		wait, again := policy.Decide(outcome)
		if !again {
			return s.settle(ctx, x, err)
		}
		if err := retry.Sleep(ctx, wait, nil); err != nil {
			return nil, err
		}
	}
}

// settle takes in the last of the attempts.
func (s *suite) settle(ctx context.Context, x *exchange, err error) (*exchange, error) {
	switch {
	case err != nil && ctx.Err() == nil && len(s.exchanges) == 0:
		s.fatal = err // nothing came at all
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errUnavailable, err)
	case x.status == http.StatusTooManyRequests || retry.IsOutage(x.status):
		return nil, fmt.Errorf("%w: %w", errUnavailable, x.fail("however often it is asked"))
	case x.status == http.StatusUnauthorized && len(s.exchanges) == 0 && s.target.AppID != "":
		s.fatal = fmt.Errorf("%w: %w", api.ErrUnauthorized, x.fail("the credential is refused"))
	}
	s.exchanges = append(s.exchanges, x)
	return x, nil
}

// attempt sends a request once, and tells whether auth asks for another attempt.
func (s *suite) attempt(ctx context.Context, auth api.Auth, method, path string) (x *exchange, again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	target := path // of a link
	if strings.HasPrefix(path, "/") {
		target = s.org.String() + path
	}
	req, err := http.NewRequestWithContext(ctx, method, target, nil)
	if err != nil {
		return nil, false, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "apptokens-contract")
	if err := auth.Authorize(ctx, req); err != nil {
		return nil, false, fmt.Errorf("authorize: %w", err)
	}
	resp, err := s.transport().RoundTrip(req)
	if err != nil {
		failure := fmt.Errorf("%s: %w", label(req), text.RedactError(err, credentials(req.Header)...))
		if retry.IsPermanent(err) {
			return nil, false, failure
		}
		return nil, false, retry.Transient(failure)
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	resp.Request = req
	if observer, ok := auth.(interface{ Observe(*http.Response) bool }); ok {
		again = observer.Observe(resp) && resp.StatusCode >= http.StatusBadRequest
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return nil, false, retry.Transient(fmt.Errorf("%s: the response breaks off: %w", label(req), err))
	}
	x = &exchange{req: req, status: resp.StatusCode, header: resp.Header, body: body}
	o, ofPath := find(method, req.URL.EscapedPath())
	if o == nil && len(ofPath) > 0 {
		o = otherMethod(ofPath[0])
	}
	if o != nil {
		x.violations = checkResponse(o, req, x.status, x.header, x.body, nil)
	}
	return x, again, nil
}

func (s *suite) transport() http.RoundTripper {
	if s.target.HTTPClient != nil && s.target.HTTPClient.Transport != nil {
		return s.target.HTTPClient.Transport
	}
	return http.DefaultTransport
}

// learn notes when a rate-limit window ends of which half is used up: the rest is for others.
func (s *suite) learn(header http.Header) {
	if limit := retry.ParseLimit(header); limit.Limit > 0 && limit.Remaining <= limit.Limit/2 {
		left := limit.Reset.Sub(retry.ServerTime(header, time.Now())) + time.Second
		s.free = time.Now().Add(min(left, policy.MaxWait))
	}
}
