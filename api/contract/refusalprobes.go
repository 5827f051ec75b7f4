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

// These exist in no org.
const (
	noSuchApp      = "0oaNoSuchAppHere0000"
	noSuchToken    = "oarNoSuchTokenHere00"
	noSuchAPIToken = "00NoSuchApiTokenOfThisOrgIsToBeFoundAnywhere"
)

var refusalProbes = []probe{
	{name: "no credential", rule: "a request without a credential is refused with 401 or 403",
		source: inErrors, run: refuse(anonymous{}, appTokens, "", 401, 403)},
	{name: "wrong credential", rule: "an API token that does not exist is refused with 401",
		source: inErrors, run: refuse(api.APIToken(noSuchAPIToken), appTokens, "", 401)},
	{name: "denied", rule: "a credential that may not read the app is refused with 403",
		source: inErrors, app: true, denied: true, run: deny},
	{name: "unknown app", rule: "a request for an app that does not exist is refused with 404, E0000007",
		source: inTraffic, run: refuse(nil, unknownApp, "E0000007", 404)},
	{name: "unknown token", rule: "a request for a token that does not exist is refused with 404, E0000007",
		source: inTraffic, app: true, run: refuse(nil, below("/"+noSuchToken), "E0000007", 404)},
	{name: "limit too small", rule: "a limit below the minimum is refused with 400, or replaced by an allowed one",
		source: notKnown, app: true, needs: []string{"list"}, run: oddLimit(gen.ListTokensLimitMinimum - 1)},
	{name: "limit too large", rule: "a limit above the maximum is refused with 400, or replaced by an allowed one",
		source: notKnown, app: true, needs: []string{"list"}, run: oddLimit(gen.ListTokensLimitMaximum + 1)},
	{name: "limit of text", rule: "a limit that is not a number is refused with 400, E0000037",
		source: inTraffic, app: true, needs: []string{"list"}, run: refuse(nil, below("?limit=many"), "E0000037", 400)},
	{name: "bad cursor", rule: "a cursor that the server did not issue is refused with 400, E0000029",
		source: inTraffic, app: true, needs: []string{"list"}, run: refuse(nil, below("?after=noSuchCursor"), "E0000029", 400)},
	{name: "other method",
		rule:   "a method that the path does not support is refused with 405, E0000022, or with 403 for lack of a scope",
		source: inErrors, app: true, needs: []string{"list"}, run: useOtherMethod},
}

// anonymous is an [api.Auth] that adds no credential.
type anonymous struct{}

func (anonymous) Authorize(context.Context, *http.Request) error { return nil }

// appTokens returns the path of the app's tokens. If no app was given, one that does not exist will do, because servers
// check the credential first.
func appTokens(s *suite) string {
	if s.target.AppID == "" {
		return tokensPath(noSuchApp)
	}
	return s.tokensPath()
}

func unknownApp(*suite) string { return tokensPath(noSuchApp) }

// below returns the path of the app's tokens with something appended to it.
func below(rest string) func(*suite) string {
	return func(s *suite) string { return s.tokensPath() + rest }
}

// refuse returns a probe that sends a GET, which must be refused with one of the statuses and with the code, unless
// that is empty. auth is nil for the target's credential.
func refuse(auth api.Auth, path func(*suite) string, code string, statuses ...int) runFunc {
	return func(ctx context.Context, s *suite) error {
		var exchange *exchange
		var err error
		if auth == nil {
			exchange, err = s.send(ctx, http.MethodGet, path(s))
		} else {
			exchange, err = s.sendAs(ctx, auth, http.MethodGet, path(s))
		}
		if err != nil {
			return err
		}
		if err := exchange.want(statuses...); err != nil || code == "" {
			return err
		}
		return exchange.wantCode(code)
	}
}

func oddLimit(limit int) runFunc {
	return func(ctx context.Context, s *suite) error {
		exchange, err := s.send(ctx, http.MethodGet, s.tokensPath()+"?limit="+strconv.Itoa(limit))
		if err != nil {
			return err
		}
		err = exchange.want(gen.ListTokensSuccess, http.StatusBadRequest)
		if err != nil || exchange.status == http.StatusBadRequest {
			return err
		}
		tokens, err := exchange.tokens()
		if len(tokens) > gen.ListTokensLimitMaximum {
			return exchange.fail("the page holds %d tokens", len(tokens))
		}
		return err
	}
}

func useOtherMethod(ctx context.Context, s *suite) error {
	exchange, err := s.send(ctx, unusedMethod(s.tokensPath()), s.tokensPath())
	if errors.Is(err, api.ErrForbidden) {
		s.detail = "the credential lacks the scope"
		return nil
	}
	if err != nil {
		return err
	}
	if err := exchange.want(http.StatusMethodNotAllowed); err != nil {
		return err
	}
	return exchange.wantCode("E0000022")
}

// deny checks that the refusal is for lack of permission, because an invalid credential is refused, too.
func deny(ctx context.Context, s *suite) error {
	exchange, err := s.sendAs(ctx, s.target.Denied, http.MethodGet, s.tokensPath())
	switch {
	case err != nil:
		return err
	case exchange.status == http.StatusUnauthorized:
		return exchange.refused()
	}
	if err := exchange.want(http.StatusForbidden); err != nil {
		return err
	}
	if code := exchange.errorCode(); code != "" && (code == noSession || !exchange.lacksPermission()) {
		return exchange.fail("it is refused, but not for lack of permission; is the second credential valid?")
	}
	return nil
}

// noSession is Okta's answer to a request without a usable Authorization header.
const noSession = "E0000005"

// lacksPermission reports whether a 403 is about the credential, not about what was asked for.
func (e *exchange) lacksPermission() bool {
	return slices.Contains([]string{noSession, "E0000006", "E0000038", "insufficient_scope"}, e.errorCode())
}
