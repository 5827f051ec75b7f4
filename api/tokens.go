package api

import (
	"context"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/apptokens/gen"
)

// Get returns one refresh token of an app. A token that Okta does not know is [ErrNotFound]: it never existed, it was
// revoked, or it belongs to another app.
func (c *Client) Get(ctx context.Context, appID, tokenID string, opts ...GetOption) (Token, error) {
	g := &getting{call: call{op: "get", appID: appID, tokenID: tokenID, success: gen.GetTokenSuccess}}
	if err := apply(opts, func(o GetOption) error { return o.applyToGet(g) }); err != nil {
		return Token{}, &Error{Op: g.op, Err: err}
	}
	g.send = func(ctx context.Context, editors ...RequestEditor) (*http.Response, error) {
		return c.raw.GetToken(ctx, appID, tokenID, &g.params, editors...)
	}
	g.read = g.readToken
	if err := c.doToken(ctx, &g.call); err != nil {
		return Token{}, err
	}
	return g.token, nil
}

// getting is one call of Get.
type getting struct {
	call
	params gen.GetTokenParams
	raw    *jsontext.Value // nil if nobody asked for it
	token  Token
}

func (g *getting) readToken(resp *http.Response) (err error) {
	g.token = Token{} // of an attempt before
	if g.warning, err = decode(resp, &g.token, (*[]byte)(g.raw)); err != nil {
		return err
	}
	if g.token.ID != g.tokenID {
		return unexpected("the response is about another token, %q", clean(resp.Request, g.token.ID, 100))
	}
	return nil
}

// Revoke revokes one refresh token of an app, and the access tokens that were issued together with it.
//
// A nil error means that the token is gone. If an attempt fails with an unknown outcome, and Okta answers the next one that
// it knows no such token, that is success. A token that is not found otherwise is [ErrNotFound].
func (c *Client) Revoke(ctx context.Context, appID, tokenID string, opts ...CallOption) error {
	call := &call{op: "revoke", appID: appID, tokenID: tokenID, success: gen.RevokeTokenSuccess}
	if err := apply(opts, func(o CallOption) error { return o.applyToCall(call) }); err != nil {
		return &Error{Op: call.op, Err: err}
	}
	call.send = func(ctx context.Context, editors ...RequestEditor) (*http.Response, error) {
		return c.raw.RevokeToken(ctx, appID, tokenID, editors...)
	}
	err := c.doToken(ctx, call)
	if err, ok := err.(*Error); ok && call.maybeDone && err.TokenNotFound() {
		return nil
	}
	return err
}

// doToken makes a call that concerns one token.
func (c *Client) doToken(ctx context.Context, call *call) error {
	if err := CheckID("app ID", call.appID); err != nil {
		return &Error{Op: call.op, Err: err}
	}
	if err := CheckID("token ID", call.tokenID); err != nil {
		return &Error{Op: call.op, AppID: call.appID, Err: err}
	}
	return c.do(ctx, call)
}

// RevokeAll revokes all refresh tokens of an app, and the access tokens that were issued together with them. Access
// tokens that were issued without a refresh token stay valid. An app without tokens is a success; an app that does not
// exist is [ErrNotFound].
//
// An attempt that ends early is repeated; the repeat also revokes what was issued meanwhile.
func (c *Client) RevokeAll(ctx context.Context, appID string, opts ...CallOption) error {
	call := &call{op: "revoke all", appID: appID, success: gen.RevokeAllTokensSuccess}
	if err := apply(opts, func(o CallOption) error { return o.applyToCall(call) }); err != nil {
		return &Error{Op: call.op, Err: err}
	}
	if err := CheckID("app ID", appID); err != nil {
		return &Error{Op: call.op, Err: err}
	}
	call.send = func(ctx context.Context, editors ...RequestEditor) (*http.Response, error) {
		return c.raw.RevokeAllTokens(ctx, appID, editors...)
	}
	return c.do(ctx, call)
}
