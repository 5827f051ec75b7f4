package api

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"example.com/apptokens/api/internal/argument"
	"example.com/apptokens/api/internal/text"
)

// What can go wrong, for [errors.Is]. Context errors come through as well: [context.Canceled],
// [context.DeadlineExceeded].
var (
	// ErrInvalidArgument: an argument, an option or a credential cannot be right. It was not sent.
	ErrInvalidArgument = argument.ErrInvalid
	// ErrNotFound: there is no such app, or no such token of the app (404). It is Okta that says so if Error.Code is
	// E0000007; the 404 of a proxy has no code.
	ErrNotFound = errors.New("not found")
	// ErrUnauthorized: the credential is missing, malformed, revoked or expired (401).
	ErrUnauthorized = errors.New("unauthorized")
	// ErrForbidden: the credential is good, but lacks a scope or an admin role (403).
	ErrForbidden = errors.New("forbidden")
	// ErrRateLimited: the org's rate limit is used up, and waiting did not help or would have taken longer than the
	// context or RetryPolicy.MaxWait allows. Error.StatusCode is 429, or 0 if the request was held back and not sent.
	ErrRateLimited = errors.New("rate limited")
	// ErrUnexpectedResponse: the response is not what the contract says: a redirect, another status, HTML, JSON of
	// another shape, a body over 16 MiB. What was sent may have taken effect.
	ErrUnexpectedResponse = errors.New("unexpected response")
	// ErrForeignLink: the link to the next page leads to another origin or path. It was not followed.
	ErrForeignLink = errors.New("foreign link")
	// ErrPaginationLoop: the link to the next page was followed before. The listing would never end.
	ErrPaginationLoop = errors.New("pagination loop")
)

// Error is the error of every call. It has no secret in it: neither body nor header, and what the server says is cut to
// size and stripped of control characters and, should the server repeat it, of the credential. (An error of an [Auth]
// or a request editor is passed on in its own words.)
type Error struct {
	Op      string // the method in words, such as "list", "revoke all" or "new client"
	AppID   string // of the call; empty if it was refused
	TokenID string // of the call; empty if it was refused, and for calls that concern a whole app

	StatusCode int       // HTTP status that the last attempt was answered with; 0 where no response came
	Code       string    // Okta's error code, such as E0000007, or an OAuth error code, such as invalid_token
	Summary    string    // Okta's words; not to be branched on
	ErrorID    string    // Okta's id of the error
	Causes     []string  // Okta's details
	RequestID  string    // X-Okta-Request-Id of that response
	RateLimit  RateLimit // of that response, or what the client knew when it held the request back

	Attempts int   // made; the last one may have ended before its request was sent
	Err      error // the cause, where the status does not say it all
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
		fmt.Fprintf(&b, " (%s)", e.trail())
	}
	return text.Printable(b.String(), 1000)
}

func (e *Error) trail() string {
	trail := "1 attempt"
	if e.Attempts > 1 {
		trail = fmt.Sprintf("%d attempts", e.Attempts)
	}
	if e.RequestID != "" {
		trail += ", request " + e.RequestID
	}
	return trail
}

// Unwrap returns the cause, where there is one besides the status.
func (e *Error) Unwrap() error { return e.Err }

// Is finds the Err values that stand for a status.
func (e *Error) Is(target error) bool {
	switch e.StatusCode {
	case http.StatusUnauthorized:
		return target == ErrUnauthorized
	case http.StatusForbidden:
		return target == ErrForbidden
	case http.StatusNotFound:
		return target == ErrNotFound
	case http.StatusTooManyRequests:
		return target == ErrRateLimited
	}
	return false
}

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

// unexpected says how a response differs from the contract.
func unexpected(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrUnexpectedResponse}, args...)...)
}

// interrupted is the error of a call that cannot go on to its next attempt. It is a copy, since an observer may hold on
// to the original.
func (e *Error) interrupted(err error) *Error {
	interrupted := *e
	interrupted.add(fmt.Errorf("%w, while waiting to try again", err))
	return &interrupted
}

// add puts another cause before the one there is.
func (e *Error) add(cause error) {
	if e.Err != nil {
		cause = fmt.Errorf("%w: %w", cause, e.Err)
	}
	e.Err = cause
}
