package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/ratelimit"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/api/internal/text"
)

// call is one operation with all its attempts.
type call struct {
	op             string
	appID, tokenID string
	success        int // the only status that is one
	callSettings

	// send makes one attempt: one call of the generated method.
	send func(ctx context.Context, editors ...RequestEditor) (*http.Response, error)
	// link, if it is not nil, replaces the URL that the generated method made.
	link *url.URL
	// read reads the response to a successful attempt; nil if there is nothing to read.
	read func(*http.Response) (warning string, err error)

	attempts       int    // made so far
	repeats        int    // those of them that the Auth asked for
	firstRequestID string // of the first response that had one
	maybeDone      bool   // the server may have carried out an attempt that failed
}

// maxRepeats is how often an Auth may ask for another attempt: once for a new token and once for a new nonce.
const maxRepeats = 2

// newCall returns a call of an operation on an app, or on a token of the app, after checking its IDs and its options.
func newCall[O option](op string, success int, opts []O, appID string, tokenID ...string) (*call, error) {
	call := &call{op: op, success: success}
	var invalid error
	for _, option := range opts { // before the IDs are checked, because RawTo clears its variable
		err := check.NotNil("option", option)
		if err == nil {
			err = option.apply(&call.callSettings)
		}
		invalid = cmp.Or(invalid, err)
	}
	if err := CheckID("app ID", appID); err != nil {
		return nil, call.failed(err)
	}
	call.appID = appID
	for _, id := range tokenID {
		if err := CheckID("token ID", id); err != nil {
			return nil, call.failed(err)
		}
		call.tokenID = id
	}
	if invalid != nil {
		return nil, call.failed(invalid)
	}
	return call, nil
}

// CheckID returns [ErrInvalidArgument] for a string that cannot be the ID of an app or a token. The error calls the
// argument what, for example "app ID". Every call checks its IDs; CheckID is for programs that want to check many
// before the first call.
//
// An ID consists of letters, digits, "-", "_", "." and "~", and is neither "." nor "..". Okta's own IDs consist of
// letters, digits, "-" and "_".
func CheckID(what, id string) error {
	// What is allowed is easier to list than what is dangerous: generated code turns an empty token ID into the path of
	// revoke-all and ".." into DELETE /api/v1/apps/{appId}, which deletes the app; a Java server may read "..;" as "..".
	switch {
	case id == "":
		return check.Invalid(what, id, "it is empty")
	case id == "." || id == "..":
		return check.Invalid(what, id, "it would lead to another resource")
	case strings.ContainsFunc(id, func(r rune) bool { return !text.IsUnreserved(r) }):
		return check.Invalid(what, id, `an ID consists of letters, digits, "-", "_", "." and "~"`)
	}
	return nil
}

// do makes attempts until one succeeds or another would not help.
func (c *Client) do(ctx context.Context, call *call) error {
	c.budget.Pay(time.Now())
	if c.callTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = retry.WithTimeout(ctx, c.callTimeout, "no result of the call")
		defer cancel()
	}
	var failure *Error // of the last attempt
	for {
		held := func(hold ratelimit.Hold) { c.observeHold(ctx, call, hold) }
		if err := c.pacer.Admit(ctx, held); err != nil {
			return call.notAdmitted(ctx, err, failure)
		}
		call.attempts++
		result := c.attempt(ctx, call)
		failure = result.failure
		if failure != nil {
			result.observed.Wait, result.observed.Again = c.next(ctx, call, result)
		}
		c.observeEnd(result)
		switch {
		case failure == nil:
			return nil
		case !result.observed.Again:
			return failure
		}
		_ = retry.Sleep(ctx, result.observed.Wait) // if ctx ends, nothing is admitted
	}
}

// notAdmitted returns the error of a call whose next attempt was held back for too long, or until ctx ended. failure is
// that of the last attempt, if there was one.
func (call *call) notAdmitted(ctx context.Context, err error, failure *Error) *Error {
	tooLong, limited := errors.AsType[*ratelimit.TooLongError](err)
	if limited {
		err = fmt.Errorf("%w: %w", ErrRateLimited, err)
	} else {
		err = retry.ContextError(ctx)
	}
	if failure != nil {
		return failure.interrupted(err)
	}
	failure = call.failed(err)
	if limited {
		failure.RateLimit = RateLimit(tooLong.Limit)
	}
	return failure
}

