package contract_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

const (
	orgURL = "https://acme.okta.com"
	tokens = orgURL + "/api/v1/apps/0oa1/tokens"
)

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func newRequest(t *testing.T, method, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+oktatest.DefaultAPIToken)
	return req
}

// checkViolation wants an error that is a violation, and says where and of what.
func checkViolation(t *testing.T, err error, where, pointer, rule string) {
	t.Helper()
	var v *contract.Violation
	if !errors.As(err, &v) {
		t.Fatalf("error %v, want a violation", err)
	}
	if v.Where != where || v.Pointer != pointer || v.Rule != rule {
		t.Errorf("%q, %q, %q; want %q, %q, %q: %v", v.Where, v.Pointer, v.Rule, where, pointer, rule, err)
	}
	if of := cmp.Or(v.Operation, v.Method+" "+v.Path); !strings.HasPrefix(v.Error(), "contract: "+of+": "+where) {
		t.Errorf("%q does not begin with what it is of", v)
	}
	if strings.Contains(err.Error(), oktatest.DefaultAPIToken) || strings.ContainsAny(err.Error(), "\n\x1b") ||
		len(err.Error()) > 520 {
		t.Errorf("not one short line without the credential: %q", err)
	}
}

func TestRequestsThatViolateTheContractAreNotSent(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		method, url string
		change      func(*http.Request)
		where, rule string
	}{
		"a limit of 0": {url: tokens + "?limit=0", where: "request query limit", rule: "minimum"},
		"a limit too large": {url: tokens + fmt.Sprint("?limit=", gen.ListTokensLimitMaximum+1),
			where: "request query limit", rule: "maximum"},
		"a limit that is a word": {url: tokens + "?limit=all", where: "request query limit", rule: "type"},
		"a limit that is 1.5":    {url: tokens + "?limit=1.5", where: "request query limit", rule: "type"},
		"a limit of 2e1":         {url: tokens + "?limit=2e1", where: "request query limit", rule: "type"},
		"a path with dots":       {url: orgURL + "/x/../api/v1/apps/0oa1/tokens", where: "request path", rule: "path"},
		"a body of unknown length": {method: "DELETE", url: tokens,
			change: func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("{}")) }, where: "request body",
			rule: "body"},
		"an empty limit":          {url: tokens + "?limit=", where: "request query limit", rule: "type"},
		"two limits":              {url: tokens + "?limit=1&limit=2", where: "request query limit", rule: "single"},
		"a broken escape":         {url: tokens + "?after=%zz", where: "request query", rule: "encoding"},
		"an app that is deleted":  {method: "DELETE", url: orgURL + "/api/v1/apps/0oa1", where: "request path", rule: "path"},
		"an empty token ID":       {method: "DELETE", url: tokens + "/", where: "request path", rule: "path"},
		"a token ID of ..":        {method: "DELETE", url: tokens + "/..", where: "request path tokenId", rule: "id"},
		"a token ID with a slash": {method: "DELETE", url: tokens + "/a%2Fb", where: "request path tokenId", rule: "id"},
		"an app ID of .":          {url: orgURL + "/api/v1/apps/./tokens", where: "request path appId", rule: "id"},
		"another method":          {method: "POST", url: tokens, where: "request method", rule: "method"},
		"a body": {method: "DELETE", url: tokens, change: func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{}")), 2
		}, where: "request body", rule: "body"},
		"no credential": {url: tokens, change: func(r *http.Request) { r.Header.Del("Authorization") },
			where: "request authorization", rule: "required"},
		"two credentials": {url: tokens, change: func(r *http.Request) { r.Header.Add("Authorization", "Bearer x") },
			where: "request authorization", rule: "security"},
		"another scheme": {url: tokens, change: func(r *http.Request) {
			r.Header.Set("Authorization", "Basic "+oktatest.DefaultAPIToken)
		}, where: "request authorization", rule: "security"},
		"a token without a scheme": {url: tokens, change: func(r *http.Request) {
			r.Header.Set("Authorization", oktatest.DefaultAPIToken)
		}, where: "request authorization", rule: "security"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := oktatest.New(oktatest.WithApp("0oa1", 3))
			if test.method == "" {
				test.method = http.MethodGet
			}
			send := func(opts ...contract.Option) error {
				req := newRequest(t, test.method, test.url)
				if test.change != nil {
					test.change(req)
				}
				open := 0
				if req.Body != nil {
					req.Body, open = tracked{req.Body, &open}, 1
				}
				_, err := contract.NewTransport(org.Transport(), opts...).RoundTrip(req)
				if open != 0 {
					t.Error("the body of the request is not closed")
				}
				return err
			}
			checkViolation(t, send(), test.where, "", test.rule)
			if n := len(org.Requests()); n != 0 {
				t.Errorf("%d requests, want none", n)
			}
			var reported []contract.Violation
			err := send(contract.OnViolation(func(v contract.Violation) { reported = append(reported, v) }))
			if err != nil || len(org.Requests()) != 1 || len(reported) == 0 || reported[0].Rule != test.rule {
				t.Errorf("with a report: error %v, %d requests, reported %v", err, len(org.Requests()), reported)
			}
		})
	}
}

