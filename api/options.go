package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"example.com/apptokens/api/internal/argument"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/gen"
)

// Option configures a [Client]. Options that cannot work are refused by [New] with [ErrInvalidArgument].
type Option func(*settings) error

type settings struct {
	httpClient     *http.Client
	editors        []gen.RequestEditorFn
	userAgent      string
	retry          retry.Policy
	attemptTimeout time.Duration
	callTimeout    time.Duration // zero for none
	share          float64
	plainHTTP      bool
	observers      []func(context.Context, Attempt)
	holdObservers  []func(context.Context, Hold)
}

func defaultSettings() settings {
	return settings{
		httpClient:     &http.Client{},
		userAgent:      "apptokens-go",
		retry:          retry.Policy{}.WithDefaults(),
		attemptTimeout: 30 * time.Second,
		share:          1,
	}
}

// WithHTTPClient takes from client its Transport (a proxy, client certificates, a recorder), its Jar, and its Timeout,
// which bounds each attempt if it is shorter than the attempt timeout. CheckRedirect is ignored: redirects are never
// followed. The default is [http.DefaultTransport], without cookies.
func WithHTTPClient(client *http.Client) Option {
	return func(s *settings) error {
		if client == nil {
			return argument.Invalid("HTTP client", "nil", "leave the option out for the default")
		}
		s.httpClient = client
		return nil
	}
}

// WithRequestEditor adds a function that may change every attempt's request before it is authorized, to add a header
// that a proxy wants, say. Editors run in the order in which they were added; their errors end the call without a
// retry. A request whose origin an editor has changed is not sent. Editors must be safe for concurrent use.
func WithRequestEditor(editor gen.RequestEditorFn) Option {
	return func(s *settings) error {
		if editor == nil {
			return argument.Invalid("request editor", "nil", "leave the option out")
		}
		s.editors = append(s.editors, editor)
		return nil
	}
}

// WithUserAgent replaces the User-Agent header, which is how an org's system log tells programs apart. The default is
// "apptokens-go".
func WithUserAgent(userAgent string) Option {
	return func(s *settings) error {
		s.userAgent = userAgent
		return argument.CheckUserAgent(userAgent)
	}
}

// WithLogger logs every [Attempt]: at warn level if another one follows, else at debug level, failed or not. No header,
// body or credential is logged. Waits for a rate-limit window are not attempts, and leave no line. The default logs
// nothing.
func WithLogger(logger *slog.Logger) Option {
	return func(s *settings) error {
		if logger == nil {
			return argument.Invalid("logger", "nil", "leave the option out to log nothing")
		}
		s.observers = append(s.observers, logTo(logger))
		return nil
	}
}

// WithRetry replaces the retry policy. Fields that are zero keep their default; none may be negative.
func WithRetry(policy RetryPolicy) Option {
	return func(s *settings) error {
		if !retry.Policy(policy).Valid() {
			return argument.Invalid("retry policy", fmt.Sprintf("%+v", policy), "no field can be negative, and no wait longer than ten years")
		}
		s.retry = retry.Policy(policy).WithDefaults()
		return nil
	}
}

// WithAttemptTimeout bounds one attempt, from its authorization on to the last byte of the response. One that takes
// longer counts as a broken connection and is retried. The default is 30 seconds. Authorization itself, for which a
// token endpoint may have to be waited for, gets [RetryPolicy].MaxWait on top. How long a whole call may take, with all
// attempts and waits, is the context's to say.
func WithAttemptTimeout(timeout time.Duration) Option {
	return func(s *settings) error {
		if timeout <= 0 {
			return argument.Invalid("attempt timeout", timeout.String(), "it must be positive")
		}
		s.attemptTimeout = timeout
		return nil
	}
}

// WithCallTimeout bounds a whole call with all its attempts and waits, or one page of a listing, as if its context had
// that deadline. The default is none: how long a call may take is its context's to say.
func WithCallTimeout(timeout time.Duration) Option {
	return func(s *settings) error {
		if timeout <= 0 {
			return argument.Invalid("call timeout", timeout.String(), "it must be positive")
		}
		s.callTimeout = timeout
		return nil
	}
}

// WithRateShare leaves the rest of the org's rate limit to others: of every window, the client takes at most this
// share, over 0 and up to 1, but at least one request. The default is 1. Other clients that share the limit are taken
// into account whatever the share is.
func WithRateShare(share float64) Option {
	return func(s *settings) error {
		if !(share > 0 && share <= 1) {
			return argument.Invalid("rate share", fmt.Sprint(share), "it must be over 0 and up to 1")
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

// WithObserver calls observer after every attempt, for metrics and traces. It may be given several times, and must be
// quick and safe for concurrent use: the attempts of a listing run on another goroutine than the loop, at the same
// time.
func WithObserver(observer func(context.Context, Attempt)) Option {
	return func(s *settings) error {
		if observer == nil {
			return argument.Invalid("observer", "nil", "leave the option out")
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
			return argument.Invalid("hold observer", "nil", "leave the option out")
		}
		s.holdObservers = append(s.holdObservers, observer)
		return nil
	}
}

// ListOption configures [Client.List] and [Client.Pages].
type ListOption interface{ applyToList(*listing) error }

// GetOption configures [Client.Get].
type GetOption interface{ applyToGet(*gen.GetTokenParams) }

type listOption func(*listing) error

func (o listOption) applyToList(l *listing) error { return o(l) }

// PageSize sets the number of tokens on one page, up to [MaxPageSize]. That is the default, too: a listing costs the
// fewest requests, of which an org has few.
func PageSize(n int) ListOption {
	return listOption(func(l *listing) error {
		if n < gen.ListTokensLimitMinimum || n > MaxPageSize {
			return argument.Invalid("page size", fmt.Sprint(n), fmt.Sprintf("Okta takes %d to %d", gen.ListTokensLimitMinimum, MaxPageSize))
		}
		l.pageSize = n
		return nil
	})
}

// StartAt resumes a listing at the [Page.Next] of an earlier one of the same app, with the page size of that one. A
// Next of another app or another org is [ErrForeignLink].
func StartAt(next string) ListOption {
	return listOption(func(l *listing) error {
		if next == "" {
			return argument.Invalid("link to a page", next, "an empty Next means that the listing had ended")
		}
		l.start = next
		return nil
	})
}

// ExpandScopes asks Okta to put the details of every scope into Token.Embedded.
func ExpandScopes() interface {
	ListOption
	GetOption
} {
	return expandScopes{}
}

type expandScopes struct{}

func (expandScopes) applyToList(l *listing) error { l.expand = true; return nil }

func (expandScopes) applyToGet(params *gen.GetTokenParams) { params.Expand = new(expandScope) }

// expandScope is the only value of expand that Okta knows.
const expandScope = "scope"
