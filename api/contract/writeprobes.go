package contract

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json"

	"example.com/apptokens/gen"
)

// Nothing documents what becomes of a revoked token: these accept whatever does not claim that it lives.
var writeProbes = []probe{
	{name: "revoke", rule: "revokes a token, and answers without a body",
		source: inContract, app: true, write: true, needs: []string{"own tokens", "get"}, run: revoke(gen.RevokeTokenSuccess)},
	{name: "revoke again", rule: "revoking it again succeeds, or is 404",
		source: inContract, app: true, write: true, needs: []string{"revoke"},
		run: revoke(gen.RevokeTokenSuccess, http.StatusNotFound)},
	{name: "get revoked", rule: "a token that was revoked is 404, or has the status " + string(gen.TokenStatusRevoked),
		source: inContract, app: true, write: true, needs: []string{"revoke"}, run: getRevoked},
	{name: "revoke one", rule: "revoking a token leaves the others alone",
		source: inContract, app: true, write: true, needs: []string{"revoke"}, run: othersLive},
	{name: "revoke unknown", rule: "revoking a token that never existed is 404, or succeeds",
		source: inContract, app: true, write: true,
		run: deletion("/"+noSuchToken, http.StatusNotFound, gen.RevokeTokenSuccess)},
	{name: "revoke all", rule: "revokes all tokens, and answers without a body",
		source: inContract, app: true, write: true, needs: []string{"own tokens"}, run: deletion("", gen.RevokeAllTokensSuccess)},
	{name: "revoke all again", rule: "revoking all succeeds even if there are none",
		source: inTraffic, app: true, write: true, needs: []string{"revoke all"}, run: deletion("", gen.RevokeAllTokensSuccess)},
	{name: "list none", rule: "an app without tokens has an empty array",
		source: inTraffic, app: true, write: true, needs: []string{"revoke all"}, run: listNone},
}

func deletion(below string, statuses ...int) func(context.Context, *suite) (string, error) {
	return func(ctx context.Context, s *suite) (string, error) {
		x, err := s.send(ctx, http.MethodDelete, s.tokensPath()+below)
		if err != nil {
			return "", err
		}
		return "", x.wants(statuses...)
	}
}

// revoke revokes the token that could be read.
func revoke(statuses ...int) func(context.Context, *suite) (string, error) {
	return func(ctx context.Context, s *suite) (string, error) {
		return deletion("/"+s.token, statuses...)(ctx, s)
	}
}

func getRevoked(ctx context.Context, s *suite) (string, error) {
	x, err := s.send(ctx, http.MethodGet, s.tokensPath()+"/"+s.token)
	if err != nil {
		return "", err
	}
	if err := x.wants(http.StatusNotFound, gen.GetTokenSuccess); err != nil || x.status == http.StatusNotFound {
		return "", err
	}
	var token gen.Token
	if err := json.Unmarshal(x.body, &token); err != nil || token.Status != gen.TokenStatusRevoked {
		return "", x.fail("the token is still there, with the status %q", token.Status)
	}
	return "", nil
}

// othersLive needs one token that lives, because others may be revoked meanwhile.
func othersLive(ctx context.Context, s *suite) (string, error) {
	others := slices.DeleteFunc(slices.Clone(s.listed), func(id string) bool { return id == s.token })
	if len(others) == 0 {
		return "the app held one token", errSkip
	}
	var failure error
	for _, id := range others[:min(enough, len(others))] {
		x, err := s.send(ctx, http.MethodGet, s.tokensPath()+"/"+id)
		if err != nil {
			return "", err
		}
		if failure = x.isToken(id); failure == nil {
			return "", nil
		}
	}
	return "", failure
}

// listNone leaves out tokens that were issued meanwhile.
func listNone(ctx context.Context, s *suite) (string, error) {
	x, ids, err := s.page(ctx, s.tokensPath())
	if err != nil {
		return "", err
	}
	next, err := s.next(x, false)
	if left := len(ids) - len(missing(ids, s.listed)); err != nil || left > 0 || next != "" && len(ids) == 0 {
		return "", errors.Join(err, x.fail("the page holds %d revoked tokens, and its next link is %q", left, next))
	}
	return "", nil
}
