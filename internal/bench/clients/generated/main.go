// Command generated is the generated client as it comes, with encoding/json.
package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"example.com/apptokens/gen"
	"example.com/apptokens/internal/bench/measure"
)

func main() {
	raw, err := gen.NewClient(measure.URL,
		gen.WithHTTPClient(&http.Client{Transport: measure.Transport()}),
		gen.WithRequestEditorFn(func(_ context.Context, req *http.Request) error {
			req.Header.Set("Authorization", "SSWS "+measure.APIToken)
			return nil
		}))
	if err != nil {
		panic(err)
	}
	measure.Main(client{raw})
}

type client struct{ *gen.Client }

func (c client) List(appID string) (tokens int, err error) {
	limit, params := 200, gen.ListTokensParams{}
	params.Limit = &limit
	for {
		resp, err := c.ListTokens(context.Background(), appID, &params)
		if err != nil {
			return tokens, err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return tokens, err
		}
		var page []gen.Token
		if err := json.Unmarshal(body, &page); err != nil {
			return tokens, err
		}
		tokens += len(page)
		if params.After = after(resp); params.After == nil {
			return tokens, nil
		}
	}
}

// after takes the cursor out of the next link, which is what it takes to go on with the generated client alone.
func after(resp *http.Response) *string {
	for _, link := range resp.Header.Values("Link") {
		if target, found := strings.CutSuffix(link, `>; rel="next"`); found {
			if next, err := url.Parse(target[1:]); err == nil {
				cursor := next.Query().Get("after")
				return &cursor
			}
		}
	}
	return nil
}

func (c client) Get() error {
	resp, err := c.GetToken(context.Background(), measure.App, measure.ID, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var token gen.Token
	return json.NewDecoder(resp.Body).Decode(&token)
}

func (c client) Revoke() error {
	resp, err := c.RevokeToken(context.Background(), measure.App, measure.ID)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
