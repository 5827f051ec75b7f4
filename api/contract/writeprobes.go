package contract

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json"

	"example.com/apptokens/gen"
)

// writeProbes revoke tokens. What Okta answers about a revoked token is not documented: any answer passes unless it
// says that the token is still valid.
var writeProbes = []probe{
	{name: "revoke", rule: "revokes a token, and answers without a body", source: inContract, app: true, write: true,
		needs: []string{"own tokens", "get"}, run: revoke(gen.RevokeTokenSuccess)},
	{name: "revoke again", rule: "revoking it again succeeds or answers 404", source: inContract, app: true, write: true,
		needs: []string{"revoke"}, run: revoke(gen.RevokeTokenSuccess, http.StatusNotFound)},
	{name: "get revoked", source: inContract, app: true, write: true,
		rule:  "reading a revoked token answers 404, or the status " + string(gen.TokenStatusRevoked),
		needs: []string{"revoke"}, run: getRevoked},
	{name: "revoke one", rule: "revoking a token does not revoke others",
		source: inContract, app: true, write: true, needs: []string{"revoke"}, run: othersLive},
	{name: "revoke unknown", rule: "revoking a token that never existed answers 404 or succeeds",
		source: inContract, app: true, write: true,
		run: deletion("/"+noSuchToken, http.StatusNotFound, gen.RevokeTokenSuccess)},
	{name: "revoke all", rule: "revokes all tokens, and answers without a body",
		source: inContract, app: true, write: true, needs: []string{"own tokens"}, run: revokeAll},
	{name: "revoke all again", rule: "revoking all tokens succeeds even if there are none",
		source: inTraffic, app: true, write: true, needs: []string{"revoke all"}, run: revokeAll},
	{name: "list none", rule: "the listing of an app without tokens is an empty array",
		source: inTraffic, app: true, write: true, needs: []string{"revoke all"}, run: listNone},
}

var revokeAll = deletion("", gen.RevokeAllTokensSuccess)

func deletion(below string, statuses ...int) runFunc {
	return func(ctx context.Context, s *suite) error {
		exchange, err := s.send(ctx, http.MethodDelete, s.tokensPath()+below)
		if err != nil {
			return err
		}
		return exchange.want(statuses...)
	}
}

// revoke revokes the token that could be read.
func revoke(statuses ...int) runFunc {
	return func(ctx context.Context, s *suite) error { return deletion("/"+s.readable, statuses...)(ctx, s) }
}

func getRevoked(ctx context.Context, s *suite) error {
	exchange, err := s.send(ctx, http.MethodGet, s.tokensPath()+"/"+s.readable)
	if err != nil {
		return err
	}
	err = exchange.want(http.StatusNotFound, gen.GetTokenSuccess)
	if err != nil || exchange.status == http.StatusNotFound {
		return err
	}
	var token gen.Token
	if err := json.Unmarshal(exchange.body, &token); err != nil || token.Status != gen.TokenStatusRevoked {
		return exchange.fail("the token still exists, with the status %q", token.Status)
	}
	return nil
}

func othersLive(ctx context.Context, s *suite) error {
	others := slices.DeleteFunc(slices.Clone(s.listed), func(id string) bool { return id == s.readable })
	if len(others) == 0 {
		return skip("the app held one token")
	}
	_, _, err := s.oneOf(ctx, others, "")
	return err
}

// listNone ignores tokens that were issued meanwhile.
func listNone(ctx context.Context, s *suite) error {
	exchange, tokens, err := s.page(ctx, s.tokensPath())
	if err != nil {
		return err
	}
	left := 0
	for _, token := range tokens {
		if slices.Contains(s.listed, token.ID) {
			left++
		}
	}
	next, err := s.next(exchange, false)
	if err != nil || left > 0 || next != "" && len(tokens) == 0 {
		return errors.Join(err, exchange.fail("the page holds %d revoked tokens, and its next link is %q", left, next))
	}
	return nil
}
