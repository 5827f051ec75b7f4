package api

import (
	"context"
	"net/http"

	"example.com/apptokens/api/internal/text"
	"example.com/apptokens/gen"
)

// Get returns one refresh token of an app. A token that Okta does not know is [ErrNotFound]: it never existed, it was
// revoked, or it belongs to another app.
func (c *Client) Get(ctx context.Context, appID, tokenID string, opts ...GetOption) (Token, error) {
	call, err := newCall("get", gen.GetTokenSuccess, opts, appID, tokenID)
	if err != nil {
		return Token{}, err
	}
	params := gen.GetTokenParams{Expand: call.expand}
	call.send = func(ctx context.Context, editors ...RequestEditor) (*http.Response, error) {
		return c.raw.GetToken(ctx, appID, tokenID, &params, editors...)
	}
	var token Token
	var raw []byte
	call.read = func(resp *http.Response) (warning string, err error) {
		token = Token{} // an earlier attempt may have filled it in part
		raw, warning, err = decode(resp, &token, call.raw != nil)
		if err == nil && token.ID != tokenID {
			err = unexpected("the response is about another token, %q", clean(resp.Request, token.ID, text.MaxValue))
		}
		return warning, err
	}
	if err := c.do(ctx, call); err != nil {
		return Token{}, err
	}
	if call.raw != nil {
		*call.raw = raw
	}
	return token, nil
}

// Revoke revokes one refresh token of an app, and the access tokens that were issued together with it.
//
// A nil error means that the app has no such token any more. If the outcome of an attempt is unknown, and Okta answers
// the next attempt that it knows no such token, Revoke returns nil, even if the ID was wrong from the start. Otherwise, a
// token that is not found is [ErrNotFound].
func (c *Client) Revoke(ctx context.Context, appID, tokenID string, opts ...CallOption) error {
	call, err := newCall("revoke", gen.RevokeTokenSuccess, opts, appID, tokenID)
	if err != nil {
		return err
	}
	call.send = func(ctx context.Context, editors ...RequestEditor) (*http.Response, error) {
		return c.raw.RevokeToken(ctx, appID, tokenID, editors...)
	}
	err = c.do(ctx, call)
	if err, ok := err.(*Error); ok && call.maybeDone && err.TokenNotFound() {
		return nil
	}
	return err
}

// RevokeAll revokes all refresh tokens of an app, and the access tokens that were issued together with them. Access
// tokens that were issued without a refresh token stay valid. RevokeAll returns nil for an app without tokens, and
// [ErrNotFound] for an app that does not exist.
//
// An attempt that ends early is repeated; the repeat also revokes the tokens that were issued in between.
func (c *Client) RevokeAll(ctx context.Context, appID string, opts ...CallOption) error {
	call, err := newCall("revoke all", gen.RevokeAllTokensSuccess, opts, appID)
	if err != nil {
		return err
	}
	call.send = func(ctx context.Context, editors ...RequestEditor) (*http.Response, error) {
		return c.raw.RevokeAllTokens(ctx, appID, editors...)
	}
	return c.do(ctx, call)
}
