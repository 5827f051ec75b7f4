package contract_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// Each mutation of a good server is caught by the probe that should catch it, and by no other.
func TestMutationsAreCaught(t *testing.T) {
	t.Parallel()
	unauthorized := func(r *http.Request) bool { return r.Header.Get("Authorization") == "" }
	wrong := func(r *http.Request) bool { return strings.Contains(r.Header.Get("Authorization"), "NoSuch") }
	denied := func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer denied" }
	noApp := func(r *http.Request) bool { return strings.Contains(r.URL.Path, "NoSuchApp") }
	noToken := func(r *http.Request) bool { return strings.Contains(r.URL.Path, "NoSuchToken") }
	good := "SSWS " + oktatest.DefaultAPIToken
	tests := map[string]struct {
		change
		probe string
	}{
		"an ID that is a number": {change{only: isList, response: field("id", 7)}, "list"},
		"a token without an ID":  {change{only: isList, response: field("id", nil)}, "list"},
		"an ID of ..":            {change{only: isList, response: field("id", "..")}, "list"},
		"an ID in capitals": {change{only: isList,
			response: rewrite(func(s string) string { return strings.ReplaceAll(s, `"id":"oar`, `"ID":"oar`) })}, "list"},
		"tokens of another app": {change{only: isList,
			response: rewrite(func(s string) string { return strings.ReplaceAll(s, "/0oa1/tokens/", "/0oaOther/tokens/") })},
			"own tokens"},
		"scopes of another kind": {change{only: isList,
			response: rewrite(func(s string) string { return strings.ReplaceAll(s, `"name":"openid"`, `"name":"email"`) })},
			"expand"},
		"no links where pages are full": {change{only: isPage(gen.ListTokensLimitDefault),
			response: ok(header("Link", ""))}, "default pages"},
		"empty pages without end": {change{only: isPage(gen.ListTokensLimitMaximum), response: endless}, "largest pages"},
		"tokens that are made up": {change{only: isPage(gen.ListTokensLimitMinimum),
			response: rewrite(func(s string) string { return strings.Replace(s, `"id":"oar`, `"id":"oax`, 1) })},
			"smallest pages"},
		"a revocation of all": {change{only: isToken("DELETE"),
			request: func(r *http.Request) { r.URL.Path = "/api/v1/apps/0oa1/tokens" }}, "revoke one"},
		"a status that is not known": {change{only: isList, response: field("status", "ASLEEP")}, "list"},
		"a date without a time":      {change{only: isList, response: field("created", "2026-11-24")}, "list"},
		"a date that is a number":    {change{only: isList, response: field("expiresAt", 1795521600)}, "list"},
		"scopes in one string":       {change{only: isList, response: field("scopes", "openid offline_access")}, "list"},
		"null for a user":            {change{only: isList, response: ok(body(`"userId":"`, `"userId":null,"x":"`))}, "list"},
		"a self link without a target": {change{only: isList,
			response: field("_links", map[string]any{"self": map[string]any{}})}, "list"},
		"a list in an object": {change{only: isList,
			response: rewrite(func(s string) string { return `{"tokens":` + s + "}" })}, "list"},
		"half a list":              {change{only: isList, response: rewrite(func(s string) string { return s[:len(s)/2] })}, "list"},
		"a login page":             {change{only: isList, response: ok(whole(200, "text/html", "<html>"))}, "list"},
		"JSON that is called text": {change{only: isList, response: ok(header("Content-Type", "text/plain"))}, "list"},
		"an encoding but gzip":     {change{only: isList, response: ok(header("Content-Encoding", "br"))}, "list"},
		"another success":          {change{only: isList, response: ok(status(203))}, "list"},
		"a redirect":               {change{only: isList, response: ok(whole(302, "text/html", ""))}, "list"},
		"a default page that is large": {change{only: isPage(""),
			request: query("limit", strconv.Itoa(gen.ListTokensLimitMaximum))}, "default page"},
		"no Link":      {change{only: isPage(""), response: ok(header("Link", ""))}, "self link"},
		"no self link": {change{only: isPage(""), response: links(func(l []string) []string { return l[1:] })}, "self link"},
		"a next link on the last page": {change{only: isPage(gen.ListTokensLimitMaximum),
			response: next(func(r *http.Request, _ string) string { return r.URL.RequestURI() })}, "largest pages"},
		"a body that is bad on page 2": {change{only: after(1, isPage(gen.ListTokensLimitDefault)),
			response: field("id", 7)}, "default pages"},
		"a malformed link": {change{only: isPage(gen.ListTokensLimitMaximum),
			response: ok(header("Link", "</api/v1/apps/0oa1/tokens"))}, "largest pages"},
		"no next link": {change{only: isPage(gen.ListTokensLimitDefault),
			response: next(func(*http.Request, string) string { return "" })}, "default pages"},
		"a next link to another host": {change{only: isPage(gen.ListTokensLimitDefault),
			response: next(func(_ *http.Request, target string) string {
				return strings.Replace(target, "127.0.0.1", "evil.example", 1)
			})}, "default pages"},
		"a next link to another path": {change{only: isPage(gen.ListTokensLimitDefault),
			response: next(func(_ *http.Request, target string) string {
				return strings.Replace(target, "/tokens", "/users", 1)
			})}, "default pages"},
		"two next links": {change{only: isPage(gen.ListTokensLimitDefault),
			response: links(func(l []string) []string { return append(l, `</other>; rel="next"`) })}, "default pages"},
		"a cursor that is ignored": {change{only: isPage(gen.ListTokensLimitDefault), request: query("after", "")},
			"default pages"},
		"a token that is left out": {change{only: isPage(gen.ListTokensLimitDefault), response: rewrite(withoutFirst)},
			"default pages"},
		"a limit that is ignored": {change{only: isPage(gen.ListTokensLimitMinimum), request: query("limit", "2")},
			"smallest pages"},
		"a token that comes twice": {change{only: isPage(gen.ListTokensLimitMaximum), response: rewrite(repeatFirst)},
			"largest pages"},
		"empty pages in a circle": {change{only: isPage(gen.ListTokensLimitMaximum), response: circle}, "largest pages"},
		"a token too many": {change{only: after(1, isPage(gen.ListTokensLimitDefault)),
			response: rewrite(func(s string) string { return strings.Replace(s, "[", `[{"id":"oarMadeUp"},`, 1) })},
			"default pages"},
		"pages that differ, and then break": {change{only: isList, response: differAndBreak()}, "default pages"},
		"expand that is ignored":            {change{only: isList, request: query("expand", "")}, "expand"},
		"expand that is forgotten": {change{only: isList, response: next(func(_ *http.Request, target string) string {
			return strings.Replace(target, "&expand=scope", "", 1)
		})}, "expand on"},
		"expand that leads nowhere": {change{only: isExpandedPage,
			response: next(func(r *http.Request, _ string) string { return r.URL.RequestURI() })}, "expand on"},
		"expand that breaks page 2": {change{only: after(1, isExpandedPage), response: field("id", 7)}, "expand on"},
		"another token":             {change{only: isToken("GET"), response: field("id", "oarOther")}, "get"},
		"a token with a bad field":  {change{only: isToken("GET"), response: field("clientId", false)}, "get"},
		"a token in a list": {change{only: isToken("GET"),
			response: rewrite(func(s string) string { return "[" + s + "]" })}, "get"},
		"a token of no known status":   {change{only: isToken("GET"), response: field("status", "ASLEEP")}, "get"},
		"a token that does not expand": {change{only: isToken("GET"), request: query("expand", "")}, "get, expand"},
		"no credential is good":        {change{only: unauthorized, request: authorize(good)}, "no credential"},
		"any credential is good":       {change{only: wrong, request: authorize(good)}, "wrong credential"},
		"a wrong credential is 403":    {change{only: wrong, response: status(403)}, "wrong credential"},
		"no rights are good":           {change{only: denied, request: authorize(good)}, "denied"},
		"denied for another reason": {change{only: denied,
			response: whole(403, "application/json", errorObject)}, "denied"},
		"denied as without a credential": {change{only: denied, response: whole(403, "application/json",
			strings.Replace(errorObject, "E0000009", "E0000005", 1))}, "denied"},
		"an unknown app is empty":      {change{only: noApp, response: whole(200, "application/json", "[]")}, "unknown app"},
		"an unknown app is a bad path": {change{only: noApp, response: body("E0000007", "E0000008")}, "unknown app"},
		"an unknown token is forbidden": {change{only: method("GET", "/oarNoSuchTokenHere00"), response: status(403)},
			"unknown token"},
		"a low limit is not found": {change{only: isPage(gen.ListTokensLimitMinimum - 1), response: status(404)},
			"limit too small"},
		"a high limit is forbidden": {change{only: isPage(gen.ListTokensLimitMaximum + 1), response: status(403)},
			"limit too large"},
		"a limit of text is good": {change{only: isPage("many"), request: query("limit", "")}, "limit of text"},
		"any cursor is good":      {change{only: method("GET", "noSuchCursor"), request: query("after", "")}, "bad cursor"},
		"any method is good": {change{only: method("POST", "/tokens"), request: func(r *http.Request) { r.Method = "GET" }},
			"other method"},
		"another method is not found": {change{only: method("POST", "/tokens"),
			request: func(r *http.Request) { r.Method, r.URL.Path = "GET", "/api/v1" }}, "other method"},
		"an error in HTML":          {change{only: noApp, response: whole(404, "text/html", "<html>")}, "error objects"},
		"an error code that is 7":   {change{only: noApp, response: body(`"E0000007"`, "7")}, "error objects"},
		"an error without a code":   {change{only: noApp, response: body("errorCode", "code")}, "error objects"},
		"an error without an id":    {change{only: noApp, response: body("errorId", "errorID")}, "error objects"},
		"an error code given twice": {change{only: noApp, response: body("{", `{"errorCode":"E0000007",`)}, "error objects"},
		"causes in an object":       {change{only: noApp, response: body("[]", "{}")}, "error objects"},
		"an error without a body":   {change{only: noApp, response: whole(404, "application/json", "")}, "error objects"},
		"no rate limit":             {change{only: isToken("GET"), response: header("X-Rate-Limit-Limit", "")}, "rate limit"},
		"a negative rest":           {change{only: isToken("GET"), response: header("X-Rate-Limit-Remaining", "-1")}, "rate limit"},
		"more left than there was": {change{only: isToken("GET"), response: header("X-Rate-Limit-Remaining", "99999999")},
			"rate limit"},
		"a reset in milliseconds": {change{only: isToken("GET"), response: header("X-Rate-Limit-Reset", "1795521600000")},
			"rate limit"},
		"a reset that is a wait": {change{only: isToken("GET"), response: header("X-Rate-Limit-Reset", "59")}, "rate limit"},
		"no request id":          {change{only: isToken("GET"), response: header("X-Okta-Request-Id", "")}, "request id"},
		"one request id for all": {change{only: isToken("GET"), response: header("X-Okta-Request-Id", "1")}, "request id"},
		"200 for a revocation":   {change{only: isToken("DELETE"), response: whole(200, "application/json", "{}")}, "revoke"},
		"202 for a revocation":   {change{only: isToken("DELETE"), response: status(202)}, "revoke"},
		"a revocation that is not one": {change{only: isToken("DELETE"),
			request: func(r *http.Request) { r.URL.Path = "/api/v1/apps/0oaOther/tokens" }}, "get revoked"},
		"400 for another revocation": {change{only: after(1, isToken("DELETE")),
			response: whole(400, "application/json", errorObject)}, "revoke again"},
		"203 for a revoked token": {change{only: isRevoked(),
			response: whole(203, "application/json", `{"id":"oar1","status":"REVOKED"}`)}, "get revoked"},
		"403 for an unknown token": {change{only: func(r *http.Request) bool { return noToken(r) && r.Method == "DELETE" },
			response: status(403)}, "revoke unknown"},
		"200 for revoking all": {change{only: method("DELETE", "/tokens"), response: whole(200, "application/json", "{}")},
			"revoke all"},
		"404 for revoking none": {change{only: after(1, method("DELETE", "/tokens")),
			response: whole(404, "application/json", errorObject)}, "revoke all again"},
		"null for no tokens":     {change{only: isList, response: ok(body("[]", "null"))}, "list none"},
		"a token that survives":  {change{only: isList, response: resurrect()}, "list none"},
		"a next link of nothing": {change{only: isList, response: ok(nextOfNone)}, "list none"},
	}
	if len(tests) < 25 {
		t.Fatalf("%d mutations", len(tests))
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := oktatest.New(oktatest.WithApp("0oa1", gen.ListTokensLimitDefault+5), oktatest.WithApp("0oaOther", 0),
				oktatest.WithBearerToken("denied", "okta.users.read"))
			server := httptest.NewServer(test.handler(org))
			defer server.Close()
			report, err := contract.Check(t.Context(), target(server.URL))
			if err != nil {
				t.Fatal(err)
			}
			var failed []string
			for _, result := range report.Results {
				if result.Outcome == contract.Failed {
					failed = append(failed, result.Probe)
					t.Logf("%s: %s", result.Probe, result.Detail)
				}
			}
			if !slices.Equal(failed, []string{test.probe}) {
				t.Errorf("caught by %q, want %q", failed, test.probe)
			}
		})
	}
}
