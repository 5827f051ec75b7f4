// Command apptokens is this project's client, with its defaults.
package main

import (
	"context"
	"net/http"
	"os"
	"strconv"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/internal/bench/measure"
)

func main() {
	options := []api.Option{api.WithHTTPClient(&http.Client{Transport: measure.Transport()})}
	if share, err := strconv.ParseFloat(os.Getenv("BENCH_SHARE"), 64); err == nil {
		options = append(options, api.WithRateShare(share))
	}
	c, err := api.New(measure.URL, api.APIToken(measure.APIToken), options...)
	if err != nil {
		panic(err)
	}
	measure.Main(client{c})
}

type client struct{ *api.Client }

func (c client) List(appID string) (tokens int, err error) {
	for _, err := range c.Client.List(context.Background(), appID) {
		if err != nil {
			return tokens, err
		}
		tokens++
	}
	return tokens, nil
}

func (c client) ListAll(appIDs []string) (tokens int, err error) {
	for page, err := range bulk.Pages(context.Background(), c.Client, appIDs, bulk.DefaultConcurrency) {
		if err != nil {
			return tokens, err
		}
		tokens += len(page.Tokens)
	}
	return tokens, nil
}

func (c client) Get() error {
	_, err := c.Client.Get(context.Background(), measure.App, measure.ID)
	return err
}

func (c client) Revoke() error {
	return c.Client.Revoke(context.Background(), measure.App, measure.ID)
}
