package api

import (
	"context"
	"log/slog"
	"time"
)

// Attempt is one HTTP request of a call, for [WithObserver].
type Attempt struct {
	Op      string // as in Error
	AppID   string
	TokenID string

	Number   int // 1 for the first attempt of a call
	Start    time.Time
	Duration time.Duration // from authorization to the last byte of the response

	StatusCode int // 0 where no response came
	RequestID  string
	RateLimit  RateLimit
	ServerTime time.Time // Date of the response, to the second; zero where it has none
	Err        error     // nil for an attempt that succeeded, else an *Error; Revoke may take a 404 for success

	Again bool          // whether another attempt is planned; the context or the rate limit may still prevent it
	Wait  time.Duration // before it, at least: the rate limit may hold it back for longer
}

// Hold is a wait for the rate limit, for [WithHoldObserver]: the window's requests, or the client's share of them, are
// used up, so the next attempt of a call is not sent before another window begins.
type Hold struct {
	Op      string // as in Error
	AppID   string
	TokenID string

	Until     time.Time // by the local clock
	RateLimit RateLimit // of the window that is used up
}

func (c *Client) hold(ctx context.Context, k *call, until time.Time, limit RateLimit) {
	for _, observe := range c.holdObservers {
		observe(ctx, Hold{k.op, k.appID, k.tokenID, until, limit})
	}
}

func (c *Client) report(ctx context.Context, a Attempt) {
	for _, observe := range c.observers {
		observe(ctx, a)
	}
}

// logTo returns an observer that logs.
func logTo(logger *slog.Logger) func(context.Context, Attempt) {
	return func(ctx context.Context, a Attempt) {
		level := slog.LevelDebug
		if a.Again {
			level = slog.LevelWarn
		}
		if !logger.Enabled(ctx, level) {
			return
		}
		attrs := []slog.Attr{
			slog.String("op", a.Op),
			slog.String("app", a.AppID),
			slog.String("token", a.TokenID),
			slog.Int("attempt", a.Number),
			slog.Duration("duration", a.Duration),
			slog.Int("status", a.StatusCode),
			slog.String("request_id", a.RequestID),
		}
		if !a.RateLimit.unknown() {
			attrs = append(attrs, slog.Int("rate_limit", a.RateLimit.Limit), slog.Int("rate_remaining", a.RateLimit.Remaining))
		}
		if a.Err != nil {
			attrs = append(attrs, slog.String("error", a.Err.Error()))
		}
		if a.Again {
			attrs = append(attrs, slog.Duration("wait", a.Wait))
		}
		logger.LogAttrs(ctx, level, "apptokens: attempt", attrs...)
	}
}
