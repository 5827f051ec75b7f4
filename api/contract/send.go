package contract

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/ratelimit"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/api/internal/text"
)

const (
	// attemptTimeout bounds one request with its response.
	attemptTimeout = 30 * time.Second
	// maxRepeats is how often an Auth may ask for another attempt, as in package api.
	maxRepeats = 2
	// maxShare is how much of a rate-limit window is taken at most.
	maxShare = 0.5
)

// policy is for outages and rate limits, which break no rule of the contract.
var policy = retry.Policy{}.WithDefaults()

// send sends a request with the target's credential. A server that refuses it, for example because it has expired or
// lacks a permission, breaks no rule.
func (s *suite) send(ctx context.Context, method, path string) (*exchange, error) {
	x, err := s.sendAs(ctx, s.target.Auth, method, path)
	if err == nil && (x.status == http.StatusUnauthorized ||
		x.status == http.StatusForbidden && (!s.accepted || x.lacksPermission())) {
		err = x.refused()
		if !s.accepted {
			s.fatal = err
		}
		return nil, err
	}
	s.accepted = s.accepted || err == nil
	return x, err
}

// refused is the error of a credential that should have been accepted.
func (x *exchange) refused() error {
	kind, code := api.ErrUnauthorized, x.errorCode()
	if x.status == http.StatusForbidden {
		kind = api.ErrForbidden
	}
	return unjudged{fmt.Errorf("%w: %w", kind, x.fail("the credential is refused, error code %q", code))}
}

// sendAs sends a request with a credential, and waits for the rate limit a few times.
func (s *suite) sendAs(ctx context.Context, auth api.Auth, method, path string) (*exchange, error) {
	repeats := 0
	for attempt := 1; ; attempt++ {
		if err := s.wait(ctx, "its share of the rate limit is used up", time.Until(s.free)); err != nil {
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
		reason := "the server is not available"
		if outcome.Status == http.StatusTooManyRequests {
			reason = "the rate limit is used up"
		}
		if err := s.wait(ctx, reason, wait); err != nil {
			return nil, err
		}
	}
}

func (s *suite) wait(ctx context.Context, reason string, d time.Duration) error {
	if d > 0 && s.target.OnWait != nil {
		s.target.OnWait(reason, time.Now().Add(d))
	}
	return retry.Sleep(ctx, d)
}

// settle judges the last of the attempts.
func (s *suite) settle(ctx context.Context, x *exchange, err error) (*exchange, error) {
	switch {
	case err != nil:
		if ctx.Err() == nil && len(s.exchanges) == 0 {
			s.fatal = err // the server has never answered
		}
		return nil, unjudged{err}
	case x.status == http.StatusTooManyRequests || retry.IsOutage(x.status):
		return nil, unjudged{x.fail("still failing after retries")}
	}
	s.exchanges = append(s.exchanges, x)
	return x, nil
}

// attempt sends a request once, and reports whether auth asks for another attempt.
func (s *suite) attempt(ctx context.Context, auth api.Auth, method, path string) (x *exchange, again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	req, err := s.request(ctx, auth, method, path)
	if err != nil {
		return nil, false, err
	}
	start := time.Now()
	resp, err := s.transport().RoundTrip(req)
	s.log(req, resp, start)
	if err != nil {
		failure := fmt.Errorf("%s: %w", s.secrets.label(req), text.RedactError(err, s.secrets...))
		if retry.IsPermanent(err) {
			return nil, false, failure
		}
		return nil, false, retry.Transient(failure)
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	defer resp.Body.Close()
	resp.Request = req
	if observer, ok := auth.(interface{ Observe(*http.Response) bool }); ok {
		again = observer.Observe(resp) && resp.StatusCode >= http.StatusBadRequest
	}
	x, err = s.read(resp)
	return x, again && err == nil, err
}

// request returns an authorized request to a path, or to the target of a link.
func (s *suite) request(ctx context.Context, auth api.Auth, method, path string) (*http.Request, error) {
	target := path
	if strings.HasPrefix(path, "/") {
		target = s.org.String() + path
	}
	req, err := http.NewRequestWithContext(ctx, method, target, nil)
	if err != nil {
		return nil, text.RedactError(err, s.secrets...)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Encoding", "gzip") // so that net/http leaves the body as it is
	req.Header.Set("User-Agent", "apptokens-contract")
	if err := auth.Authorize(ctx, req); err != nil {
		return nil, fmt.Errorf("authorize: %w", err)
	}
	for _, secret := range secretsOf(req.Header) {
		if !slices.Contains(s.secrets, secret) {
			s.secrets = append(s.secrets, secret)
		}
	}
	return req, nil
}

// read takes in a response, and checks it.
func (s *suite) read(resp *http.Response) (*exchange, error) {
	req := resp.Request
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		err = fmt.Errorf("%s: the response breaks off: %w", s.secrets.label(req), text.RedactError(err, s.secrets...))
		return nil, retry.Transient(err)
	}
	x := &exchange{req: req, secrets: s.secrets, status: resp.StatusCode, header: resp.Header, body: body}
	o, ofPath := find(req.Method, req.URL.EscapedPath())
	if o == nil && len(ofPath) > 0 {
		o = otherMethod(ofPath[0])
	}
	if o != nil {
		x.violations = checkResponse(o, req, s.secrets, x.status, x.header, body, nil)
	}
	if plain, err := decoded(x.header, body); err == nil {
		x.body = plain
	}
	return x, nil
}

// log reports a request, and nothing of its headers. resp is nil if none came.
func (s *suite) log(req *http.Request, resp *http.Response, start time.Time) {
	if s.target.Logger == nil {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", req.Method), slog.String("path", s.secrets.clean(req.URL.RequestURI(), 300)),
		slog.Duration("duration", time.Since(start)),
	}
	if resp != nil {
		id := s.secrets.clean(resp.Header.Get("X-Okta-Request-Id"), 100)
		attrs = append(attrs, slog.Int("status", resp.StatusCode), slog.String("request_id", id))
	}
	s.target.Logger.LogAttrs(req.Context(), slog.LevelDebug, "apptokens: probe", attrs...)
}

func (s *suite) transport() http.RoundTripper {
	if s.target.HTTPClient != nil && s.target.HTTPClient.Transport != nil {
		return s.target.HTTPClient.Transport
	}
	return http.DefaultTransport
}

// learn waits for the end of a rate-limit window once the target's share of it is used up.
func (s *suite) learn(header http.Header) {
	if limit := ratelimit.Parse(header); limit.Limit > 0 && limit.Remaining <= limit.Limit-int(float64(limit.Limit)*s.target.RateShare) {
		left := limit.Reset.Sub(ratelimit.ServerTime(header, time.Now())) + time.Second
		s.free = time.Now().Add(min(left, policy.MaxWait))
	}
}
