package api

import (
	"context"
	"encoding/json"
	"iter"

	"example.com/apptokens/gen"
)

// MaxPageSize is the largest number of tokens that Okta sends on one page, and the default of [PageSize].
const MaxPageSize = gen.ListTokensLimitMaximum

// Page is one page of a listing.
type Page struct {
	Tokens    []Token           // in Okta's order
	Raw       []json.RawMessage // with KeepRaw, the JSON of each token, byte for byte as Okta sent it; otherwise nil
	Next      string            // opaque link to the next page, for StartAt; "" on the last page, which StartAt rejects
	RequestID string            // X-Okta-Request-Id of the response
	RateLimit RateLimit         // of the response
}

// List returns all refresh tokens of an app, fetching pages as the loop needs them. A listing that fails yields an
// error and ends: the tokens before it are valid but incomplete. Every range over the result starts a new listing.
//
// A loop that ends early cancels requests in flight and leaks no goroutine.
func (c *Client) List(ctx context.Context, appID string, opts ...ListOption) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		for page, err := range c.Pages(ctx, appID, opts...) {
			if err != nil {
				yield(Token{}, err)
				return
			}
			for _, token := range page.Tokens {
				if !yield(token, nil) {
					return
				}
			}
		}
	}
}

// Pages returns the pages of the listing that [Client.List] makes, with the link to resume from. A page is complete or
// not yielded at all.
//
// The second page is requested when the loop asks for it. From then on the listing is one page ahead of the loop, and it
// does not wait for the body of a slow response before it requests the next page. Memory holds at most three pages, and
// the links that were followed.
func (c *Client) Pages(ctx context.Context, appID string, opts ...ListOption) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		call, err := newCall("list", gen.ListTokensSuccess, opts, appID)
		if err != nil {
			yield(Page{}, err)
			return
		}
		l := &listing{client: c, call: *call, followed: map[string]bool{"": true}}
		l.run(ctx, yield)
	}
}

// listing is one range over the pages of an app.
type listing struct {
	client   *Client
	call     call            // to be copied for each page
	followed map[string]bool // queries of the links; origin and path are the same for all
}
