package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/header"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/gen"
)

// Option configures a [Client]. [New] rejects invalid options with [ErrInvalidArgument].
type Option func(*settings) error

type settings struct {
	httpClient      *http.Client
	httpClientGiven bool
	editors         []RequestEditor
	userAgent       string
	retry           retry.Policy
	attemptTimeout  time.Duration
	callTimeout     time.Duration // zero for none
	share           float64
	plainHTTP       bool
	mapLinks        bool
	startObservers  []func(context.Context, Attempt) context.Context
	observers       []func(context.Context, Attempt)
	holdObservers   []func(context.Context, Hold)
}

func defaultSettings() settings {
	return settings{
		httpClient:     &http.Client{},
		userAgent:      header.UserAgent(),
		retry:          retry.Policy{}.WithDefaults(),
		attemptTimeout: 30 * time.Second,
		share:          1,
	}
}

// WithHTTPClient takes from client its Transport (a proxy, client certificates, a recorder), its Jar, and its Timeout,
// which bounds each attempt if it is shorter than the attempt timeout. CheckRedirect is ignored: redirects are never
// followed. Token requests of a service app go by it, too, unless the app has one of its own. The default is a copy of
// [http.DefaultTransport] that keeps more idle connections, without cookies.
func WithHTTPClient(client *http.Client) Option {
	return func(s *settings) error {
		if client == nil {
			return check.Invalid("HTTP client", "nil", "leave the option out for the default")
		}
		s.httpClient, s.httpClientGiven = client, true
		return nil
	}
}

// RequestEditor changes a request before it is sent, for example to add a header that a proxy requires. It must be safe for
// concurrent use.
type RequestEditor = gen.RequestEditorFn

// WithRequestEditor adds an editor that runs for every attempt, before it is authorized. Editors run in the order in which
// they were added; their errors end the call without a retry. A request whose method, path or origin an editor has changed
// is not sent. For a single call, see [EditRequest].
func WithRequestEditor(editor RequestEditor) Option {
	return func(s *settings) error {
		if editor == nil {
			return check.Invalid("request editor", "nil", "leave the option out")
		}
		s.editors = append(s.editors, editor)
		return nil
	}
}

// WithUserAgent replaces the User-Agent header, which is how an org's system log tells programs apart. The default is
// "apptokens-go/VERSION", with the version of this module.
func WithUserAgent(userAgent string) Option {
	return func(s *settings) error {
		s.userAgent = userAgent
		return check.UserAgent(userAgent)
	}
}

// WithLogger logs every [Attempt], whether or not it failed: at warn level if another one follows or something could not
// be read, otherwise at debug level. A [Hold] is logged at info level. No header, body or credential is logged. The default
// logs nothing.
func WithLogger(logger *slog.Logger) Option {
	return func(s *settings) error {
		if logger == nil {
			return check.Invalid("logger", "nil", "leave the option out to log nothing")
		}
		s.observers = append(s.observers, logTo(logger))
		s.holdObservers = append(s.holdObservers, logHoldsTo(logger))
		return nil
	}
}

// WithRetry replaces the retry policy. Fields that are zero keep their default; none may be negative.
func WithRetry(policy RetryPolicy) Option {
	return func(s *settings) error {
		if !retry.Policy(policy).Valid() {
			return check.Invalid("retry policy", fmt.Sprintf("%+v", policy), "no field can be negative, and no wait longer than ten years")
		}
		s.retry = retry.Policy(policy).WithDefaults()
		return nil
	}
}

// WithAttemptTimeout bounds one attempt, from its authorization on to the last byte of the response. One that takes
// longer counts as a broken connection and is retried. The default is 30 seconds. Authorization itself, for which a
// token endpoint may have to be waited for, gets [RetryPolicy].MaxWait on top. How long a whole call may take, with all
// attempts and waits, is controlled by its context.
func WithAttemptTimeout(timeout time.Duration) Option {
	return func(s *settings) error {
		if timeout <= 0 {
			return check.Invalid("attempt timeout", timeout.String(), "it must be positive")
		}
		s.attemptTimeout = timeout
		return nil
	}
}

// WithCallTimeout bounds a whole call with all its attempts and waits, or one page of a listing, as if its context had
// that deadline. The default is none.
func WithCallTimeout(timeout time.Duration) Option {
	return func(s *settings) error {
		if timeout <= 0 {
			return check.Invalid("call timeout", timeout.String(), "it must be positive")
		}
		s.callTimeout = timeout
		return nil
	}
}

// WithRateShare leaves the rest of the org's rate limit to others: of every window, the client takes at most this
// share, over 0 and up to 1, but at least one request. The default is 1. Other clients that share the limit are accounted
// for at any share.
func WithRateShare(share float64) Option {
	return func(s *settings) error {
		if !(share > 0 && share <= 1) {
			return check.Invalid("rate share", fmt.Sprint(share), "it must be over 0 and up to 1")
		}
		s.share = share
		return nil
	}
}

// WithPlainHTTP allows http to any host, and not only to a loopback one: for tests whose mock of Okta is another
// container. Whoever is on the way can read the credential, and use it.
func WithPlainHTTP() Option {
	return func(s *settings) error { s.plainHTTP = true; return nil }
}

// WithLinksRewritten is for a proxy that leaves its own name, or http, in next links: they are taken to the org's origin
// instead of being rejected with [ErrForeignLink]. Their path is still checked.
func WithLinksRewritten() Option {
	return func(s *settings) error { s.mapLinks = true; return nil }
}

// WithStartObserver calls observer before every attempt, of which it sees the operation, the number and the start. The
// context that observer returns is the attempt's: it may carry a span, which [WithObserver] ends. Otherwise, return ctx.
func WithStartObserver(observer func(ctx context.Context, attempt Attempt) context.Context) Option {
	return func(s *settings) error {
		if observer == nil {
			return check.Invalid("start observer", "nil", "leave the option out")
		}
		s.startObservers = append(s.startObservers, observer)
		return nil
	}
}

// WithObserver calls observer after every attempt, for metrics and traces. It may be given several times, and must be
// quick and safe for concurrent use: the attempts of a listing run on another goroutine than the loop, at the same
// time.
func WithObserver(observer func(context.Context, Attempt)) Option {
	return func(s *settings) error {
		if observer == nil {
			return check.Invalid("observer", "nil", "leave the option out")
		}
		s.observers = append(s.observers, observer)
		return nil
	}
}

// WithHoldObserver calls observer whenever the rate limit holds an attempt back until another window begins, before the
// wait. What [WithObserver] says of observers holds here as well.
func WithHoldObserver(observer func(context.Context, Hold)) Option {
	return func(s *settings) error {
		if observer == nil {
			return check.Invalid("hold observer", "nil", "leave the option out")
		}
		s.holdObservers = append(s.holdObservers, observer)
		return nil
	}
}
