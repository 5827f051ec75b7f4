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

	"golang.org/x/oauth2"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/header"
	"example.com/apptokens/api/internal/ratelimit"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/api/internal/text"
)

const (
	// attemptTimeout is the time for one request and its response.
	attemptTimeout = 30 * time.Second
	// maxRepeats is how often an Auth may ask for another attempt, as in package api.
	maxRepeats = 2
	// maxShare is the largest share of a rate-limit window that the probes use.
	maxShare = 0.5
)

// policy is the retry policy for outages and rate limits, which break no rule of the contract.
var policy = retry.Policy{}.WithDefaults()

// send sends a request with the target's credential. If the server refuses the credential, for example because it has
// expired or lacks a permission, the error is unjudged.
func (s *suite) send(ctx context.Context, method, path string) (*exchange, error) {
	exchange, err := s.sendAs(ctx, s.target.Auth, method, path)
	if err == nil && (exchange.status == http.StatusUnauthorized ||
		exchange.status == http.StatusForbidden && (!s.accepted || exchange.lacksPermission())) {
		err = exchange.refused()
		if !s.accepted {
			s.fatal = err
		}
		return nil, err
	}
	s.accepted = s.accepted || err == nil
	return exchange, err
}

// refused returns the error for a credential that should have been accepted.
func (e *exchange) refused() error {
	code := e.errorCode()
	err := e.fail("the credential is refused, error code %q", code)
	return unjudged{refusal{err, &api.Error{StatusCode: e.status, Code: code}}}
}

// refusal adds the status and the code of a response to an error, for [errors.As], and what they are for [errors.Is].
type refusal struct {
	error
	response *api.Error
}

func (r refusal) Unwrap() []error { return []error{r.error, r.response} }

// sendAs sends a request with a credential. It retries outages and waits for the rate limit; if neither helps, the
// error is unjudged.
func (s *suite) sendAs(ctx context.Context, auth api.Auth, method, path string) (*exchange, error) {
	repeats := 0
	for attempt := 1; ; attempt++ {
		if err := s.wait(ctx, "its share of the rate limit is used up", time.Until(s.free)); err != nil {
			return nil, err
		}
		exchange, again, err := s.attempt(ctx, auth, method, path)
		outcome := retry.Outcome{Attempt: attempt, Err: err, Now: time.Now(), Jitter: rand.Float64()}
		if exchange != nil {
			outcome.Status, outcome.Header = exchange.status, exchange.header
			s.learn(exchange.header)
		}
		if again && repeats < maxRepeats {
			repeats++
			continue
		}
		wait, again := policy.Decide(outcome)
		if !again {
			return s.conclude(ctx, exchange, err)
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

// conclude records the last attempt, or returns why it cannot be judged.
func (s *suite) conclude(ctx context.Context, exchange *exchange, err error) (*exchange, error) {
	switch {
	case err != nil:
		if ctx.Err() == nil && len(s.exchanges) == 0 {
			s.fatal = err // the server has never answered
		}
		return nil, unjudged{err}
	case exchange.status == http.StatusTooManyRequests || retry.IsOutage(exchange.status):
		return nil, unjudged{exchange.fail("still failing after retries")}
	}
	s.exchanges = append(s.exchanges, exchange)
	return exchange, nil
}

// attempt sends a request once, and reports whether auth asks for another attempt.
func (s *suite) attempt(
	ctx context.Context, auth api.Auth, method, path string,
) (exchange *exchange, again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	req, err := s.request(ctx, auth, method, path)
	if err != nil {
		return nil, false, err
	}
	start := time.Now()
	resp, err := s.transport().RoundTrip(req)
	for _, secret := range header.Credentials(req) {
		if !slices.Contains(s.secrets, secret) {
			s.secrets = append(s.secrets, secret)
		}
	}
	s.log(req, resp, start)
	if err != nil {
		sent := slices.Concat(s.secrets, header.ProxyCredentials(s.transport(), req))
		failure := fmt.Errorf("%s: %w", s.secrets.label(req), text.RedactError(err, sent...))
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
	if observer, ok := auth.(api.ResponseObserver); ok {
		again = observer.Observe(resp) && resp.StatusCode >= http.StatusBadRequest
	}
	exchange, err = s.read(resp)
	return exchange, again && err == nil, err
}

// request returns an authorized request for a path or for the target of a link.
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
	if s.target.HTTPClient != nil {
		ctx = context.WithValue(ctx, oauth2.HTTPClient, s.target.HTTPClient)
	}
	if err := auth.Authorize(ctx, req); err != nil {
		return nil, fmt.Errorf("authorize: %w", err)
	}
	return header.Watch(req), nil
}

// read reads a response and checks it.
func (s *suite) read(resp *http.Response) (*exchange, error) {
	req := resp.Request
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		err = fmt.Errorf("%s: the response ended early: %w", s.secrets.label(req), text.RedactError(err, s.secrets...))
		return nil, retry.Transient(err)
	}
	exchange := &exchange{req: req, secrets: s.secrets, status: resp.StatusCode, header: resp.Header, body: body}
	if operation := findAny(req); operation != nil {
		exchange.violations = checkResponse(operation, req, s.secrets, exchange.status, exchange.header, body, nil)
	}
	if plain, err := decompress(exchange.header, body); err == nil {
		exchange.body = plain
	}
	return exchange, nil
}

// log logs a request without its headers. resp is nil if there was no response.
func (s *suite) log(req *http.Request, resp *http.Response, start time.Time) {
	if s.target.Logger == nil {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", req.Method), slog.String("path", s.secrets.clean(req.URL.RequestURI(), maxPath)),
		slog.Duration("duration", time.Since(start)),
	}
	if resp != nil {
		id := s.secrets.clean(resp.Header.Get("X-Okta-Request-Id"), text.MaxValue)
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

// learn holds requests back until the end of the rate-limit window if the target's share of it is used up.
func (s *suite) learn(header http.Header) {
	limit := ratelimit.Parse(header)
	share := int(float64(limit.Limit) * s.target.RateShare)
	if limit.Limit > 0 && limit.Remaining <= limit.Limit-share {
		left := limit.Reset.Sub(ratelimit.ServerTime(header, time.Now())) + time.Second
		s.free = time.Now().Add(min(left, policy.MaxWait))
	}
}
