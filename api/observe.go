package api

import (
	"context"
	"log/slog"
	"time"

	"example.com/apptokens/api/internal/ratelimit"
)

// Attempt is one HTTP request of a call, for [WithObserver] and [WithStartObserver].
type Attempt struct {
	Op, AppID, TokenID string // as in Error

	Number   int           // 1 for the first attempt of a call
	Start    time.Time     // before the request editors and the authorization
	Duration time.Duration // from Start to when the response has been read

	StatusCode int // 0 if no response came
	RequestID  string
	RateLimit  RateLimit
	ServerTime time.Time // Date of the response, to the second; zero if it has none
	Err        error     // nil for an attempt that succeeded, otherwise an *Error; Revoke may treat a 404 as success

	// Warning names what is odd about a response that is otherwise good: a time that cannot be read, which is zero in the
	// token. It is empty for most attempts.
	Warning string

	Again bool          // whether another attempt is planned; the context or the rate limit may still prevent it
	Wait  time.Duration // minimum wait before it; the rate limit may hold it back for longer
}

// Hold is a wait for the rate limit, for [WithHoldObserver]: the next attempt of a call waits until Until, or less if
// a response shows earlier that there is room.
type Hold struct {
	Op, AppID, TokenID string // as in Error

	Until     time.Time // by the local clock; mostly when another window begins
	Reason    HoldReason
	RateLimit RateLimit // of the window
}

// HoldReason is why an attempt is held back.
type HoldReason string

// The reasons for a hold.
const (
	HoldLimit  HoldReason = ratelimit.LimitUsed    // the window's requests are used up
	HoldShare  HoldReason = ratelimit.ShareUsed    // the client's share of them is used up
	HoldOthers HoldReason = ratelimit.LeftToOthers // the rest of them is left to other clients for now
)

// observeStart announces an attempt. It returns the context for it, and the attempt for observeEnd.
func (c *Client) observeStart(ctx context.Context, call *call) (context.Context, Attempt) {
	a := Attempt{Op: call.op, AppID: call.appID, TokenID: call.tokenID, Number: call.attempts, Start: time.Now()}
	for _, observe := range c.startObservers {
		ctx = observe(ctx, a)
	}
	return ctx, a
}

// observeEnd reports an attempt with its result.
func (c *Client) observeEnd(r result) {
	if len(c.observers) == 0 {
		return
	}
	a := r.observed
	a.Duration = time.Since(a.Start)
	if r.failure != nil {
		a.Err = r.failure
	}
	if r.resp != nil {
		a.StatusCode, a.RequestID, a.RateLimit = r.resp.StatusCode, requestID(r.resp), parseRateLimit(r.resp.Header)
		a.ServerTime = ratelimit.ServerTime(r.resp.Header, time.Time{})
	}
	for _, observe := range c.observers {
		observe(r.ctx, a)
	}
}

func (c *Client) observeHold(ctx context.Context, call *call, h ratelimit.Hold) {
	for _, observe := range c.holdObservers {
		observe(ctx, Hold{call.op, call.appID, call.tokenID, h.Until, HoldReason(h.Reason), RateLimit(h.Limit)})
	}
}

// logTo returns an observer that logs attempts.
func logTo(logger *slog.Logger) func(context.Context, Attempt) {
	return func(ctx context.Context, a Attempt) {
		level := slog.LevelDebug
		if a.Again || a.Warning != "" {
			level = slog.LevelWarn
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
		if limit := a.RateLimit; limit.Limit > 0 || limit.Remaining > 0 {
			attrs = append(attrs, slog.Int("rate_limit", limit.Limit), slog.Int("rate_remaining", limit.Remaining))
		}
		if a.Err != nil {
			attrs = append(attrs, slog.String("error", a.Err.Error()))
		}
		if a.Warning != "" {
			attrs = append(attrs, slog.String("warning", a.Warning))
		}
		if a.Again {
			attrs = append(attrs, slog.Duration("wait", a.Wait))
		}
		logger.LogAttrs(ctx, level, "apptokens: attempt", attrs...)
	}
}

// logHoldsTo returns an observer that logs holds.
func logHoldsTo(logger *slog.Logger) func(context.Context, Hold) {
	return func(ctx context.Context, h Hold) {
		logger.LogAttrs(ctx, slog.LevelInfo, "apptokens: held back by the rate limit",
			slog.String("op", h.Op), slog.String("app", h.AppID), slog.String("token", h.TokenID),
			slog.Time("until", h.Until), slog.String("reason", string(h.Reason)), slog.Int("rate_limit", h.RateLimit.Limit))
	}
}
