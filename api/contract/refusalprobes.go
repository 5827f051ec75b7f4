package contract

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"example.com/apptokens/api"
	"example.com/apptokens/gen"
)

// What no org has.
const (
	noSuchApp   = "0oaNoSuchAppHere0000"
	noSuchToken = "oarNoSuchTokenHere00"
	// noSuchCredential is of the form of an API token.
	noSuchCredential = "00NoSuchApiTokenOfThisOrgIsToBeFoundAnywhere"
)

var refusalProbes = []probe{
	{name: "no credential", rule: "a request without one is refused with 401 or 403",
		source: inErrors, run: refuse(as(""), appTokens, "", 401, 403)},
	{name: "wrong credential", rule: "an API token that does not exist is refused with 401",
		source: inErrors, run: refuse(as("SSWS "+noSuchCredential), appTokens, "", 401)},
	{name: "denied", rule: "a credential that may not read the app is refused with 403",
		source: inErrors, app: true, denied: true, run: deny},
	{name: "unknown app", rule: "an app that does not exist is 404, E0000007",
		source: inTraffic, run: refuse(nil, unknownApp, "E0000007", 404)},
	{name: "unknown token", rule: "a token that does not exist is 404, E0000007",
		source: inTraffic, app: true, run: refuse(nil, below("/"+noSuchToken), "E0000007", 404)},
	{name: "limit too small", rule: "a limit below the smallest is refused with 400, or taken for a limit that is allowed",
		source: notKnown, app: true, needs: []string{"list"}, run: oddLimit(gen.ListTokensLimitMinimum - 1)},
	{name: "limit too large", rule: "a limit above the largest is refused with 400, or taken for a limit that is allowed",
		source: notKnown, app: true, needs: []string{"list"}, run: oddLimit(gen.ListTokensLimitMaximum + 1)},
	{name: "limit of text", rule: "a limit that is not a number is refused with 400, E0000037",
		source: inTraffic, app: true, run: refuse(nil, below("?limit=many"), "E0000037", 400)},
	{name: "bad cursor", rule: "a cursor that is not the server's is refused with 400, E0000029",
		source: inTraffic, app: true, run: refuse(nil, below("?after=noSuchCursor"), "E0000029", 400)},
	{name: "other method",
		rule:   "a method that the path does not have is refused with 405, E0000022, or with 403 if a scope is missing for it",
		source: inErrors, app: true, run: useOtherMethod},
}

// as is an Authorization header. An empty one is left out.
type as string

// Authorize makes it an [api.Auth].
func (a as) Authorize(_ context.Context, req *http.Request) error {
	if a != "" {
		req.Header.Set("Authorization", string(a))
	}
	return nil
}

// appTokens is the listing of the app, or of one that does not exist if none was given: the credential comes first.
func appTokens(s *suite) string {
	if s.target.AppID == "" {
		return tokensPath(noSuchApp)
	}
	return s.tokensPath()
}

func unknownApp(*suite) string { return "/api/v1/apps/" + noSuchApp + "/tokens" }

// below is a path below the app's tokens, or their path with a query.
func below(rest string) func(*suite) string {
	return func(s *suite) string { return s.tokensPath() + rest }
}

// refuse wants a GET to be refused with one of some statuses, and a code unless that is empty. The credential is the
// target's if auth is nil.
func refuse(
	auth api.Auth, path func(*suite) string, code string, statuses ...int,
) func(context.Context, *suite) (string, error) {
	return func(ctx context.Context, s *suite) (string, error) {
		send := s.send
		if auth != nil {
			send = func(ctx context.Context, method, path string) (*exchange, error) {
				return s.sendAs(ctx, auth, method, path)
			}
		}
		x, err := send(ctx, http.MethodGet, path(s))
		if err != nil {
			return "", err
		}
		if err := x.wants(statuses...); err != nil || code == "" {
			return "", err
		}
		return "", x.wantsCode(code)
	}
}

// oddLimit is lenient: what Okta does here is not known.
func oddLimit(limit int) func(context.Context, *suite) (string, error) {
	return func(ctx context.Context, s *suite) (string, error) {
		x, err := s.send(ctx, http.MethodGet, s.tokensPath()+"?limit="+strconv.Itoa(limit))
		if err != nil {
			return "", err
		}
		if err := x.wants(gen.ListTokensSuccess, http.StatusBadRequest); err != nil || x.status == http.StatusBadRequest {
			return "", err
		}
		tokens, err := x.tokens()
		if len(tokens) > gen.ListTokensLimitMaximum {
			return "", x.fail("the page holds %d tokens", len(tokens))
		}
		return "", err
	}
}

func useOtherMethod(ctx context.Context, s *suite) (string, error) {
	x, err := s.send(ctx, unusedMethod(s.tokensPath()), s.tokensPath())
	if errors.Is(err, api.ErrForbidden) {
		return "the credential lacks the scope", nil
	}
	if err != nil {
		return "", err
	}
	if err := x.wants(http.StatusMethodNotAllowed); err != nil {
		return "", err
	}
	return "", x.wantsCode("E0000022")
}

// deny wants a refusal for lack of permission. An invalid credential would be refused, too.
func deny(ctx context.Context, s *suite) (string, error) {
	x, err := s.sendAs(ctx, s.target.Denied, http.MethodGet, s.tokensPath())
	switch {
	case err != nil:
		return "", err
	case x.status == http.StatusUnauthorized:
		return "", x.refused()
	}
	if err := x.wants(http.StatusForbidden); err != nil {
		return "", err
	}
	if code := x.errorCode(); code != "" && (code == noSession || !x.lacksPermission()) {
		return "", x.fail("it is refused, but not for lack of permission; is the second credential valid?")
	}
	return "", nil
}

// noSession is Okta's answer to a request without a usable Authorization header.
const noSession = "E0000005"

// lacksPermission reports whether a 403 is about the credential, not about what was asked for.
func (x *exchange) lacksPermission() bool {
	return slices.Contains([]string{noSession, "E0000006", "E0000038", "insufficient_scope"}, x.errorCode())
}
