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

	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/gen"
)

// call is one operation with all its attempts.
type call struct {
	op             string
	appID, tokenID string

	// send makes one attempt: one call of the generated method.
	send func(ctx context.Context, editors ...gen.RequestEditorFn) (*http.Response, error)
	// link, where there is one, takes the place of the URL that the generated method made.
	link *url.URL
	// success is the only status that is one.
	success int
	// read takes in the response to a successful attempt; nil where there is nothing to read.
	read func(*http.Response) error
	// watch, set for Revoke alone, lets connection tell whether a failed attempt can have reached the server. It is a
	// field so that programs that only read do not link httptrace.
	watch      func(context.Context) context.Context
	connection connection

	first          attemptContext // of the first attempt, to save an allocation
	attempts       int            // made so far
	repeats        int            // of them, those that the Auth asked for
	firstRequestID string         // of the first response that had one
	maybeDone      bool           // an attempt failed that the server may have carried out
}

// maxRepeats is how often an Auth may ask for another attempt: for a new token and for a new nonce.
const maxRepeats = 2

// do makes attempts until one succeeds or there is no point in another.
func (c *Client) do(ctx context.Context, k *call) error {
	c.budget.Pay(time.Now())
	if c.callTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.callTimeout)
		defer cancel()
	}
	var failure *Error // of the last attempt
	for {
		if held := c.pacer.admit(ctx, func(until time.Time, limit RateLimit) { c.hold(ctx, k, until, limit) }); held != nil {
			if failure == nil {
				return k.failed(held)
			}
			return failure.interrupted(held.Err)
		}
		k.attempts++
		start := time.Now()
		r := c.attempt(ctx, k)
		seen := k.seen(r, start)
		if r.failure == nil {
			c.report(ctx, seen)
			return nil
		}
		failure = k.failed(r.failure)
		k.maybeDone = k.maybeDone || r.maybeDone
		if r.repeat = r.repeat && k.repeats < maxRepeats; r.repeat {
			k.repeats++
		}
		seen.Err = failure
		seen.Wait, seen.Again = c.next(ctx, k, r)
		c.report(ctx, seen)
		if !seen.Again {
			return failure
		}
		if err := retry.Sleep(ctx, seen.Wait, nil); err != nil {
			return failure.interrupted(err)
		}
	}
}

// result is what one attempt came to.
type result struct {
	resp      *http.Response // nil where no response came; its body is closed
	failure   *Error         // nil for a success
	maybeDone bool           // it failed, and the server may have carried it out
	repeat    bool           // it failed, and the Auth asks for another one
}

// attempt sends the request once and takes in the response.
func (c *Client) attempt(ctx context.Context, k *call) result {
	attempt := c.attemptContext(ctx, k)
	defer attempt.end()
	var resp *http.Response
	came, lost := time.Time{}, false
	defer func() { c.pacer.settle(resp, lost, attempt.started, came) }()
	watched := context.Context(attempt)
	if k.watch != nil {
		watched = k.watch(attempt)
	}
	var err error
	resp, err = k.send(watched, c.editors(k)...)
	came, lost = time.Now(), retry.IsTransient(err) && !isDialling(err)
	if err == nil {
		defer resp.Body.Close()
		if k.firstRequestID == "" {
			k.firstRequestID = requestID(resp)
		}
		again := c.auth.observe(resp)
		if resp.StatusCode != k.success {
			return result{resp: resp, failure: statusError(resp, k.success), maybeDone: isUnclear(resp.StatusCode), repeat: again}
		}
		if k.read == nil {
			return result{resp: resp}
		}
		if err = k.read(resp); err == nil {
			return result{resp: resp}
		}
	}
	maybeDone := k.watch != nil && retry.IsTransient(err) && k.connection.mayHaveCarried()
	switch {
	case ctx.Err() != nil:
		err = because(retry.ContextError(ctx), err)
	case attempt.Err() != nil && retry.IsTransient(err):
		err = retry.Transient(attempt.late())
	case attempt.Err() != nil:
		err = because(attempt.late(), err) // of authorization, say
	}
	return result{resp: resp, failure: responseError(resp, err), maybeDone: maybeDone}
}

// editors returns the editors of one attempt, in the order in which they run.
func (c *Client) editors(k *call) []gen.RequestEditorFn {
	if k.link == nil && k.attempts == 1 {
		return c.final
	}
	edit := func(_ context.Context, req *http.Request) error {
		if k.link != nil {
			link := *k.link // an editor may change the request's
			req.URL = &link
		}
		if k.attempts > 1 {
			// What Okta's SDKs send, so that Okta's logs tell a retry from a new request.
			req.Header.Set("X-Okta-Retry-Count", strconv.Itoa(k.attempts-1))
			if k.firstRequestID != "" {
				req.Header.Set("X-Okta-Retry-For", k.firstRequestID)
			}
		}
		return nil
	}
	return append([]gen.RequestEditorFn{edit}, c.final...)
}

// next says whether to make another attempt, and after which wait.
func (c *Client) next(ctx context.Context, k *call, r result) (time.Duration, bool) {
	if ctx.Err() != nil {
		return 0, false
	}
	if r.repeat {
		return 0, true
	}
	o := retry.Outcome{Attempt: k.attempts - k.repeats, Err: r.failure.Err, Now: time.Now(), Jitter: rand.Float64()}
	if r.resp != nil {
		o.Status, o.Header = r.resp.StatusCode, r.resp.Header
	}
	o.Deadline, _ = ctx.Deadline()
	wait, again := c.retry.Decide(o)
	if again && o.Status != http.StatusTooManyRequests && !c.budget.Draw() {
		r.failure.add(retry.ErrBudget)
		return 0, false
	}
	return wait, again
}

// seen is what an observer is told of the attempt that was just made.
func (k *call) seen(r result, start time.Time) Attempt {
	a := Attempt{
		Op: k.op, AppID: k.appID, TokenID: k.tokenID,
		Number: k.attempts, Start: start, Duration: time.Since(start),
	}
	if r.resp != nil {
		a.StatusCode, a.RequestID, a.RateLimit = r.resp.StatusCode, requestID(r.resp), parseRateLimit(r.resp.Header)
		a.ServerTime = retry.ServerTime(r.resp.Header, time.Time{})
	}
	return a
}

// failed completes an error with what the call knows.
func (k *call) failed(failure *Error) *Error {
	failure.Op, failure.AppID, failure.TokenID, failure.Attempts = k.op, k.appID, k.tokenID, k.attempts
	return failure
}

// because is the end of an attempt, with what authorization says it was waiting for. That a context has ended is no
// news.
func because(end, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return end
	}
	return fmt.Errorf("%w: %w", end, err)
}
