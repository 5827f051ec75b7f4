package api

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"

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
	// read takes in the answer to a successful attempt; nil where there is nothing to read.
	read func(*http.Response) error

	attempts       int    // made so far
	repeats        int    // of them, those that the Auth asked for
	firstRequestID string // of the first answer that had one
	maybeDone      bool   // an attempt failed that the server may have carried out
}

// maxRepeats is how often an Auth may ask for another attempt: for a new token and for a new nonce.
const maxRepeats = 2

// do makes attempts until one succeeds or there is no point in another.
func (c *Client) do(ctx context.Context, k *call) error {
	for {
		if ctx.Err() != nil {
			return k.failed(&Error{Err: contextError(ctx)})
		}
		k.attempts++
		start := time.Now()
		resp, repeat, failure := c.attempt(ctx, k)
		attempt := k.attempt(resp, start)
		if failure == nil {
			c.report(ctx, attempt)
			return nil
		}
		attempt.Err = k.failed(failure)
		attempt.Wait, attempt.Again = c.next(ctx, k, resp, failure.Err, repeat)
		c.report(ctx, attempt)
		if !attempt.Again {
			return failure
		}
		if err := sleep(ctx, attempt.Wait); err != nil {
			return failure.interrupted(err)
		}
	}
}

// attempt sends the request once and takes in the answer. The body of the answer is closed, whatever the outcome.
func (c *Client) attempt(ctx context.Context, k *call) (resp *http.Response, repeat bool, failure *Error) {
	attemptCtx, cancel := context.WithTimeout(ctx, c.attemptTimeout)
	defer cancel()
	resp, err := k.send(attemptCtx, c.editors(k)...)
	if err == nil {
		defer closeBody(resp)
		if k.firstRequestID == "" {
			k.firstRequestID = requestID(resp)
		}
		repeat = c.auth.observe(resp)
		if resp.StatusCode != k.success {
			return resp, repeat, statusError(resp)
		}
		if k.read == nil {
			return resp, false, nil
		}
		if err = k.read(resp); err == nil {
			return resp, false, nil
		}
	}
	switch {
	case ctx.Err() != nil:
		err = contextError(ctx)
	case attemptCtx.Err() != nil && isTransient(err):
		err = &transientError{fmt.Errorf("no complete answer within %v: %w", c.attemptTimeout, context.DeadlineExceeded)}
	}
	return resp, false, answerError(resp, err)
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
func (c *Client) next(ctx context.Context, k *call, resp *http.Response, err error, repeat bool) (time.Duration, bool) {
	o := outcome{attempt: k.attempts - k.repeats, err: err, now: time.Now(), jitter: rand.Float64()}
	if resp != nil {
		o.status, o.header = resp.StatusCode, resp.Header
	}
	o.deadline, _ = ctx.Deadline()
	k.maybeDone = k.maybeDone || o.maybeDone()
	if repeat && k.repeats < maxRepeats {
		k.repeats++
		return 0, true
	}
	return c.retry.decide(o)
}

// attempt describes the attempt that was just made.
func (k *call) attempt(resp *http.Response, start time.Time) Attempt {
	a := Attempt{
		Op: k.op, AppID: k.appID, TokenID: k.tokenID,
		Number: k.attempts, Start: start, Duration: time.Since(start),
	}
	if resp != nil {
		a.StatusCode, a.RequestID, a.RateLimit = resp.StatusCode, requestID(resp), parseRateLimit(resp.Header)
	}
	return a
}

// failed completes an error with what the call knows.
func (k *call) failed(failure *Error) *Error {
	failure.Op, failure.AppID, failure.TokenID, failure.Attempts = k.op, k.appID, k.tokenID, k.attempts
	return failure
}

// sleep waits for d or the end of the context, whichever comes first.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return contextError(ctx)
	case <-timer.C:
		return nil
	}
}

// contextError returns why the context ended: its error and, where one was given, its cause.
func contextError(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != ctx.Err() {
		return fmt.Errorf("%w: %w", ctx.Err(), cause)
	}
	return ctx.Err()
}