// recorded is a token as Okta sends it.
const recorded = `{"id":"oar1","status":"ACTIVE","created":"2025-11-06T14:20:08.000Z","expiresAt":"2025-11-13T14:20:08.000Z","scopes":["openid"],
	"_links":{"self":{"href":"https://acme.okta.com/x"},"revoke":{"hints":{"allow":["DELETE"]}}}}`

func TestResponsesThatViolateTheContractAreErrors(t *testing.T) {
	t.Parallel()
	page := func(old, new string) oktatest.Fault {
		return oktatest.Body(200, "application/json", "["+recorded+","+strings.Replace(recorded, old, new, 1)+"]")
	}
	const okta = `{"errorCode":"E0000009","errorSummary":"x","errorLink":"x","errorId":"x","errorCauses":[]}`
	tests := map[string]struct {
		method               string
		fault                oktatest.Fault
		where, pointer, rule string
	}{
		"an ID that is a number": {fault: page(`"oar1"`, "1"), where: "response body", pointer: "/1/id", rule: "type"},
		"an unknown status":      {fault: page("ACTIVE", "ASLEEP"), where: "response body", pointer: "/1/status", rule: "enum"},
		"a date that is a word": {fault: page("2025-11-06T14:20:08.000Z", "yesterday"), where: "response body",
			pointer: "/1/created", rule: "format"},
		"null for a string": {fault: page(`"oar1"`, "null"), where: "response body", pointer: "/1/id", rule: "nullable"},
		"scopes in a string": {fault: page(`["openid"]`, `"openid"`), where: "response body", pointer: "/1/scopes",
			rule: "type"},
		"a link without a target": {fault: page(`{"href":"https://acme.okta.com/x"}`, "{}"), where: "response body",
			pointer: "/1/_links/self/href", rule: "required"},
		"a hint of another method": {fault: page(`"DELETE"`, `"POST"`), where: "response body",
			pointer: "/1/_links/revoke/hints/allow/0", rule: "enum"},
		"an object for a list": {fault: oktatest.Body(200, "application/json", recorded), where: "response body",
			rule: "type"},
		"half a body":        {fault: oktatest.TruncateBody(), where: "response body", rule: "JSON"},
		"a bracket too many": {fault: oktatest.Body(200, "application/json", "[]]"), where: "response body", rule: "JSON"},
		"two values":         {fault: oktatest.Body(200, "application/json", "[][]"), where: "response body", rule: "JSON"},
		"an empty body":      {fault: oktatest.Body(200, "application/json", ""), where: "response body", rule: "JSON"},
		"HTML":               {fault: oktatest.HTML(200), where: "response header Content-Type", rule: "content type"},
		"an error in HTML":   {fault: oktatest.HTML(502), where: "response header Content-Type", rule: "content type"},
		"an error of another shape": {fault: oktatest.Body(500, "application/json", `{"errorCode":9}`),
			where: "response body", pointer: "/errorCode", rule: "type"},
		"another success": {fault: oktatest.Body(202, "application/json", "[]"), where: "response status", rule: "status"},
		"a redirect": {fault: oktatest.Redirect(302, "https://acme.okta.com/login"), where: "response status",
			rule: "status"},
		"a link that never closes": {fault: oktatest.MalformedLink(), where: "response header Link", rule: "link"},
		"an empty Link":            {fault: oktatest.ForeignLinks(""), where: "response header Link", rule: "self"},
		"no self link":             {fault: oktatest.ForeignLinks("</x>; rel=next"), where: "response header Link", rule: "self"},
		"two different next links": {fault: oktatest.ForeignLinks("</x>; rel=self, </y>; rel=next, </z>; rel=next"),
			where: "response header Link", rule: "link"},
		"no Link": {fault: oktatest.NoLinks(), where: "response header Link", rule: "required"},
		"no rate limit": {fault: oktatest.Header("X-Rate-Limit-Limit", ""), where: "response header X-Rate-Limit-Limit",
			rule: "required"},
		"a negative rate limit": {fault: oktatest.Header("X-Rate-Limit-Remaining", "-1"),
			where: "response header X-Rate-Limit-Remaining", rule: "minimum"},
		"a reset that is a date": {fault: oktatest.Header("X-Rate-Limit-Reset", "2026-11-24"),
			where: "response header X-Rate-Limit-Reset", rule: "type"},
		"no request id": {fault: oktatest.Header("X-Okta-Request-Id", ""), where: "response header X-Okta-Request-Id",
			rule: "required"},
		"a revocation with 200": {method: "DELETE", fault: oktatest.Body(200, "application/json", "{}"),
			where: "response status", rule: "status"},
		"a revocation with a body": {method: "DELETE", fault: oktatest.Body(204, "application/json", okta),
			where: "response body", rule: "body"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := oktatest.New(oktatest.WithApp("0oa1", 3))
			org.Inject(test.fault, oktatest.Header("X-Rate-Limit-Limit", "1"))
			method := http.MethodGet
			if test.method != "" {
				method = test.method
			}
			// Faults in place of a response lack headers that the contract wants; the rest is what is looked at here.
			withHeaders := roundTripper(func(req *http.Request) (*http.Response, error) {
				resp, err := org.Transport().RoundTrip(req)
				if err == nil && slices.Contains([]string{"body", "html", "redirect"}, org.Requests()[0].Fault) {
					for name, value := range map[string]string{"X-Rate-Limit-Limit": "1", "X-Rate-Limit-Remaining": "1",
						"X-Rate-Limit-Reset": "1", "Link": "<x>; rel=self"} {
						resp.Header.Set(name, value)
					}
				}
				return resp, err
			})
			_, err := contract.NewTransport(withHeaders).RoundTrip(newRequest(t, method, tokens))
			checkViolation(t, err, test.where, test.pointer, test.rule)
		})
	}
}

