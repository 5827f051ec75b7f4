package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// tokenCount makes three pages of the default size.
const tokenCount = 2*api.MaxPageSize + 50

// hazard is something that makes other clients lie, leak or destroy.
type hazard struct {
	faults []oktatest.Fault
	call   func(context.Context, *api.Client, *oktatest.Org) error

	want     error  // nil for a call that succeeds
	says     string // part of the error's text
	requests int    // that the org got
	left     int    // tokens that the app still holds
}

func revokeFirst(ctx context.Context, client *api.Client, org *oktatest.Org) error {
	return client.Revoke(ctx, appID, allIDs(org)[0])
}

func revokeID(id string) func(context.Context, *api.Client, *oktatest.Org) error {
	return func(ctx context.Context, client *api.Client, _ *oktatest.Org) error {
		return client.Revoke(ctx, appID, id)
	}
}

func revokeAll(ctx context.Context, client *api.Client, _ *oktatest.Org) error {
	return client.RevokeAll(ctx, appID)
}

func getFirst(ctx context.Context, client *api.Client, org *oktatest.Org) error {
	_, err := client.Get(ctx, appID, allIDs(org)[0])
	return err
}

func listAll(ctx context.Context, client *api.Client, _ *oktatest.Org) error {
	_, err := list(ctx, client)
	return err
}

func listApp(id string) func(context.Context, *api.Client, *oktatest.Org) error {
	return func(ctx context.Context, client *api.Client, _ *oktatest.Org) error {
		for _, err := range client.List(ctx, id) {
			return err
		}
		return nil
	}
}

