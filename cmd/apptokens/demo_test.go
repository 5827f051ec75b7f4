package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	got := command{}.run(t.Context(), "demo")
	if got.code != 0 || got.err != "" {
		t.Fatalf("code %d\n%s%s", got.code, got.out, got.err)
	}
	for _, want := range []string{
		"1. An Okta org runs inside this process: http://127.0.0.1:", fmt.Sprintf("Its app 0oaDemo holds %d refresh tokens", demoTokens),
		"2. List them, while the connection", "3. Revoke token oar", "4. Revoke token \"..\"", "5. Revoke all that remain", "6. Done: ",
		fmt.Sprintf("✓ all %d tokens came, each once", demoTokens), "the response ended early", "the connection broke", "the request was throttled (429) (attempt 1); trying again in",
		"✓ Okta no longer knows it", "✓ nothing was sent", "✓ the app holds 0 tokens now", " requests, 1 of them answered 429, by the proxy",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("the demo does not say %q:\n%s", want, got.out)
		}
	}
}

// A demo in which something goes wrong does not say that it is done.
func TestADemoThatGoesWrongFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault oktatest.Fault
		says  string
	}{
		"the first listing":           {oktatest.Status(403).On(http.MethodGet), "403 Forbidden"},
		"a listing that ends early":   {oktatest.NoNext(), "all 450 tokens came"},
		"a revocation":                {oktatest.Status(403).On(http.MethodDelete), "403 Forbidden"},
		"a revocation that is not":    {oktatest.Body(204, "", "").On(http.MethodDelete).Times(3), "Okta no longer knows it"},
		"the revocation of all":       {oktatest.Status(403).On(http.MethodDelete).After(3), "403 Forbidden"},
		"the listing after it":        {oktatest.Status(403).On(http.MethodGet).After(5), "403 Forbidden"},
		"tokens that are left":        {oktatest.Body(204, "", "").On(http.MethodDelete).After(3), "the app holds 449 tokens"},
		"a token that is still known": {oktatest.Body(200, "application/json", `{"id":"oar1"}`).On(http.MethodGet).After(4), "Okta no longer knows it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := oktatest.New(oktatest.WithApp(demoApp, demoTokens))
				org.Inject(test.fault)
				client, err := api.New("https://acme.okta.com", api.APIToken(org.APIToken()), api.WithHTTPClient(&http.Client{Transport: org.Transport()}))
				if err != nil {
					t.Fatal(err)
				}
				var out bytes.Buffer
				demo := &demo{out: &out, org: &oktatest.Server{Org: org}, client: client}
				if err := demo.run(t.Context()); err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(out.String(), "Done") {
					t.Errorf("error %v, want %q\n%s", err, test.says, &out)
				}
			})
		})
	}
}