func TestResponsesThatKeepTheContract(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 450), oktatest.WithRateLimit(10, 1e9))
	client, err := api.New(orgURL, api.APIToken(oktatest.DefaultAPIToken),
		api.WithHTTPClient(&http.Client{Transport: contract.NewTransport(org.Transport())}))
	if err != nil {
		t.Fatal(err)
	}
	var last string
	n := 0
	for token, err := range client.List(t.Context(), "0oa1", api.ExpandScopes()) {
		if err != nil {
			t.Fatal(err)
		}
		last = token.ID
		n++
	}
	_, getErr := client.Get(t.Context(), "0oa1", last)
	_, missing := client.Get(t.Context(), "0oa1", "oarUnknown")
	err = errors.Join(getErr, client.Revoke(t.Context(), "0oa1", last), client.RevokeAll(t.Context(), "0oa1"))
	if n != 450 || err != nil || !errors.Is(missing, api.ErrNotFound) {
		t.Errorf("%d tokens, %v, %v", n, err, missing)
	}
}

// An org may be below a path prefix, and OAuth's refusals have their words in a header alone.
func TestPrefixesAndChallenges(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 3))
	prefixed := roundTripper(func(req *http.Request) (*http.Response, error) {
		req = req.Clone(req.Context())
		req.URL.Path = strings.TrimPrefix(req.URL.Path, "/proxy/okta")
		return org.Transport().RoundTrip(req)
	})
	transport := contract.NewTransport(prefixed)
	if _, err := transport.RoundTrip(newRequest(t, "GET", orgURL+"/proxy/okta/api/v1/apps/0oa1/tokens")); err != nil {
		t.Error(err)
	}
	req := newRequest(t, "GET", tokens)
	req.Header.Set("Authorization", "Bearer unknown")
	if resp, err := transport.RoundTrip(req); err != nil || resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("%v, %v", resp, err)
	}
}

