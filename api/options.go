package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/gen"
)

// Option configures a [Client]. [New] rejects invalid options with [ErrInvalidArgument].
type Option func(*settings) error

// settings are what options set.
type settings struct {
	httpClient     *http.Client // nil for the default
	editors        []RequestEditor
	userAgent      string
	retry          retry.Policy
	attemptTimeout time.Duration
	callTimeout    time.Duration // zero for none
	share          float64
	plainHTTP      bool
	mapLinks       bool
	startObservers []func(context.Context, Attempt) context.Context
	observers      []func(context.Context, Attempt)
	holdObservers  []func(context.Context, Hold)
}

// WithHTTPClient uses the Transport of client (a proxy, client certificates, a recorder), its Jar, and its Timeout,
// which bounds each attempt if it is shorter than the attempt timeout. CheckRedirect is ignored: redirects are never
// followed. The token requests of a service app use client, too, unless the app has one of its own. The default is a
// copy of [http.DefaultTransport], as it is when the first such client is made, that keeps more idle connections,
// without cookies.
func WithHTTPClient(client *http.Client) Option {
	return check.Option(check.NotNil("HTTP client", client), func(s *settings) { s.httpClient = client })
}

// RequestEditor changes a request before it is sent, for example to add a header that a proxy requires. It must be safe
// for concurrent use.
type RequestEditor = gen.RequestEditorFn

// WithRequestEditor adds an editor that runs for every attempt, before the attempt is authorized. Editors run in the
// order in which they were added; their errors end the call without a retry. A request whose method, path or origin an
// editor has changed is not sent. For a single call, see [EditRequest].
func WithRequestEditor(editor RequestEditor) Option {
	return check.Option(check.NotNil("request editor", editor), func(s *settings) { s.editors = append(s.editors, editor) })
}

// WithUserAgent replaces the User-Agent header, by which an org's system log distinguishes programs. The default is
// "apptokens-go/VERSION", with the version of this module.
func WithUserAgent(userAgent string) Option {
	return check.Option(check.UserAgent(userAgent), func(s *settings) { s.userAgent = userAgent })
}

// WithLogger logs every [Attempt], whether or not it failed: at warn level if another one follows or it has a Warning (a
// time that is not RFC 3339, once for each page of a listing), otherwise at debug level. A [Hold] is logged at info
// level. No header, body or credential is logged. The default logs nothing.
func WithLogger(logger *slog.Logger) Option {
	return check.Option(check.NotNil("logger", logger), func(s *settings) {
		s.observers = append(s.observers, logTo(logger))
		s.holdObservers = append(s.holdObservers, logHoldsTo(logger))
	})
}

// RetryPolicy bounds the attempts of a call and the waits between them. Fields that are zero have their default.
//
// A 429 is retried when its rate-limit window has ended by the server's clock: one second and a random part of
// BaseDelay after X-Rate-Limit-Reset, or after Retry-After, if that is later. Okta's limit of concurrent requests (a
// 429 whose Limit and Remaining are both 0) has no such time. Like 500, 502, 503, 504, connection errors, time-outs and
// responses that end early, it is retried after a random part of BaseDelay, which doubles with each attempt up to
// MaxDelay, or after Retry-After, if the response has one that is later.
//
// All calls of a client share a budget: 50 retries at first, and one more for every ten calls and every ten seconds, up
// to 50. Once it is spent, failures are returned without a retry. Retries after a 429, and those that an [Auth] asks
// for, cost nothing.
type RetryPolicy struct {
	// MaxAttempts bounds the requests of one call, including the first. The default is 5; 1 means no retry.
	MaxAttempts int
	// MaxWait bounds one wait: before a retry, and before an attempt that is held back until a rate-limit window ends. A
	// call that would have to wait longer ends at once with the server's error. The default is 90 seconds, because Okta's
	// windows last 60; the maximum is ten years.
	MaxWait time.Duration
	// BaseDelay is the longest wait before the second attempt. The default is 250 milliseconds.
	BaseDelay time.Duration
	// MaxDelay bounds the exponential waits. The default is 10 seconds.
	MaxDelay time.Duration
}

// WithRetry replaces the retry policy. Fields that are zero keep their default; none may be negative.
func WithRetry(policy RetryPolicy) Option {
	p := retry.Policy(policy)
	return check.Option(p.Check(), func(s *settings) { s.retry = p.WithDefaults() })
}

// WithAttemptTimeout bounds one attempt, from the end of its authorization to the last byte of the response. An attempt
// that takes longer counts as a broken connection and is retried. The default is 30 seconds. Authorization itself,
// which may have to wait for a token endpoint, gets [RetryPolicy].MaxWait on top.
func WithAttemptTimeout(timeout time.Duration) Option {
	err := check.That(timeout > 0, "attempt timeout", timeout, "it must be positive")
	return check.Option(err, func(s *settings) { s.attemptTimeout = timeout })
}

// WithCallTimeout bounds a whole call with all its attempts and waits, or one page of a listing, as if its context had
// that deadline. By default, the duration of a call is controlled by its context alone.
func WithCallTimeout(timeout time.Duration) Option {
	err := check.That(timeout > 0, "call timeout", timeout, "it must be positive")
	return check.Option(err, func(s *settings) { s.callTimeout = timeout })
}

// WithRateShare leaves the rest of the org's rate limit to others: the client uses at most this share of every window,
// greater than 0 and at most 1, but at least one request. The default is 1. Other clients that share the limit are
// accounted for at any share.
func WithRateShare(share float64) Option {
	err := check.That(share > 0 && share <= 1, "rate share", share, "it must be greater than 0 and at most 1")
	return check.Option(err, func(s *settings) { s.share = share })
}

// WithPlainHTTP allows http to any host, and not only to a loopback one: for tests whose mock of Okta runs in another
// container. Anybody on the network path can read the credential, and use it.
func WithPlainHTTP() Option { return check.Option(nil, func(s *settings) { s.plainHTTP = true }) }

// WithLinksRewritten is for a proxy that leaves its own name, or http, in next links: they are mapped to the org's
// origin instead of being rejected with [ErrForeignLink]. Their path is still checked.
func WithLinksRewritten() Option { return check.Option(nil, func(s *settings) { s.mapLinks = true }) }

// WithStartObserver calls observer before every attempt, with the operation, the number and the start. The attempt uses
// the context that observer returns: it may carry a span, which [WithObserver] ends, and may be ctx itself.
func WithStartObserver(observer func(ctx context.Context, attempt Attempt) context.Context) Option {
	return check.Option(check.NotNil("start observer", observer), func(s *settings) {
		s.startObservers = append(s.startObservers, observer)
	})
}

// WithObserver calls observer after every attempt, for metrics and traces. It may be given several times. observer must
// be quick and safe for concurrent use, because a listing makes attempts on another goroutine while the loop runs.
func WithObserver(observer func(context.Context, Attempt)) Option {
	return check.Option(check.NotNil("observer", observer), func(s *settings) {
		s.observers = append(s.observers, observer)
	})
}

// WithHoldObserver calls observer whenever the rate limit holds an attempt back until a certain time, before the wait.
// observer must be quick and safe for concurrent use.
func WithHoldObserver(observer func(context.Context, Hold)) Option {
	return check.Option(check.NotNil("hold observer", observer), func(s *settings) {
		s.holdObservers = append(s.holdObservers, observer)
	})
}
