package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"example.com/apptokens/api/internal/argument"
	"example.com/apptokens/gen"
)

// Token is the metadata of a refresh token, the model that is generated from the contract. Properties that the server
// left out are zero; those that the contract does not know are ignored.
type Token = gen.Token

// Get returns one refresh token of an app. A token that Okta does not know is [ErrNotFound]: it never was, it was
// revoked, or it belongs to another app.
func (c *Client) Get(ctx context.Context, appID, tokenID string, opts ...GetOption) (Token, error) {
	var params gen.GetTokenParams
	for _, option := range opts {
		if option == nil {
			return Token{}, &Error{Op: "get", Err: argument.Invalid("option", "nil", "leave it out")}
		}
		option.applyToGet(&params)
	}
	var token Token
	err := c.doToken(ctx, &call{
		op: "get", appID: appID, tokenID: tokenID,
		send: func(ctx context.Context, editors ...gen.RequestEditorFn) (*http.Response, error) {
			return c.raw.GetToken(ctx, appID, tokenID, &params, editors...)
		},
		success: gen.GetTokenSuccess,
		read: func(resp *http.Response) error {
			var read Token // a new one for each attempt
			if err := decode(resp, &read); err != nil {
				return err
			}
			if read.ID != tokenID {
				return unexpected("the response is about another token, %q", clean(resp.Request, read.ID, 100))
			}
			token = read
			return nil
		},
	})
	return token, err
}

// Revoke revokes one refresh token of an app, and the access tokens that were issued together with it.
//
// A nil error means that the token is gone. If an attempt breaks off, so that nobody can tell whether Okta carried it
// out, and Okta answers the next one that it knows no such token, that is success. A token that is not found otherwise
// is [ErrNotFound].
func (c *Client) Revoke(ctx context.Context, appID, tokenID string) error {
	k := &call{
		op: "revoke", appID: appID, tokenID: tokenID,
		send: func(ctx context.Context, editors ...gen.RequestEditorFn) (*http.Response, error) {
			return c.raw.RevokeToken(ctx, appID, tokenID, editors...)
		},
		success: gen.RevokeTokenSuccess,
	}
	k.watch = k.connection.watch
	err := c.doToken(ctx, k)
	if err, ok := err.(*Error); ok && k.maybeDone && err.Gone() {
		return nil
	}
	return err
}

// doToken makes a call that concerns one token.
func (c *Client) doToken(ctx context.Context, k *call) error {
	if err := CheckID("app ID", k.appID); err != nil {
		return &Error{Op: k.op, Err: err}
	}
	if err := CheckID("token ID", k.tokenID); err != nil {
		return &Error{Op: k.op, AppID: k.appID, Err: err}
	}
	return c.do(ctx, k)
}

// RevokeAll revokes all refresh tokens of an app, and the access tokens that were issued together with them. Access
// tokens that were issued without a refresh token stay valid. An app without tokens is a success; an app that does not
// exist is [ErrNotFound].
//
// An attempt that breaks off is repeated; the repeat also revokes what was issued meanwhile.
func (c *Client) RevokeAll(ctx context.Context, appID string) error {
	if err := CheckID("app ID", appID); err != nil {
		return &Error{Op: "revoke all", Err: err}
	}
	return c.do(ctx, &call{
		op: "revoke all", appID: appID,
		send: func(ctx context.Context, editors ...gen.RequestEditorFn) (*http.Response, error) {
			return c.raw.RevokeAllTokens(ctx, appID, editors...)
		},
		success: gen.RevokeAllTokensSuccess,
	})
}

// Gone tells whether Okta itself says that it knows no such token. A 404 of a proxy does not count, nor one that
// breaks off, nor one that names the app ("Not found: Resource not found: <id> (AppInstance)"): an unknown app proves
// nothing about the token.
func (e *Error) Gone() bool {
	return e.StatusCode == http.StatusNotFound && e.Code == "E0000007" && e.Err == nil &&
		!slices.Contains(strings.Fields(e.Summary), e.AppID)
}
