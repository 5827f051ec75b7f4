package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/api/internal/text"
)

// The errors of a [Client], for [errors.Is]. Context errors come through as well: [context.Canceled],
// [context.DeadlineExceeded].
var (
	// ErrInvalidArgument: an argument, an option or a credential is invalid; nothing was sent, unless Error.Attempts
	// is over 1: a source of tokens can fail before a retry, too.
	ErrInvalidArgument = check.ErrInvalid
	// ErrNotFound: the app does not exist, or it has no such token (404). If Error.Code is E0000007, Okta itself says so;
	// the 404 of a proxy has no code.
	ErrNotFound = errors.New("not found")
	// ErrUnauthorized: the credential is missing, malformed, revoked or expired (401).
	ErrUnauthorized = errors.New("unauthorized")
	// ErrForbidden: the credential is valid, but lacks a scope or an admin role (403).
	ErrForbidden = errors.New("forbidden")
	// ErrRateLimited: the org's rate limit is used up, and waiting did not help or would have taken longer than the
	// context or RetryPolicy.MaxWait allows. Error.StatusCode is 429, that of an earlier attempt, or 0 if none was sent.
	ErrRateLimited = errors.New("rate limited")
	// ErrUnexpectedResponse: the response does not match the contract: a redirect, another success status, HTML, JSON of another
	// shape, a body over 16 MiB. The request may have taken effect. The two errors below are ErrUnexpectedResponse, too.
	ErrUnexpectedResponse = errors.New("unexpected response")
	// ErrForeignLink: the link to the next page leads to another origin or path. It was not followed. If it was given to
	// [StartAt], the error is ErrInvalidArgument instead of ErrUnexpectedResponse.
	ErrForeignLink = fmt.Errorf("%w: foreign link", ErrUnexpectedResponse)
	// ErrPaginationLoop: the link to the next page was followed before, so the listing would never end.
	ErrPaginationLoop = fmt.Errorf("%w: pagination loop", ErrUnexpectedResponse)
)

// Error is the error of every call. Of body and headers it keeps the fields below: shortened, and stripped of control
// characters and, if the server repeats them, of the credentials in Authorization and DPoP, but not of those in other
// headers. (An error of an [Auth] or a request editor keeps its own text.)
type Error struct {
	Op      string // the method in words, such as "list", "revoke all" or "new client"
	AppID   string // of the call; empty if it was rejected
	TokenID string // of the call; empty if it was rejected, and for calls that concern a whole app

	StatusCode int       // HTTP status of the response to the last attempt; 0 if none came
	Code       string    // Okta's error code, such as E0000007, or an OAuth error code, such as invalid_token
	Challenge  string    // OAuth error code of WWW-Authenticate, such as insufficient_scope; Code may be Okta's as well
	Summary    string    // Okta's, for humans; do not branch on it
	ErrorID    string    // Okta's ID of the error
	Causes     []string  // Okta's details
	RequestID  string    // X-Okta-Request-Id of that response
	RateLimit  RateLimit // of that response, or as the client knew it when it held the request back

	Attempts  int   // made; the last one may have ended before its request was sent
	MaybeDone bool  // the server may have carried out the revocation
	Err       error // the cause, if there is one besides the status
}

// Error returns one printable line of about 1000 bytes at most.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("apptokens: " + e.Op)
	switch {
	case e.TokenID != "":
		fmt.Fprintf(&b, " (app %s, token %s)", e.AppID, e.TokenID)
	case e.AppID != "":
		fmt.Fprintf(&b, " (app %s)", e.AppID)
	}
	if e.StatusCode != 0 {
		b.WriteString(": " + strings.TrimSpace(fmt.Sprint(e.StatusCode, " ", http.StatusText(e.StatusCode))))
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	for _, text := range slices.Concat([]string{e.Code, e.Summary}, e.Causes) {
		if text != "" {
			b.WriteString(": " + text)
		}
	}
	if e.Attempts > 0 {
		fmt.Fprintf(&b, " (%d attempt", e.Attempts)
		if e.Attempts > 1 {
			b.WriteString("s")
		}
		if e.RequestID != "" {
			b.WriteString(", request " + e.RequestID)
		}
		b.WriteString(")")
	}
	return text.Printable(b.String(), text.MaxError)
}

// Unwrap returns the cause, if there is one besides the status.
func (e *Error) Unwrap() error { return e.Err }

var statusErrors = map[int]error{
	http.StatusUnauthorized:    ErrUnauthorized,
	http.StatusForbidden:       ErrForbidden,
	http.StatusNotFound:        ErrNotFound,
	http.StatusTooManyRequests: ErrRateLimited,
}

// Is reports whether target is the Err value of the status.
func (e *Error) Is(target error) bool { return target != nil && target == statusErrors[e.StatusCode] }

// LogValue groups the fields that help to search logs.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("op", e.Op),
		slog.String("app", e.AppID),
		slog.String("token", e.TokenID),
		slog.Int("status", e.StatusCode),
		slog.String("code", e.Code),
		slog.String("request_id", e.RequestID),
		slog.Int("attempts", e.Attempts),
		slog.String("message", e.Error()),
	)
}

// unexpected returns an ErrUnexpectedResponse with how the response differs from the contract.
func unexpected(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrUnexpectedResponse}, args...)...)
}

// interrupted returns the error of a call that cannot go on to its next attempt. It is a copy, because an observer may
// have kept the original.
func (e *Error) interrupted(err error) *Error {
	interrupted := *e
	interrupted.add(fmt.Errorf("%w, while waiting to try again", err))
	return &interrupted
}

// add puts another cause before the present one.
func (e *Error) add(cause error) {
	if e.Err != nil {
		cause = fmt.Errorf("%w: %w", cause, e.Err)
	}
	e.Err = cause
}

// because returns why ctx ended, followed by what it interrupted. An error of a context adds nothing.
func because(ctx context.Context, end, err error) error {
	if retry.IsContextError(err) || errors.Is(err, context.Cause(ctx)) {
		return end
	}
	return fmt.Errorf("%w: %w", end, err)
}

// TokenNotFound reports whether Okta itself says that it knows no such token. A 404 of a proxy does not count, nor one
// that ends early, nor one of a call about a whole app, nor one that names the app ("Not found: Resource not found: <id>
// (AppInstance)"), because an unknown app proves nothing about the token.
func (e *Error) TokenNotFound() bool {
	return e.StatusCode == http.StatusNotFound && e.Code == "E0000007" && e.Err == nil && e.TokenID != "" &&
		!slices.Contains(strings.Fields(e.Summary), e.AppID)
}
