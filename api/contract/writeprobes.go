package contract

import (
	"context"
	"encoding/json"
	"net/http"

	"example.com/apptokens/gen"
)

// What becomes of a token that was revoked is not written anywhere: these take whatever does not claim that it lives.
var writeProbes = []probe{
	{name: "revoke", rule: "revokes a token with 204 and no body", source: inContract, app: true, write: true, needs: []string{"get"}, run: revoke(http.StatusNoContent)},
	{name: "revoke again", rule: "revoking it again is 204, or 404", source: inContract, app: true, write: true, needs: []string{"revoke"}, run: revoke(http.StatusNoContent, http.StatusNotFound)},
	{name: "get revoked", rule: "a token that was revoked is 404, or has the status REVOKED", source: inContract, app: true, write: true, needs: []string{"revoke"}, run: getRevoked},
	{name: "revoke unknown", rule: "revoking a token that never was is 404, or 204", source: inContract, app: true, write: true, run: deletion("/"+noSuchToken, http.StatusNotFound, http.StatusNoContent)},
	{name: "revoke all", rule: "revokes all tokens with 204 and no body", source: inContract, app: true, write: true, needs: []string{"list"}, run: deletion("", http.StatusNoContent)},
	{name: "revoke all again", rule: "revoking all is 204 even if there are none", source: inTraffic, app: true, write: true, needs: []string{"revoke all"}, run: deletion("", http.StatusNoContent)},
	{name: "list none", rule: "an app without tokens has an empty array", source: inTraffic, app: true, write: true, needs: []string{"revoke all"}, run: listNone},
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

// revoke revokes the first of the tokens.
func revoke(statuses ...int) func(context.Context, *suite) (string, error) {
	return func(ctx context.Context, s *suite) (string, error) {
		return deletion("/"+s.listed[0], statuses...)(ctx, s)
	}
}

func getRevoked(ctx context.Context, s *suite) (string, error) {
	x, err := s.send(ctx, http.MethodGet, s.tokensPath()+"/"+s.listed[0])
	if err != nil {
		return "", err
	}
	if err := x.wants(http.StatusNotFound, http.StatusOK); err != nil || x.status == http.StatusNotFound {
		return "", err
	}
	var token gen.Token
	if err := json.Unmarshal(x.body, &token); err != nil || token.Status != gen.TokenStatusRevoked {
		return "", x.fail("the token is still there, with the status %q", token.Status)
	}
	return "", nil
}

func listNone(ctx context.Context, s *suite) (string, error) {
	x, ids, err := s.page(ctx, s.tokensPath())
	if err != nil {
		return "", err
	}
	if next, err := s.next(x); err != nil || next != "" || len(ids) > 0 {
		return "", x.fail("the page holds %d tokens, and its next link is %q", len(ids), next)
	}
	return "", nil
}
