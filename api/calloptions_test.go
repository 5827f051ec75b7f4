package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// An editor of one call runs for every attempt of that call, after the client's own, and for no other call.
func TestAnEditorOfOneCallEditsThatCallAlone(t *testing.T) {
	t.Parallel()
	ticket := api.EditRequest(func(_ context.Context, req *http.Request) error {
		req.Header.Set("X-Ticket", req.Header.Get("X-Ticket")+"call")
		return nil
	})
	calls := map[string]func(context.Context, *api.Client, string, ...api.CallOption) error{
		"list": func(ctx context.Context, c *api.Client, _ string, opts ...api.CallOption) error {
			var options []api.ListOption
			for _, o := range opts {
				options = append(options, o)
			}
			_, err := list(ctx, c, options...)
			return err
		},
		"get": func(ctx context.Context, c *api.Client, id string, opts ...api.CallOption) error {
			var options []api.GetOption
			for _, o := range opts {
				options = append(options, o)
			}
			_, err := c.Get(ctx, appID, id, options...)
			return err
		},
		"revoke": func(ctx context.Context, c *api.Client, id string, opts ...api.CallOption) error {
			return c.Revoke(ctx, appID, id, opts...)
		},
		"revoke all": func(ctx context.Context, c *api.Client, _ string, opts ...api.CallOption) error {
			return c.RevokeAll(ctx, appID, opts...)
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org, client := newOrg(t, 3, api.WithRetry(api.RetryPolicy{BaseDelay: 1}), api.WithRequestEditor(func(_ context.Context, req *http.Request) error {
				req.Header.Set("X-Ticket", "client,")
				return nil
			}))
			id := allIDs(org)[0]
			org.Inject(oktatest.Status(503))
			if err := call(t.Context(), client, id, ticket); err != nil {
				t.Fatal(err)
			}
			if err := client.RevokeAll(t.Context(), appID); err != nil {
				t.Fatal(err)
			}
			for i, want := range []string{"client,call", "client,call", "client,"} {
				if got := org.Requests()[i].Header.Get("X-Ticket"); got != want {
					t.Errorf("request %d: %q, want %q", i+1, got, want)
				}
			}
			for _, invalid := range []api.CallOption{nil, api.EditRequest(nil)} {
				checkError(t, call(t.Context(), client, id, invalid), api.ErrInvalidArgument, "leave")
			}
			if n := len(org.Requests()); n != 3 {
				t.Errorf("%d requests, want 3", n)
			}
		})
	}
}

// What Okta sent is evidence: it is kept byte for byte, with properties that the contract does not know, and white space.
func TestRawIsWhatOktaSent(t *testing.T) {
	t.Parallel()
	first := `{ "id":"oar1", "new" : [1,2, {"x":null}], "status":"ACTIVE","scopes":[] }`
	second := "{\"id\":\"oar2\",\n\t\"name\":\"\\u0061 \xff\"}"
	org, client := newOrg(t, 0)
	org.Inject(oktatest.Body(200, "application/json", " [ "+first+" ,\n"+second+"\r\n] "))
	for page, err := range client.Pages(t.Context(), appID, api.KeepRaw()) {
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Raw) != 2 || string(page.Raw[0]) != first || string(page.Raw[1]) != second || page.Tokens[1].ID != "oar2" {
			t.Errorf("raw %q", page.Raw)
		}
	}
	org.Inject(oktatest.Body(200, "application/json", " "+first+"\r\n"))
	var raw json.RawMessage
	if _, err := client.Get(t.Context(), appID, "oar1", api.RawTo(&raw)); err != nil || string(raw) != first {
		t.Errorf("%v, raw %q", err, raw)
	}
	org.Inject(oktatest.Body(200, "application/json", `{"id":"oarOther"}`))
	if _, err := client.Get(t.Context(), appID, "oar1", api.RawTo(&raw)); err == nil || raw != nil {
		t.Errorf("%v, and raw is %q; want nothing of an earlier call, nor of another token", err, raw)
	}
	raw = json.RawMessage(first)
	if _, err := client.Get(t.Context(), appID, "..", api.RawTo(&raw)); err == nil || raw != nil {
		t.Errorf("%v, and raw is still %q", err, raw)
	}
	_, err := client.Get(t.Context(), appID, "oar1", api.RawTo(nil))
	checkError(t, err, api.ErrInvalidArgument, "raw JSON")
	org.Inject(oktatest.Body(200, "application/json", "["+first+"]"))
	for page, err := range client.Pages(t.Context(), appID) {
		if err != nil || len(page.Tokens) != 1 || page.Raw != nil {
			t.Errorf("%v, %d tokens, raw %q; want one token without the raw JSON that nobody asked for", err, len(page.Tokens), page.Raw)
		}
	}
}

// The raw JSON of a page is valid, token by token, whatever the page.
func TestRawOfManyPages(t *testing.T) {
	t.Parallel()
	_, client := newOrg(t, 45)
	tokens := 0
	for page, err := range client.Pages(t.Context(), appID, api.KeepRaw(), api.PageSize(20)) {
		if err != nil {
			t.Fatal(err)
		}
		for i, raw := range page.Raw {
			if tokens++; !json.Valid(raw) || !strings.HasPrefix(string(raw), `{"id":"`+page.Tokens[i].ID) {
				t.Errorf("token %s: %s", page.Tokens[i].ID, raw)
			}
		}
	}
	if tokens != 45 {
		t.Errorf("%d tokens, want 45", tokens)
	}
}