// result is the result of one attempt.
type result struct {
	ctx       context.Context // of the attempt
	observed  Attempt         // as the observers are to see it
	resp      *http.Response  // nil if no response came; its body is closed
	failure   *Error          // nil for a success
	maybeDone bool            // it failed, and the server may have carried it out
	repeat    bool            // it failed, and the Auth asks for another one
}

// attempt sends the request once and reads the response.
func (c *Client) attempt(ctx context.Context, call *call) (r result) {
	var headCame time.Time
	defer func() { c.pacer.Release(r.resp, r.maybeDone, headCame) }()
	ctx, r.observed = c.observeStart(ctx, call) // after the defer, because an observer may panic
	r.ctx = ctx
	resp, err := call.send(ctx, c.editorsOf(call)...)
	headCame, r.resp = time.Now(), resp
	if err == nil {
		defer resp.Body.Close()
		observer, ok := c.auth().(ResponseObserver)
		again := ok && observer.Observe(resp)
		switch {
		case resp.StatusCode != call.success:
			r.failure, r.repeat = statusError(resp, call.success), again
			// Okta's own 503 means that it did nothing; a gateway's may come after the request was passed on.
			own503 := resp.StatusCode == http.StatusServiceUnavailable && strings.HasPrefix(r.failure.Code, "E0")
			r.maybeDone = resp.StatusCode < 400 || resp.StatusCode >= 500 && !own503
		case call.read != nil:
			r.observed.Warning, err = call.read(resp)
		}
	}
	if err != nil {
		r.maybeDone = mayHaveArrived(err)
		if ctx.Err() != nil {
			err = because(ctx, retry.ContextError(ctx), err)
		}
		r.failure = responseError(resp, err)
	}
	if r.failure != nil {
		call.maybeDone = call.maybeDone || r.maybeDone
		call.complete(r.failure)
		call.firstRequestID = cmp.Or(call.firstRequestID, r.failure.RequestID)
	}
	return r
}

// editorsOf returns the editors of one attempt, in the order in which they run. Authorization comes last, when URL and
// headers are final. That they are still those of the operation is checked before it, and once more after it.
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
			// Okta's SDKs send these, so that Okta's logs distinguish a retry from a new request.
			req.Header.Set("X-Okta-Retry-Count", strconv.Itoa(call.attempts-1))
			if call.firstRequestID != "" {
				req.Header.Set("X-Okta-Retry-For", call.firstRequestID)
			}
		}
		method, path = req.Method, req.URL.EscapedPath()
		return nil
	}
	verify := func(_ context.Context, req *http.Request) error { return c.checkTarget(req, method, path) }
	return slices.Concat([]RequestEditor{prepare}, c.editors, call.editors, []RequestEditor{verify, c.authorize, verify})
}

// next reports whether to make another attempt, and after which wait.
func (c *Client) next(ctx context.Context, call *call, r result) (wait time.Duration, again bool) {
	switch {
	case ctx.Err() != nil:
		return 0, false
	case r.repeat && call.repeats < maxRepeats:
		call.repeats++
		return 0, true
	}
	o := retry.Outcome{Attempt: call.attempts - call.repeats, Err: r.failure.Err, Now: time.Now(), Jitter: rand.Float64()}
	if r.resp != nil {
		o.Status, o.Header = r.resp.StatusCode, r.resp.Header
	}
	o.Deadline, _ = ctx.Deadline()
	wait, again = c.retry.Decide(o)
	limited := o.Status == http.StatusTooManyRequests
	switch {
	case again && (limited || c.budget.Draw()):
		return wait, true
	case again:
		r.failure.add(retry.ErrBudget)
	case limited && wait > 0:
		r.failure.add(&ratelimit.TooLongError{Wait: wait, Limit: ratelimit.Limit(r.failure.RateLimit)})
	}
	return 0, false
}

// failed returns the error of a call that was not sent.
func (call *call) failed(err error) *Error { return call.complete(&Error{Err: err}) }

// complete adds what the call knows to an error.
func (call *call) complete(failure *Error) *Error {
	failure.Op, failure.AppID, failure.TokenID, failure.Attempts = call.op, call.appID, call.tokenID, call.attempts
	failure.MaybeDone = call.maybeDone && call.read == nil
	return failure
}