func TestUnknownPropertiesAreReported(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 3))
	org.Inject(oktatest.Body(200, "application/json", strings.Replace(recorded, `"self":{`, `"user":[1],"self":{"a/b":1,"b":[2],`, 1)))
	var unknown []string
	transport := contract.NewTransport(org.Transport(), contract.OnViolation(func(contract.Violation) {}),
		contract.OnUnknown(func(v contract.Violation) { unknown = append(unknown, v.Pointer+" "+v.Value) }))
	if _, err := transport.RoundTrip(newRequest(t, "GET", tokens+"/oar1")); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(unknown, []string{"/_links/self/a~1b 1", "/_links/self/b an array of 1 items"}) {
		t.Errorf("unknown: %q", unknown)
	}
}

// What is reported says all of a response, and no credential that it repeats.
func TestViolationsAreRedacted(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 3))
	org.Inject(oktatest.Body(200, "application/json",
		`{"status":"`+oktatest.DefaultAPIToken+`\n`+strings.Repeat("x", 1000)+`","id":7,"userId":null}`))
	var reported bytes.Buffer
	transport := contract.NewTransport(org.Transport(),
		contract.OnViolation(func(v contract.Violation) { fmt.Fprintf(&reported, "%v\n%+v\n", &v, v) }))
	resp, err := transport.RoundTrip(newRequest(t, "GET", tokens+"/oar1"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || len(body) < 1000 {
		t.Errorf("the body is %q, %v", body, err)
	}
	for _, want := range []string{"/status", "/id", "/userId", ", not null", "X-Rate-Limit-Limit", "getToken", "[redacted]", " (request "} {
		if !strings.Contains(reported.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, reported.String())
		}
	}
	if strings.Contains(reported.String(), oktatest.DefaultAPIToken) || reported.Len() > 4000 {
		t.Errorf("the report is too long, or shows the credential:\n%s", reported.String())
	}
}

func TestBodiesStayWhatTheyAre(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 3))
	org.Inject(oktatest.CutBody())
	resp, err := contract.NewTransport(org.Transport()).RoundTrip(newRequest(t, "GET", tokens))
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) || len(body) == 0 {
		t.Errorf("a body that ends early: %d bytes, %v", len(body), err)
	}
	huge := strings.Repeat(" ", 17<<20)
	org.Inject(oktatest.Body(200, "application/json", huge))
	if resp, err = contract.NewTransport(org.Transport()).RoundTrip(newRequest(t, "GET", tokens)); err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != huge {
		t.Errorf("a huge body: %d bytes, %v", len(body), err)
	}
	org.Inject(oktatest.DropBefore())
	if _, err = contract.NewTransport(org.Transport()).RoundTrip(newRequest(t, "GET", tokens)); err == nil ||
		errors.As(err, new(*contract.Violation)) {
		t.Errorf("a dropped connection: %v", err)
	}
}

// A violation is not an outage: package api does not try again, and the revocation is not reported as done.
func TestAViolationEndsTheCall(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 3))
	org.Inject(oktatest.Body(200, "application/json", "{}").Forever())
	client, err := api.New(orgURL, api.APIToken(oktatest.DefaultAPIToken),
		api.WithHTTPClient(&http.Client{Transport: contract.NewTransport(org.Transport())}))
	if err != nil {
		t.Fatal(err)
	}
	checkViolation(t, client.Revoke(context.Background(), "0oa1", "oar1"), "response status", "", "status")
	if n := len(org.Requests()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}
