package contract

import (
	"context"
	"encoding/json"
	"net/http"

	"example.com/apptokens/gen"
)

var tokenProbes = []probe{
	{name: "get", rule: "reads the token that is asked for", source: inContract, app: true, needs: []string{"pages of 200"}, run: get("")},
	{name: "get, expand", rule: "expand=scope embeds the details of each scope of a token", source: inContract, app: true, needs: []string{"get"}, run: get("?expand=scope")},
}

func get(query string) func(context.Context, *suite) (string, error) {
	return func(ctx context.Context, s *suite) (string, error) {
		if len(s.listed) == 0 {
			return "the app holds no token", errSkip
		}
		x, err := s.send(ctx, http.MethodGet, s.tokensPath()+"/"+s.listed[0]+query)
		if err != nil {
			return "", err
		}
		if err := x.wants(http.StatusOK); err != nil {
			return "", err
		}
		var token gen.Token
		if err := json.Unmarshal(x.body, &token); err != nil || token.ID != s.listed[0] {
			return "", x.fail("the response is about another token")
		}
		if query != "" && len(token.Scopes) > 0 && len(token.Embedded.Scopes) == 0 {
			return "", x.fail("token %s has no _embedded.scopes", token.ID)
		}
		return "", nil
	}
}
