package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/oauth2"

	"example.com/apptokens/api/internal/argument"
	"example.com/apptokens/api/internal/text"
	"example.com/apptokens/gen"
)

// Auth authorizes requests. Its Authorize method is a request editor ([gen.RequestEditorFn]), so the generated client
// takes it too.
//
// A [Client] takes all requests to share one rate limit: an Auth that picks its credential by the context needs a client
// for each.
//
// Authorize runs for every attempt, after all other editors: URL and headers are final, and a token or a proof that it
// adds is as fresh as can be. Its errors end the call without a retry. It must be safe for concurrent use, and return
// when ctx is done.
//
// An Auth may also have the method Observe(*http.Response) (again bool). It sees every response to an attempt and must
// leave the body alone. After a response that is no success, true asks for one more attempt at once, which does not
// count against [RetryPolicy]: a cached token was dropped after a 401, or a new DPoP nonce was learnt. It is granted
// at most twice per call.
type Auth interface {
	Authorize(ctx context.Context, req *http.Request) error
}

// APIToken authorizes with an API token, as "Authorization: SSWS <token>". Okta's documentation of the scheme:
// https://developer.okta.com/docs/reference/core-okta-api/#authentication.
//
// A token that is empty, a placeholder, or holds a quote or anything but visible ASCII, is [ErrInvalidArgument], from
// [New] and from Authorize.
func APIToken(token string) Auth { return newStaticAuth("SSWS", token) }

// BearerToken authorizes with an OAuth 2.0 access token that carries the scopes okta.apps.read (to list and get) or
// okta.apps.manage (to revoke), as "Authorization: Bearer <token>". Such tokens live an hour: for longer, see
// package oauth, and [TokenSource].
//
// A token that is empty, a placeholder, or holds a quote or anything but visible ASCII, is [ErrInvalidArgument], from
// [New] and from Authorize.
func BearerToken(token string) Auth { return newStaticAuth("Bearer", token) }

// TokenSource authorizes with the access tokens of source, as "Authorization: <type> <token>"; the type is Bearer
// unless the token says otherwise. source is asked for every attempt: wrap it in [oauth2.ReuseTokenSource] if it does
// not cache. If it fails, the call fails without a retry.
//
// An [oauth2.TokenSource] knows no context, so a call whose context ends while source is busy returns without waiting
// for it; a source that hangs keeps one goroutine for each attempt.
//
// A nil source is [ErrInvalidArgument] from [New]; so, from Authorize, is an access token that is empty, or holds a
// quote or anything but visible ASCII.
func TokenSource(source oauth2.TokenSource) Auth {
	return tokenSource(func() oauth2.TokenSource { return source })
}

// staticAuth and tokenSource are functions because fmt cannot look into a closure: however they are printed, and
// whatever struct they are part of, the secret stays inside.

type staticAuth func() (header []string, err error)

func newStaticAuth(scheme, token string) staticAuth {
	header := []string{scheme + " " + token} // shared by all requests
	err := checkCredential(scheme+" token", token)
	return func() ([]string, error) { return header, err }
}

func (a staticAuth) Authorize(_ context.Context, req *http.Request) error {
	header, err := a()
	if err == nil {
		req.Header["Authorization"] = header
	}
	return err
}

func (a staticAuth) check() error {
	_, err := a()
	return err
}

type tokenSource func() oauth2.TokenSource

func (s tokenSource) Authorize(ctx context.Context, req *http.Request) error {
	if err := s.check(); err != nil {
		return err
	}
	type result struct {
		token *oauth2.Token
		err   error
	}
	done := make(chan result, 1)
	go func() {
		token, err := s().Token()
		done <- result{token, err}
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case r := <-done:
		var refused *oauth2.RetrieveError
		if errors.As(r.err, &refused) {
			return retrieveError(refused)
		}
		if r.err != nil {
			return r.err
		}
		if r.token == nil {
			return errors.New("the token source returned no token")
		}
		if err := errors.Join(checkCredential("token type", r.token.Type()), checkCredential("access token", r.token.AccessToken)); err != nil {
			return err
		}
		r.token.SetAuthHeader(req)
		return nil
	}
}

func (s tokenSource) check() error {
	if argument.IsNil(s()) {
		return argument.Invalid("token source", "nil", "pass one that returns access tokens")
	}
	return nil
}

// retrieveError says what the token endpoint said, without what oauth2's own error holds as well: the body, and the
// request with its client secret.
func retrieveError(e *oauth2.RetrieveError) error {
	refusal := "the token endpoint refused"
	if e.Response != nil {
		refusal += " with " + e.Response.Status
	}
	if e.ErrorCode != "" {
		refusal += ": " + e.ErrorCode + ": " + e.ErrorDescription
	}
	return errors.New(text.Printable(refusal, 300))
}

// checkCredential never shows the credential.
func checkCredential(what, credential string) error {
	if credential == "" {
		return argument.Invalid(what, "", "it is empty; is the environment variable set?")
	}
	if text.HasPlaceholder(credential) {
		return argument.Invalid(what, "(not shown)", "it still contains a placeholder, such as ${OKTA_TOKEN}; put in the value")
	}
	if strings.ContainsFunc(credential, func(r rune) bool { return text.NotVisible(r) || r == '"' || r == '\'' }) {
		return argument.Invalid(what, "(not shown)", "it holds a space, a line end, a quote or another character that no token has; pass the token alone")
	}
	return nil
}

// authenticator is what a client keeps of an Auth: two functions, which print as addresses.
type authenticator struct {
	authorize gen.RequestEditorFn
	observe   func(*http.Response) (again bool)
}

func newAuthenticator(auth Auth) (authenticator, error) {
	if argument.IsNil(auth) {
		return authenticator{}, argument.Invalid("auth", "nil", "pass one, such as api.APIToken(token)")
	}
	if auth, ok := auth.(interface{ check() error }); ok {
		if err := auth.check(); err != nil {
			return authenticator{}, err
		}
	}
	a := authenticator{
		authorize: func(ctx context.Context, req *http.Request) error {
			if err := auth.Authorize(ctx, req); err != nil {
				return fmt.Errorf("authorize: %w", err)
			}
			authorized(ctx)
			return nil
		},
		observe: func(*http.Response) bool { return false },
	}
	if observer, ok := auth.(interface{ Observe(*http.Response) bool }); ok {
		a.observe = observer.Observe
	}
	return a, nil
}
