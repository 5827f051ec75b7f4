package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/oauth2"

	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/panics"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/api/internal/text"
)

// Auth authorizes requests. Its Authorize method is a [RequestEditor], so the generated client accepts it, too.
//
// Authorize runs for every attempt, after all other editors: URL and headers are final, and the token or proof that it
// adds is fresh. Its errors end the call without a retry. It must be safe for concurrent use, and return when ctx is
// done. ctx carries the HTTP client of [WithHTTPClient], if one was given, as the value of [oauth2.HTTPClient].
//
// An Auth that is also a [ResponseObserver] sees the responses; a type that wraps one must pass its Observe method on.
//
// All requests of a [Client] share one rate limit. Use one client per credential; do not let an Auth choose one by ctx.
type Auth interface {
	Authorize(ctx context.Context, req *http.Request) error
}

// ResponseObserver is an [Auth] that sees the response to every attempt. It must not read the body. After an
// unsuccessful response, true asks for one more attempt at once, for example because a 401 made it drop a cached token,
// or because it learned a new DPoP nonce. Such an attempt does not count against [RetryPolicy], and is granted at most
// twice per call.
type ResponseObserver interface {
	Observe(resp *http.Response) (again bool)
}

// APIToken authorizes with an API token, as "Authorization: SSWS <token>"; see Okta's documentation of the scheme,
// https://developer.okta.com/docs/reference/core-okta-api/#authentication.
//
// [New] and Authorize return [ErrInvalidArgument] for a token that is empty or a placeholder, or contains a quote or
// anything but visible ASCII.
func APIToken(token string) Auth { return newStaticAuth("SSWS", token) }

// BearerToken authorizes with an OAuth 2.0 access token that has the scope okta.apps.read (to list and get) or
// okta.apps.manage (to revoke), as "Authorization: Bearer <token>". Such tokens live an hour; see package oauth and
// [TokenSource] for renewal. A token that cannot be valid is [ErrInvalidArgument], as with [APIToken].
func BearerToken(token string) Auth { return newStaticAuth("Bearer", token) }

// TokenSource authorizes with the access tokens of source, as "Authorization: <type> <token>"; the type is Bearer
// unless the token has another. source is asked for every attempt: wrap it in [oauth2.ReuseTokenSource] if it does not
// cache. If it fails, the call fails without a retry.
//
// An [oauth2.TokenSource] has no context, so a call whose context ends while source is busy returns without waiting for
// it; a source that hangs keeps one goroutine for each attempt. A nil source, and an access token that cannot be valid,
// is [ErrInvalidArgument], as with [APIToken].
func TokenSource(source oauth2.TokenSource) Auth {
	if check.IsNil(source) {
		return invalidAuth{check.Invalid("token source", "nil", "pass one that returns access tokens")}
	}
	return tokenSource(func() oauth2.TokenSource { return source })
}

// invalidAuth is the error of an Auth that cannot work. New returns it.
type invalidAuth struct{ err error }

func (a invalidAuth) Authorize(context.Context, *http.Request) error { return a.err }

// staticAuth and tokenSource are functions because fmt cannot look into a closure: however they are printed, and
// whatever struct they are part of, the secret stays inside.

type staticAuth func() (header string)

func newStaticAuth(scheme, token string) Auth {
	if err := checkCredential(scheme+" token", token); err != nil {
		return invalidAuth{err}
	}
	return staticAuth(func() string { return scheme + " " + token })
}

func (a staticAuth) Authorize(_ context.Context, req *http.Request) error {
	req.Header.Set("Authorization", a())
	return nil
}

type tokenSource func() oauth2.TokenSource

func (s tokenSource) Authorize(ctx context.Context, req *http.Request) error {
	var token *oauth2.Token
	var panicked *panics.Carried
	err := errors.New("the goroutine of the token source has exited") // unless it returns
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer panics.Catch(&panicked)
		token, err = s().Token()
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-done:
	}
	var refused *oauth2.RetrieveError
	switch {
	case panicked != nil:
		panic(panicked)
	case errors.As(err, &refused):
		return retrieveError(refused)
	case err != nil:
		return err
	case token == nil:
		return errors.New("the token source returned no token")
	}
	err = errors.Join(checkCredential("token type", token.Type()), checkCredential("access token", token.AccessToken))
	if err == nil {
		token.SetAuthHeader(req)
	}
	return err
}

// retrieveError returns what the token endpoint said, without the body and the request with its client secret, which
// are in oauth2's own error.
func retrieveError(e *oauth2.RetrieveError) error {
	refusal := "the token endpoint refused"
	if e.Response != nil {
		refusal += " with " + e.Response.Status
	}
	if e.ErrorCode != "" {
		refusal += ": " + e.ErrorCode + ": " + e.ErrorDescription
	}
	return errors.New(text.Printable(refusal, text.MaxSentence))
}

// checkCredential never shows the credential.
func checkCredential(what, credential string) error {
	invalid := func(r rune) bool { return text.NotVisible(r) || r == '"' || r == '\'' }
	switch {
	case credential == "":
		return check.Invalid(what, "", "it is empty; is the environment variable set?")
	case text.HasPlaceholder(credential):
		return check.Invalid(what, "(not shown)", "it still contains a placeholder such as ${OKTA_TOKEN}; put in the value")
	case strings.ContainsFunc(credential, invalid):
		return check.Invalid(what, "(not shown)",
			"it contains a space, line break, quote or other character never found in tokens; pass the token alone")
	}
	return nil
}

// authorize is the editor that runs the Auth of the client, with a time limit.
func (c *Client) authorize(ctx context.Context, req *http.Request) error {
	limit := c.retry.MaxWait + min(c.attemptTimeout, retry.Forever) // a token endpoint has rate limits, too
	authCtx, cancel := retry.WithTimeout(ctx, limit, "no authorization")
	defer cancel()
	if c.httpClient != nil {
		authCtx = context.WithValue(authCtx, oauth2.HTTPClient, c.httpClient)
	}
	err := c.auth().Authorize(authCtx, req)
	switch {
	case err == nil:
		return nil
	case ctx.Err() == nil && authCtx.Err() != nil:
		err = because(authCtx, context.Cause(authCtx), err)
	}
	return fmt.Errorf("authorize: %w", err)
}
