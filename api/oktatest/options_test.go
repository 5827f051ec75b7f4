package oktatest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
)

// An org accepts the API tokens that it is given, any of them, and then the default one no more.
func TestAnOrgAcceptsTheTokensThatItIsGiven(t *testing.T) {
	t.Parallel()
	app := oktatest.WithApp("0oa1", 3)
	given := []oktatest.Option{oktatest.WithAPIToken("first"), oktatest.WithAPIToken("second")}
	for name, test := range map[string]struct {
		org      *oktatest.Org
		first    string
		accepted map[string]int
	}{
		"by default": {oktatest.New(app), oktatest.DefaultAPIToken,
			map[string]int{oktatest.DefaultAPIToken: 200, "first": 401}},
		"two": {oktatest.New(append(given, app)...), "first",
			map[string]int{oktatest.DefaultAPIToken: 401, "first": 200, "second": 200}},
	} {
		if got := test.org.APIToken(); got != test.first {
			t.Errorf("%s: the API token is %s, want %s", name, got, test.first)
		}
		for token, want := range test.accepted {
			if got := send(t, test.org, "GET", tokens, "SSWS "+token); got.status != want {
				t.Errorf("%s: %d for %s, want %d", name, got.status, token, want)
			}
		}
	}
}

// Without a limit the headers show one that is never used up, and token requests take nothing from the limit of others.
func TestWhatCountsAgainstTheRateLimit(t *testing.T) {
	t.Parallel()
	const header = "X-Rate-Limit-Remaining"
	for name, option := range map[string]oktatest.Option{
		"no option": oktatest.WithSeed(1), "no request": oktatest.WithRateLimit(0, time.Minute),
	} {
		org := oktatest.New(oktatest.WithApp("0oa1", 3), option)
		first := send(t, org, "GET", tokens).header.Get(header)
		if last := send(t, org, "GET", tokens).header.Get(header); last != first || last == "" || last == "0" {
			t.Errorf("%s: %s and then %s requests are left, want as many", name, first, last)
		}
	}
	p := newParty(true, oktatest.WithRateLimit(2, time.Minute))
	for range 3 {
		if got := p.ask(t, p.form(p.assertion(nil))); got.Status != 200 {
			t.Errorf("a token request is answered %d", got.Status)
		}
	}
	if left := send(t, p.org, "GET", tokens).header.Get(header); left != "1" {
		t.Errorf("%s requests are left of 2 after one, want 1", left)
	}
}

// A request is recorded as it came, with what became of it. The tokens that an org shows have links of no server.
func TestRequestsAreRecordedAsTheyCame(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 3))
	send(t, org, "GET", tokens+"?limit=2&x=%2F")
	org.Inject(oktatest.DropAfter())
	send(t, org, "DELETE", tokens+"/a%2Fb")
	got := org.Requests()
	if len(got) != 2 {
		t.Fatalf("%d requests, want 2", len(got))
	}
	for i, want := range []string{
		"GET acme.okta.com " + tokens + " limit=2&x=%2F  200", "DELETE acme.okta.com " + tokens + "/a%2Fb  drop-after 0",
	} {
		r := got[i]
		line := fmt.Sprint(r.Method, " ", r.Host, " ", r.Path, " ", r.Query, " ", r.Fault, " ", r.Status)
		if line != want {
			t.Errorf("request %d is %q, want %q", i, line, want)
		}
	}
	if id := got[0].ID; len(id) != 32 {
		t.Errorf("the ID of the first request is %q, want that of its response", id)
	}
	for _, token := range org.Tokens("0oa1") {
		if link := token.Links.Self.Href; !strings.HasPrefix(link, "https://oktatest.example/") {
			t.Errorf("a token links to %s", link)
		}
	}
}
