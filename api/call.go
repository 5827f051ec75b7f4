package api

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"example.com/apptokens/api/internal/ratelimit"
	"example.com/apptokens/api/internal/retry"
)

// call is one operation with all its attempts.
type call struct {
	op             string
	appID, tokenID string

	// send makes one attempt: one call of the generated method.
	send func(ctx context.Context, editors ...RequestEditor) (*http.Response, error)
	// editors are for this call alone.
	editors []RequestEditor
	// link, where there is one, replaces the URL that the generated method made.
	link *url.URL
	// success is the only status that is one.
	success int
	// read takes in the response to a successful attempt; nil where there is nothing to read.
	read func(*http.Response) error

	attempts       int       // made so far
	repeats        int       // of them, those that the Auth asked for
	firstRequestID string    // of the first response that had one
	maybeDone      bool      // an attempt failed that the server may have carried out
	sent           time.Time // the latest attempt, once it was authorized
	warning        string    // what could not be read of the latest response
}

// maxRepeats is how often an Auth may ask for another attempt: for a new token and for a new nonce.
const maxRepeats = 2

// do makes attempts until one succeeds or there is no point in another.
func (c *Client) do(ctx context.Context, call *call) error {
	c.budget.Pay(time.Now())
	if c.callTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.callTimeout)
		defer cancel()
	}
	var failure *Error // of the last attempt
	for {
		if err := c.pacer.Admit(ctx, func(until time.Time, limit ratelimit.Limit) { c.observeHold(ctx, call, until, limit) }); err != nil {
			return call.notAdmitted(ctx, err, failure)
		}
		call.attempts++
		start := time.Now()
		attemptCtx := c.observeStart(ctx, call, start)
		result := c.attempt(attemptCtx, call)
		seen := call.seen(result, start)
		if result.failure == nil {
			c.observe(attemptCtx, seen)
			return nil
		}
		failure = call.failed(result.failure)
		call.maybeDone = call.maybeDone || result.maybeDone
		if result.repeat = result.repeat && call.repeats < maxRepeats; result.repeat {
			call.repeats++
		}
		seen.Err = failure
		seen.Wait, seen.Again = c.next(ctx, call, result)
		c.observe(attemptCtx, seen)
		if !seen.Again {
			return failure
		}
		if err := retry.Sleep(ctx, seen.Wait); err != nil {
			return failure.interrupted(err)
		}
	}
}

// notAdmitted is the error of a call whose next attempt was held back for too long, or until the context ended. failure is
// that of the last attempt, nil for none.
func (call *call) notAdmitted(ctx context.Context, err error, failure *Error) *Error {
	var tooLong *ratelimit.TooLongError
	isTooLong := errors.As(err, &tooLong)
	if isTooLong {
		err = fmt.Errorf("%w: %w", ErrRateLimited, err)
	} else {
		err = retry.ContextError(ctx)
	}
	if failure != nil {
		return failure.interrupted(err)
	}
	held := call.failed(&Error{Err: err})
	if isTooLong {
		held.RateLimit = RateLimit(tooLong.Limit)
	}
	return held
}

// result is what one attempt came to.
type result struct {
	resp      *http.Response // nil where no response came; its body is closed
	failure   *Error         // nil for a success
	maybeDone bool           // it failed, and the server may have carried it out
	repeat    bool           // it failed, and the Auth asks for another one
}

// attempt sends the request once and takes in the response.
func (c *Client) attempt(ctx context.Context, call *call) result {
	var resp *http.Response
	came, lost := time.Time{}, false
	call.sent = time.Now()
	defer func() { c.pacer.Settle(resp, lost, call.sent, came) }()
	var err error
	resp, err = call.send(ctx, c.editorsOf(call)...)
	came, lost = time.Now(), mayHaveArrived(err)
	if err == nil {
		defer resp.Body.Close()
		if call.firstRequestID == "" {
			call.firstRequestID = requestID(resp)
		}
		again := c.auth.observe(resp)
		if resp.StatusCode != call.success {
			return result{resp: resp, failure: statusError(resp, call.success), maybeDone: isUnclear(resp.StatusCode), repeat: again}
		}
		if call.read == nil {
			return result{resp: resp}
		}
		if err = call.read(resp); err == nil {
			return result{resp: resp}
		}
	}
	maybeDone := mayHaveArrived(err)
	if ctx.Err() != nil {
		err = because(retry.ContextError(ctx), err)
	}
	return result{resp: resp, failure: responseError(resp, err), maybeDone: maybeDone}
}

// editorsOf returns the editors of one attempt, in the order in which they run. Authorization comes last, when URL and
// headers are final, but for the check that they are still those of the operation.
func (c *Client) editorsOf(call *call) []RequestEditor {
	var method, path string
	prepare := func(_ context.Context, req *http.Request) error {
		req.Header.Set("Accept", "application/json") // or Okta may answer in another type
		req.Header.Set("User-Agent", c.userAgent)
		if call.link != nil {
			link := *call.link // an editor may change the request's
			req.URL = &link
		}
		if call.attempts > 1 {
			// What Okta's SDKs send, so that Okta's logs tell a retry from a new request.
			req.Header.Set("X-Okta-Retry-Count", strconv.Itoa(call.attempts-1))
			if call.firstRequestID != "" {
				req.Header.Set("X-Okta-Retry-For", call.firstRequestID)
			}
		}
		method, path = req.Method, req.URL.EscapedPath()
		return nil
	}
	verify := func(_ context.Context, req *http.Request) error {
		call.sent = time.Now()
		return c.checkTarget(req, method, path)
	}
	editors := make([]RequestEditor, 0, len(c.editors)+len(call.editors)+3)
	editors = append(append(append(editors, prepare), c.editors...), call.editors...)
	return append(editors, c.auth.authorize, verify)
}

// next says whether to make another attempt, and after which wait.
func (c *Client) next(ctx context.Context, call *call, r result) (time.Duration, bool) {
	if ctx.Err() != nil {
		return 0, false
	}
	if r.repeat {
		return 0, true
	}
	o := retry.Outcome{Attempt: call.attempts - call.repeats, Err: r.failure.Err, Now: time.Now(), Jitter: rand.Float64()}
	if r.resp != nil {
		o.Status, o.Header = r.resp.StatusCode, r.resp.Header
	}
	o.Deadline, _ = ctx.Deadline()
	wait, again := c.retry.Decide(o)
	if !again && wait > 0 && o.Status == http.StatusTooManyRequests {
		r.failure.add(&ratelimit.TooLongError{Wait: wait, Limit: ratelimit.Limit(r.failure.RateLimit)})
	}
	if !again {
		return 0, false
	}
	if again && o.Status != http.StatusTooManyRequests && !c.budget.Draw() {
		r.failure.add(retry.ErrBudget)
		return 0, false
	}
	return wait, again
}

// failed completes an error with what the call knows.
func (call *call) failed(failure *Error) *Error {
	failure.Op, failure.AppID, failure.TokenID, failure.Attempts = call.op, call.appID, call.tokenID, call.attempts
	return failure
}

// because is the end of an attempt, with what it was doing. A context error adds nothing to it.
func because(end, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return end
	}
	return fmt.Errorf("%w: %w", end, err)
}
