package contract

import (
	"context"
	"net/http"

	"example.com/apptokens/gen"
)

var tokenProbes = []probe{
	{name: "get", rule: "reads the requested token",
		source: inContract, app: true, needs: []string{"largest pages"}, run: get},
	{name: "get, expand", rule: "expand=scope embeds the details of each scope of a token",
		source: inContract, app: true, needs: []string{"get"}, run: getExpanded},
}

func get(ctx context.Context, s *suite) error {
	if len(s.listed) == 0 {
		return skip("the app holds no token")
	}
	_, token, err := s.oneOf(ctx, s.listed, "")
	s.readable = token.ID
	return err
}

func getExpanded(ctx context.Context, s *suite) error {
	exchange, token, err := s.oneOf(ctx, s.listed, "?expand=scope")
	if err != nil {
		return err
	}
	s.readable = token.ID
	return exchange.wantExpanded(token)
}

// oneOf reads one of some tokens. It tries a few, because some may be revoked meanwhile.
func (s *suite) oneOf(ctx context.Context, ids []string, query string) (got *exchange, token gen.Token, err error) {
	for _, id := range ids[:min(3, len(ids))] {
		if got, err = s.send(ctx, http.MethodGet, s.tokensPath()+"/"+id+query); err != nil {
			return nil, token, err
		}
		if token, err = got.token(id); got.status != http.StatusNotFound {
			break
		}
	}
	return got, token, err
}
