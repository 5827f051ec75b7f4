package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/api/internal/text"
	"example.com/apptokens/gen"
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

// send sends a request with the target's credential, and waits for the rate limit as often as it takes.
func (s *suite) send(ctx context.Context, method, path string) (*exchange, error) {
	return s.sendAs(ctx, s.target.Auth, method, path)
}

func (s *suite) sendAs(ctx context.Context, auth api.Auth, method, path string) (*exchange, error) {
	repeats := 0
	for attempt := 1; ; attempt++ {
		if err := sleep(ctx, time.Until(s.free)); err != nil {
			return nil, err
		}
		x, again, err := s.attempt(ctx, auth, method, path)
		outcome := retry.Outcome{Attempt: attempt, Err: err, Now: time.Now(), Jitter: rand.Float64()}
		if x != nil {
			outcome.Status, outcome.Header = x.status, x.header
			s.learn(x.header)
			s.exchanges = append(s.exchanges, x)
		}
		if again && repeats < maxRepeats {
			repeats++
			continue
		}
		wait, again := policy.Decide(outcome)
		if !again {
			return x, err
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
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
		return nil, false, retry.Transient(fmt.Errorf("%s: %s", label(req), text.Redact(err.Error(), credential(req))))
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	resp.Request = req
	if observer, ok := auth.(interface{ Observe(*http.Response) bool }); ok {
		again = observer.Observe(resp) && resp.StatusCode >= http.StatusBadRequest
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil, false, retry.Transient(fmt.Errorf("%s: the response breaks off: %w", label(req), err))
	}
	x = &exchange{req: req, status: resp.StatusCode, header: resp.Header, body: body}
	o, hasPath := find(method, req.URL.EscapedPath())
	if o == nil && hasPath {
		o = refusal(req.URL.EscapedPath())
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

// learn notes when a rate-limit window that is used up ends.
func (s *suite) learn(header http.Header) {
	if limit := retry.ParseLimit(header); limit.Limit > 0 && limit.Remaining == 0 {
		left := limit.Reset.Sub(retry.ServerTime(header, time.Now())) + time.Second
		s.free = time.Now().Add(min(left, policy.MaxWait))
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return ctx.Err()
	}
}

// label names a request.
func label(req *http.Request) string {
	return req.Method + " " + text.Printable(req.URL.RequestURI(), 200)
}

// fail is an error that names the exchange.
func (x *exchange) fail(format string, args ...any) error {
	id := ""
	if request := x.header.Get("X-Okta-Request-Id"); request != "" {
		id = " (request " + text.Printable(request, 100) + ")"
	}
	return fmt.Errorf("%s: %d: %s%s", label(x.req), x.status, fmt.Sprintf(format, args...), id)
}

// wants checks the status, and of a success the rest of the response but for its headers, which have probes of their
// own. So have the error objects of failures.
func (x *exchange) wants(statuses ...int) error {
	if !slices.Contains(statuses, x.status) {
		return x.fail("want %s", strings.Trim(strings.ReplaceAll(fmt.Sprint(statuses), " ", " or "), "[]"))
	}
	if x.status >= http.StatusBadRequest {
		return nil
	}
	return x.first("response status", "response body", "response header Content-Type")
}

// first returns the first violation that is at one of some places.
func (x *exchange) first(places ...string) error {
	for _, v := range x.violations {
		if slices.Contains(places, v.Where) {
			return &v
		}
	}
	return nil
}

// wantsCode checks Okta's error code. A response without an error object has none to check.
func (x *exchange) wantsCode(code string) error {
	var object gen.Error
	if json.Unmarshal(x.body, &object) != nil || object.Code == "" || object.Code == code {
		return nil
	}
	return x.fail("the error code is %q, want %q", text.Printable(object.Code, 30), code)
}

// tokens reads the tokens of a page.
func (x *exchange) tokens() ([]gen.Token, error) {
	var tokens []gen.Token
	if err := json.Unmarshal(x.body, &tokens); err != nil {
		return nil, x.fail("%v", err)
	}
	for _, token := range tokens {
		if token.ID == "" {
			return nil, x.fail("a token has no id")
		}
	}
	return tokens, nil
}

var errNoLink = errors.New("no such link")

// link returns the target of a link, and fails if there are several.
func (x *exchange) link(relation string) (string, error) {
	found := ""
	for _, line := range x.header.Values("Link") {
		for part := range strings.SplitSeq(line, ", <") {
			target, parameters, _ := strings.Cut(strings.TrimPrefix(part, "<"), ">")
			if !strings.Contains(parameters, `rel="`+relation+`"`) {
				continue
			}
			if found != "" && found != target {
				return "", x.fail("there are two links with rel=%q", relation)
			}
			found = target
		}
	}
	if found == "" {
		return "", errNoLink
	}
	return found, nil
}