func TestHazards(t *testing.T) {
	t.Parallel()
	one := func(fault oktatest.Fault) []oktatest.Fault { return []oktatest.Fault{fault} }
	scope := `{"name":"` + strings.Repeat("x", 64) + `"},`
	tests := map[string]hazard{
		// IDs that would make another request of it.
		"empty token ID":              {call: revokeID(""), want: api.ErrInvalidArgument, says: `token ID ""`, left: tokenCount},
		"token ID .":                  {call: revokeID("."), want: api.ErrInvalidArgument, says: `token ID "."`, left: tokenCount},
		"token ID ..":                 {call: revokeID(".."), want: api.ErrInvalidArgument, says: `token ID ".."`, left: tokenCount},
		"token ID ..;":                {call: revokeID("..;"), want: api.ErrInvalidArgument, left: tokenCount},
		"token ID with a slash":       {call: revokeID("a/b"), want: api.ErrInvalidArgument, left: tokenCount},
		"token ID with a backslash":   {call: revokeID(`a\b`), want: api.ErrInvalidArgument, left: tokenCount},
		"token ID with a query":       {call: revokeID("a?b"), want: api.ErrInvalidArgument, left: tokenCount},
		"token ID with a fragment":    {call: revokeID("a#b"), want: api.ErrInvalidArgument, left: tokenCount},
		"token ID with an escape":     {call: revokeID("%2e%2e"), want: api.ErrInvalidArgument, says: `"%2e%2e"`, left: tokenCount},
		"token ID with a line end":    {call: revokeID("oar1\n"), want: api.ErrInvalidArgument, says: `"oar1\n"`, left: tokenCount},
		"token ID with a space":       {call: revokeID("oar1 "), want: api.ErrInvalidArgument, left: tokenCount},
		"token ID beyond ASCII":       {call: revokeID("oar．"), want: api.ErrInvalidArgument, left: tokenCount},
		"app ID .. for list":          {call: listApp(".."), want: api.ErrInvalidArgument, says: `app ID ".."`, left: tokenCount},
		"empty app ID for list":       {call: listApp(""), want: api.ErrInvalidArgument, says: `app ID ""`, left: tokenCount},
		"empty app ID for revoke all": {call: func(ctx context.Context, c *api.Client, _ *oktatest.Org) error { return c.RevokeAll(ctx, "") }, want: api.ErrInvalidArgument, says: `app ID ""`, left: tokenCount},
		"app ID .. for get": {call: func(ctx context.Context, c *api.Client, _ *oktatest.Org) error {
			_, err := c.Get(ctx, "..", "oar1")
			return err
		}, want: api.ErrInvalidArgument, says: `app ID ".."`, left: tokenCount},

		// Answers that look like a success.
		"revoke met by 302":            {faults: one(oktatest.Redirect(302, orgURL+"/login?token=x")), call: revokeFirst, want: api.ErrUnexpectedResponse, says: "a redirect to https://acme.okta.com is not followed", requests: 1, left: tokenCount},
		"revoke all met by 307":        {faults: one(oktatest.Redirect(307, orgURL+"/api/v1/apps/0oa1/tokens")), call: revokeAll, want: api.ErrUnexpectedResponse, requests: 1, left: tokenCount},
		"redirect to another host":     {faults: one(oktatest.Redirect(302, "https://evil.example/")), call: listAll, want: api.ErrUnexpectedResponse, says: "https://evil.example", requests: 1, left: tokenCount},
		"redirect to another port":     {faults: one(oktatest.Redirect(301, "https://acme.okta.com:8443/")), call: listAll, want: api.ErrUnexpectedResponse, requests: 1, left: tokenCount},
		"redirect to plain http":       {faults: one(oktatest.Redirect(308, "http://acme.okta.com/")), call: getFirst, want: api.ErrUnexpectedResponse, requests: 1, left: tokenCount},
		"redirect to a bad URL":        {faults: one(oktatest.Redirect(302, "https://login.example:bad/%zz")), call: revokeFirst, want: api.ErrUnexpectedResponse, requests: 1, left: tokenCount},
		"redirect without location":    {faults: one(oktatest.Redirect(302, "")), call: getFirst, want: api.ErrUnexpectedResponse, requests: 1, left: tokenCount},
		"revoke met by 200":            {faults: one(oktatest.Body(200, "application/json", "{}")), call: revokeFirst, want: api.ErrUnexpectedResponse, says: "200 OK: unexpected response: want status 204", requests: 1, left: tokenCount},
		"revoke met by 299":            {faults: one(oktatest.Body(299, "", "")), call: revokeFirst, want: api.ErrUnexpectedResponse, says: "want status 204", requests: 1, left: tokenCount},
		"revoke met by 300":            {faults: one(oktatest.Body(300, "", "")), call: revokeFirst, want: api.ErrUnexpectedResponse, says: "a redirect is not followed", requests: 1, left: tokenCount},
		"revoke met by 399":            {faults: one(oktatest.Body(399, "", "")), call: revokeFirst, want: api.ErrUnexpectedResponse, says: "a redirect is not followed", requests: 1, left: tokenCount},
		"revoke met by 202":            {faults: one(oktatest.Body(202, "application/json", "{}")), call: revokeFirst, want: api.ErrUnexpectedResponse, requests: 1, left: tokenCount},
		"list met by 204":              {faults: one(oktatest.Body(204, "", "")), call: listAll, want: api.ErrUnexpectedResponse, requests: 1, left: tokenCount},
		"list with 200 and HTML":       {faults: one(oktatest.HTML(200)), call: listAll, want: api.ErrUnexpectedResponse, says: "text/html", requests: 1, left: tokenCount},
		"get with 200 and HTML":        {faults: one(oktatest.HTML(200)), call: getFirst, want: api.ErrUnexpectedResponse, requests: 1, left: tokenCount},
		"HTML that claims JSON":        {faults: one(oktatest.Body(200, "application/json", "<html>")), call: listAll, want: api.ErrUnexpectedResponse, says: "does not match the contract, at byte 0", requests: 1, left: tokenCount},
		"JSON of another media type":   {faults: one(oktatest.Body(200, "application/hal+json; charset=utf-8", "[]")), call: listAll, requests: 1, left: tokenCount},
		"a blank after the media type": {faults: one(oktatest.Body(200, "Application/JSON ; charset=utf-8", "[]")), call: listAll, requests: 1, left: tokenCount},
		"a name twice, text not UTF-8": {faults: one(oktatest.Body(200, "application/json", "[{\"id\":\"a\",\"id\":\"b\",\"userId\":\"\xff\"}]")), call: listAll, requests: 1, left: tokenCount},
		"JSON null for a list":         {faults: one(oktatest.Body(200, "application/json", "null")), call: listAll, want: api.ErrUnexpectedResponse, requests: 1, left: tokenCount},
		"an object for a list":         {faults: one(oktatest.Body(200, "application/json", "{}")), call: listAll, want: api.ErrUnexpectedResponse, requests: 1, left: tokenCount},
		"an empty object for a get":    {faults: one(oktatest.Body(200, "application/json", "{}")), call: getFirst, want: api.ErrUnexpectedResponse, says: "about another token", requests: 1, left: tokenCount},
		"a null among the tokens":      {faults: one(oktatest.Body(200, "application/json", `[{"id":"oar1"},null]`)), call: listAll, want: api.ErrUnexpectedResponse, says: "token 2 of the page has no ID", requests: 1, left: tokenCount},
		"a token without an ID":        {faults: one(oktatest.Body(200, "application/json", `[{"ID":"oar1"}]`)), call: listAll, want: api.ErrUnexpectedResponse, says: "token 1 of the page has no ID", requests: 1, left: tokenCount},
		"another token for a get":      {faults: one(oktatest.Body(200, "application/json", `{"id":"oarOther"}`)), call: getFirst, want: api.ErrUnexpectedResponse, says: `another token, "oarOther"`, requests: 1, left: tokenCount},
		"too many values":              {faults: one(oktatest.Body(200, "application/json", "["+strings.Repeat(`{"id":"a"},`, 400_001)+`{"id":"a"}]`)), call: listAll, want: api.ErrUnexpectedResponse, says: "over 400000 values", requests: 1, left: tokenCount},
		"as many values as are read":   {faults: one(oktatest.Body(200, "application/json", `[{"id":"a","scopes":[`+strings.Repeat(`"",`, 399_999)+`""]}]`)), call: listAll, requests: 1, left: tokenCount},
		"a value more":                 {faults: one(oktatest.Body(200, "application/json", `[{"id":"a","scopes":[`+strings.Repeat(`"",`, 400_000)+`""]}]`)), call: listAll, want: api.ErrUnexpectedResponse, says: "over 400000 values", requests: 1, left: tokenCount},
		"as many objects as are read":  {faults: one(oktatest.Body(200, "application/json", `[{"id":"a","_embedded":{"scopes":[`+strings.Repeat(scope, 99_997)+`{}]}}]`)), call: listAll, requests: 1, left: tokenCount},
		"an object more":               {faults: one(oktatest.Body(200, "application/json", `[{"id":"a","_embedded":{"scopes":[`+strings.Repeat(scope, 99_998)+`{}]}}]`)), call: listAll, want: api.ErrUnexpectedResponse, says: "or 100000 objects", requests: 1, left: tokenCount},
		"a date that is a number":      {faults: one(oktatest.Body(200, "application/json", `[{"id":"oar1","created":1}]`)), call: listAll, want: api.ErrUnexpectedResponse, says: `"/0/created"`, requests: 1, left: tokenCount},
		"a number after an odd date":   {faults: one(oktatest.Body(200, "application/json", `[{"id":"oar1","created":"yesterday","expiresAt":1}]`)), call: listAll, want: api.ErrUnexpectedResponse, says: `"/0/expiresAt"`, requests: 1, left: tokenCount},
		"a body of 16 MiB":             {faults: one(oktatest.Body(200, "application/json", "["+strings.Repeat(" ", 16<<20-2)+"]")), call: listAll, requests: 1, left: tokenCount},
		"a body of a byte more":        {faults: one(oktatest.Body(200, "application/json", "["+strings.Repeat(" ", 16<<20-1)+"]")), call: listAll, want: api.ErrUnexpectedResponse, says: "over 16 MiB", requests: 1, left: tokenCount},
		"objects without content":      {faults: one(oktatest.Body(200, "application/json", `[{"id":"a","_embedded":{"scopes":[`+strings.Repeat("{},", 5_000)+`{}]}}]`)), call: listAll, want: api.ErrUnexpectedResponse, says: "or 4331 objects", requests: 1, left: tokenCount},
		"a body of 64 MiB":             {faults: one(oktatest.Body(200, "application/json", "["+strings.Repeat(" ", 64<<20)+"]")), call: listAll, want: api.ErrUnexpectedResponse, says: "over 16 MiB", requests: 1, left: tokenCount},

		// Bodies that end too early are read again.
		"empty body, once":        {faults: one(oktatest.Body(200, "application/json", "")), call: getFirst, requests: 2, left: tokenCount},
		"empty body, for ever":    {faults: one(oktatest.Body(200, "application/json", "").Forever()), call: getFirst, want: api.ErrUnexpectedResponse, says: "ends early", requests: 5, left: tokenCount},
		"truncated JSON":          {faults: one(oktatest.TruncateBody().Forever()), call: listAll, want: api.ErrUnexpectedResponse, says: "ends early", requests: 5, left: tokenCount},
		"body cut, for ever":      {faults: one(oktatest.CutBody().Forever()), call: getFirst, want: io.ErrUnexpectedEOF, says: ": the response ended early", requests: 5, left: tokenCount},
		"body cut half-way, once": {faults: one(oktatest.CutBody().After(1)), call: listAll, requests: 4, left: tokenCount},

		// Errors that are not Okta's.
		"404 with HTML":           {faults: one(oktatest.HTML(404)), call: getFirst, want: api.ErrNotFound, says: "not an Okta error object", requests: 1, left: tokenCount},
		"401 with a challenge":    {faults: one(oktatest.Challenge(401, "invalid_token", "The token has expired.")), call: getFirst, want: api.ErrUnauthorized, says: "401 Unauthorized: invalid_token: The token has expired.", requests: 1, left: tokenCount},
		"403 with a challenge":    {faults: one(oktatest.Challenge(403, "insufficient_scope", "okta.apps.manage")), call: revokeAll, want: api.ErrForbidden, says: "insufficient_scope: okta.apps.manage", requests: 1, left: tokenCount},
		"an error in a long body": {faults: one(oktatest.Body(400, "application/json", `{"errorCode":"E0000001","errorSummary":"x","more":"`+strings.Repeat("a", 1<<20)+`"}`)), call: getFirst, want: &api.Error{}, says: "the rest of the response cannot be read: E0000001: x (", requests: 1, left: tokenCount},
		"401 without anything":    {faults: one(oktatest.Body(401, "", "")), call: getFirst, want: api.ErrUnauthorized, requests: 1, left: tokenCount},
		"404 with Okta's error":   {call: revokeID("oarUnknown"), want: api.ErrNotFound, says: "E0000007: Not found: Resource not found: oarUnknown (OAuth2RefreshTokenTx)", requests: 1, left: tokenCount},
		"a status without a name": {faults: one(oktatest.Body(599, "text/plain", "?")), call: getFirst, want: &api.Error{}, says: ": 599: ", requests: 1, left: tokenCount},

		// Links that lead astray.
		"next on this host, in capitals": {faults: one(oktatest.ForeignNext(fmt.Sprint("https://ACME.okta.com:443/api/v1/apps/0oa1/tokens?limit=", api.MaxPageSize))), call: listAll, want: api.ErrPaginationLoop, requests: 1, left: tokenCount},
		"next on another host":           {faults: one(oktatest.ForeignNext("https://evil.example/api/v1/apps/0oa1/tokens?after=x")), call: listAll, want: api.ErrForeignLink, says: "evil.example,", requests: 1, left: tokenCount},
		"next on a host as long":         {faults: one(oktatest.ForeignNext("https://evils.example/api/v1/apps/0oa1/tokens?after=x")), call: listAll, want: api.ErrForeignLink, says: "evils.example,", requests: 1, left: tokenCount},
		"next on a host that folds":      {faults: one(oktatest.ForeignNext("https://acme.o%E2%84%AAta.com/api/v1/apps/0oa1/tokens?after=x")), call: listAll, want: api.ErrForeignLink, requests: 1, left: tokenCount},
		"next on another port":           {faults: one(oktatest.ForeignNext("https://acme.okta.com:8443/api/v1/apps/0oa1/tokens?after=x")), call: listAll, want: api.ErrForeignLink, requests: 1, left: tokenCount},
		"next that leads to a bad URL":   {faults: one(oktatest.ForeignNext("//::")), call: listAll, want: api.ErrUnexpectedResponse, says: "the next link is not a URL", requests: 1, left: tokenCount},
		"next that does not resolve":     {faults: one(oktatest.ForeignNext("https://acme.okta.com:x/")), call: listAll, want: api.ErrUnexpectedResponse, says: "the next link is not a URL", requests: 1, left: tokenCount},
		"next on another path":           {faults: one(oktatest.ForeignNext(orgURL + "/api/v1/apps/0oa2/tokens?after=x")), call: listAll, want: api.ErrForeignLink, requests: 1, left: tokenCount},
		"next on a disguised path":       {faults: one(oktatest.ForeignNext(orgURL + "/api/v1/apps/%30oa1/tokens?after=x")), call: listAll, want: api.ErrForeignLink, requests: 1, left: tokenCount},
		"next over plain http":           {faults: one(oktatest.ForeignNext("http://acme.okta.com/api/v1/apps/0oa1/tokens?after=x")), call: listAll, want: api.ErrForeignLink, requests: 1, left: tokenCount},
		"next with user information":     {faults: one(oktatest.ForeignNext("https://a:b@acme.okta.com/api/v1/apps/0oa1/tokens?after=x")), call: listAll, want: api.ErrForeignLink, requests: 1, left: tokenCount},
		"next that repeats":              {faults: one(oktatest.LoopingNext().After(1)), call: listAll, want: api.ErrPaginationLoop, requests: 2, left: tokenCount},
		"next that is the first page":    {faults: one(oktatest.LoopingNext()), call: listAll, want: api.ErrPaginationLoop, requests: 1, left: tokenCount},
		"a malformed Link header":        {faults: one(oktatest.MalformedLink()), call: listAll, want: api.ErrUnexpectedResponse, says: "Link header", requests: 1, left: tokenCount},
		"no links on a full page":        {faults: one(oktatest.NoLinks()), call: listAll, want: api.ErrUnexpectedResponse, says: "with neither a self nor a next link", requests: 1, left: tokenCount},
		"other links on a full page":     {faults: one(oktatest.ForeignLinks("<https://cdn.example>; rel=preconnect")), call: listAll, want: api.ErrUnexpectedResponse, says: "with neither a self nor a next link", requests: 1, left: tokenCount},
		"no links on the last page":      {faults: one(oktatest.NoLinks().After(2)), call: listAll, requests: 3, left: tokenCount},
		"links folded, rel unquoted":     {faults: one(oktatest.FoldedLinks().Forever()), call: listAll, requests: 3, left: tokenCount},
		"punctuation in the cursor":      {faults: one(oktatest.PunctuatedCursor().Times(2)), call: listAll, requests: 3, left: tokenCount},
		"a relative next link":           {faults: one(oktatest.RelativeNext().Times(2)), call: listAll, requests: 3, left: tokenCount},

		// Rate limits and outages.
		"429 without any header":       {faults: one(oktatest.Status(429)), call: listAll, requests: 4, left: tokenCount},
		"429 for ever":                 {faults: one(oktatest.Status(429).Forever()), call: listAll, want: api.ErrRateLimited, says: "429 Too Many Requests: E0000047", requests: 5, left: tokenCount},
		"concurrent limit":             {faults: one(oktatest.ConcurrentLimit().Times(2)), call: getFirst, requests: 3, left: tokenCount},
		"503 thrice":                   {faults: one(oktatest.Status(503).Times(3)), call: listAll, requests: 6, left: tokenCount},
		"connections drop for ever":    {faults: one(oktatest.DropBefore().Forever()), call: listAll, want: &api.Error{}, says: "(5 attempts)", requests: 5, left: tokenCount},
		"a response that never comes":  {faults: one(oktatest.SlowFirstByte(time.Hour)), call: listAll, requests: 4, left: tokenCount},
		"Retry-After beyond the limit": {faults: one(oktatest.Throttle(time.Hour)), call: listAll, want: api.ErrRateLimited, requests: 1, left: tokenCount},
		"400 is not retried":           {faults: one(oktatest.Status(400)), call: listAll, want: &api.Error{}, says: "E0000001", requests: 1, left: tokenCount},

		// Revocations whose outcome nobody knows.
		"revoke dropped before the effect":     {faults: one(oktatest.DropBefore()), call: revokeFirst, requests: 2, left: tokenCount - 1},
		"revoke dropped after the effect":      {faults: one(oktatest.DropAfter()), call: revokeFirst, requests: 2, left: tokenCount - 1},
		"revoke slow after the effect":         {faults: one(oktatest.SlowFirstByte(time.Hour)), call: revokeFirst, requests: 2, left: tokenCount - 1},
		"revoke all dropped after the effect":  {faults: one(oktatest.DropAfter()), call: revokeAll, requests: 2},
		"unknown token after a 500":            {faults: one(oktatest.Status(500)), call: revokeID("oarUnknown"), requests: 2, left: tokenCount},
		"unknown token after a 502":            {faults: one(oktatest.Status(502)), call: revokeID("oarUnknown"), requests: 2, left: tokenCount},
		"unknown token after a 504":            {faults: one(oktatest.Status(504)), call: revokeID("oarUnknown"), requests: 2, left: tokenCount},
		"unknown token after a gateway's 503":  {faults: one(oktatest.HTML(503)), call: revokeID("oarUnknown"), requests: 2, left: tokenCount},
		"unknown token after Okta's 503":       {faults: one(oktatest.Status(503)), call: revokeID("oarUnknown"), want: api.ErrNotFound, requests: 2, left: tokenCount},
		"unknown token after a 429":            {faults: one(oktatest.Status(429)), call: revokeID("oarUnknown"), want: api.ErrNotFound, requests: 2, left: tokenCount},
		"a proxy's 404 after a dropped revoke": {faults: []oktatest.Fault{oktatest.DropBefore(), oktatest.HTML(404)}, call: revokeFirst, want: api.ErrNotFound, requests: 2, left: tokenCount},
		"a 404 cut short after a dropped revoke": {faults: []oktatest.Fault{oktatest.DropBefore(), oktatest.CutBody()}, call: func(ctx context.Context, c *api.Client, _ *oktatest.Org) error {
			return c.Revoke(ctx, "0oaUnknown", "oar1")
		}, want: api.ErrNotFound, requests: 2, left: tokenCount},
		"an unknown app after a dropped revoke": {faults: one(oktatest.DropBefore()), call: func(ctx context.Context, c *api.Client, _ *oktatest.Org) error {
			return c.Revoke(ctx, "0oaUnknown", "oar1")
		}, want: api.ErrNotFound, says: "(AppInstance)", requests: 2, left: tokenCount},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org, client := newOrg(t, tokenCount)
				org.Inject(test.faults...)
				err := test.call(t.Context(), client, org)
				checkError(t, err, test.want, test.says)
				if requests := org.Requests(); len(requests) != test.requests {
					t.Errorf("the org got %d requests, want %d: %+v", len(requests), test.requests, requests)
				}
				for _, request := range org.Requests() {
					if request.Host != "acme.okta.com" {
						t.Errorf("a request went to %s", request.Host)
					}
				}
				if left := len(org.Tokens(appID)); left != test.left {
					t.Errorf("%d tokens are left, want %d", left, test.left)
				}
			})
		})
	}
}

