package contract

import (
	"context"
	"net/http"

	"github.com/go-json-experiment/json"

	"example.com/apptokens/gen"
)

var tokenProbes = []probe{
	{name: "get", rule: "reads the token that is asked for",
		source: inContract, app: true, needs: []string{"largest pages"}, run: get("")},
	{name: "get, expand", rule: "expand=scope embeds the details of each scope of a token",
		source: inContract, app: true, needs: []string{"get"}, run: get("?expand=scope")},
}

// enough tokens are tried, because some may be revoked meanwhile.
const enough = 3

// get reads one of the tokens.
func get(query string) func(context.Context, *suite) (string, error) {
	return func(ctx context.Context, s *suite) (string, error) {
		if len(s.listed) == 0 {
			return "the app holds no token", errSkip
		}
		var failure error
		for _, id := range s.listed[:min(enough, len(s.listed))] {
			x, err := s.send(ctx, http.MethodGet, s.tokensPath()+"/"+id+query)
			if err != nil {
				return "", err
			}
			if failure = x.isToken(id); failure == nil {
				s.token = id
				return x.detailed(query)
			}
			if x.status != http.StatusNotFound {
				break
			}
		}
		return "", failure
	}
}

// isToken checks that a response is about a token.
func (x *exchange) isToken(id string) error {
	if err := x.wants(gen.GetTokenSuccess); err != nil {
		return err
	}
	var token gen.Token
	if err := json.Unmarshal(x.body, &token); err != nil || token.ID != id {
		return x.fail("the response is about another token")
	}
	return nil
}

// detailed checks that a token that was asked for with expand has its details.
func (x *exchange) detailed(query string) (string, error) {
	var token gen.Token
	if err := json.Unmarshal(x.body, &token); err != nil || query == "" {
		return "", err
	}
	if len(token.Scopes) == 0 {
		return "the token has no scope", errSkip
	}
	return "", x.embeds(token)
}