func TestIDsConsistOfUnreservedCharacters(t *testing.T) {
	t.Parallel()
	for r := range rune(0x100) {
		allowed := strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~", r)
		if err := api.CheckID("app ID", "0oa"+string(r)); (err == nil) != allowed {
			t.Errorf("an ID with %q: %v", r, err)
		}
	}
}

// checkError compares an error with a sentinel, or, if want is an *api.Error, with the type alone.
func checkError(t *testing.T, err, want error, says string) {
	t.Helper()
	var typed *api.Error
	switch {
	case want == nil:
		if err != nil {
			t.Errorf("error %q, want none", err)
		}
		return
	case err == nil:
		t.Errorf("no error, want %q", want)
		return
	case !errors.As(err, &typed):
		t.Errorf("error %q is a %T, want an *api.Error", err, err)
	case !errors.As(want, new(*api.Error)) && !errors.Is(err, want):
		t.Errorf("error %q, want %q", err, want)
	}
	text := err.Error()
	if !strings.Contains(text, says) {
		t.Errorf("error %q does not say %q", text, says)
	}
	if strings.Contains(text, `Get "`) || strings.Contains(text, `Delete "`) || strings.Contains(text, "after=") {
		t.Errorf("error %q holds a request line or a cursor", text)
	}
	if len(text) > 1010 || !utf8.ValidString(text) || strings.Contains(text, "%!") {
		t.Errorf("error of %d bytes: %q", len(text), text)
	}
	if strings.Contains(text, "\n") || strings.Contains(text, oktatest.DefaultAPIToken) || strings.Contains(text, "Sign in") {
		t.Errorf("error %q holds a line end, a credential or a body", text)
	}
}

// What the guards are for: the generated client alone does all of this.
func TestGeneratedClientAloneIsDangerous(t *testing.T) {
	t.Parallel()
	org, raw := newRawOrg(t, 3)
	resp, err := raw.RevokeToken(t.Context(), appID, "")
	if err != nil || resp.StatusCode != http.StatusNoContent || len(org.Tokens(appID)) != 0 {
		t.Errorf("an empty token ID: %v, %v, %d tokens left; want them all revoked", resp, err, len(org.Tokens(appID)))
	}
	resp, err = raw.RevokeToken(t.Context(), appID, "..")
	if err != nil || resp.StatusCode != http.StatusNoContent {
		t.Errorf("token ID ..: %v, %v; want the app deleted", resp, err)
	}
	if _, err := list(t.Context(), newClient(t, org.Transport())); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("listing the app: %v; want ErrNotFound", err)
	}
}
