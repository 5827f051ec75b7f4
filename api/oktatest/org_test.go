package oktatest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

const (
	orgURL = "https://acme.okta.com"
	tokens = "/api/v1/apps/0oa1/tokens"
)

// reply is a response, read to its end.
type reply struct {
	status int
	header http.Header
	body   string
	err    error // of the connection or of reading the body
}

// send sends a request within the process, with the default API token unless another Authorization is given.
func send(t *testing.T, org *oktatest.Org, method, target string, authorization ...string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, orgURL+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+org.APIToken())
	if len(authorization) > 0 {
		req.Header.Set("Authorization", authorization[0])
	}
	return receive((&http.Client{Transport: org.Transport(), CheckRedirect: noRedirect}).Do(req))
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func receive(resp *http.Response, err error) reply {
	if err != nil {
		return reply{err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(body), err}
}

// next returns the next link of a response whose links come as Okta sends them.
func (r reply) next() string {
	for _, link := range r.header.Values("Link") {
		if target, found := strings.CutSuffix(link, `>; rel="next"`); found {
			return strings.TrimPrefix(target, "<"+orgURL)
		}
	}
	return ""
}

func (r reply) list(t *testing.T) (page []gen.Token) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), &page); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
	return page
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 3), oktatest.WithApp("0oaEmpty", 0),
		oktatest.WithBearerToken("reader", "okta.apps.read"),
		oktatest.WithBearerToken("manager", "okta.apps.read", "okta.apps.manage"))
	id := org.Tokens("0oa1")[0].ID
	tests := map[string]struct {
		method, target, authorization string
		status                        int
		code                          string // Okta's, in the body, or OAuth's, in the header
	}{
		"no credential":              {"GET", tokens, "", 403, "E0000005"},
		"another scheme":             {"GET", tokens, "Basic abc", 403, "E0000005"},
		"unknown API token":          {"GET", tokens, "SSWS wrong", 401, "E0000011"},
		"unknown access token":       {"GET", tokens, "Bearer wrong", 401, "invalid_token"},
		"read with the read scope":   {"GET", tokens, "Bearer reader", 200, ""},
		"revoke with the read scope": {"DELETE", tokens, "Bearer reader", 403, "insufficient_scope"},
		"get with both scopes":       {"GET", tokens + "/" + id, "Bearer manager", 200, ""},
		"unknown app":                {"GET", "/api/v1/apps/0oa9/tokens", "SSWS", 404, "E0000007"},
		"unknown app, revoke all":    {"DELETE", "/api/v1/apps/0oa9/tokens", "SSWS", 404, "E0000007"},
		"unknown token":              {"GET", tokens + "/oar9", "SSWS", 404, "E0000007"},
		"unknown token, revoke":      {"DELETE", tokens + "/oar9", "SSWS", 404, "E0000007"},
		"unknown path":               {"GET", "/api/v1/users", "SSWS", 404, "E0000008"},
		"a path below a token":       {"GET", tokens + "/" + id + "/x", "SSWS", 404, "E0000008"},
		"another collection":         {"GET", "/api/v1/apps/0oa1/users", "SSWS", 404, "E0000008"},
		"an app":                     {"GET", "/api/v1/apps/0oa1", "SSWS", 405, "E0000022"},
		"the smallest limit":         {"GET", tokens + "?limit=1", "SSWS", 200, ""},
		"the largest limit":          {"GET", tokens + fmt.Sprint("?limit=", gen.ListTokensLimitMaximum), "SSWS", 200, ""},
		"method of the list":         {"PUT", tokens, "SSWS", 405, "E0000022"},
		"method of a token":          {"POST", tokens + "/" + id, "SSWS", 405, "E0000022"},
		"limit 0":                    {"GET", tokens + "?limit=0", "SSWS", 400, "E0000001"},
		"a limit too large":          {"GET", tokens + fmt.Sprint("?limit=", gen.ListTokensLimitMaximum+1), "SSWS", 400, "E0000001"},
		"limit ten":                  {"GET", tokens + "?limit=ten", "SSWS", 400, "E0000037"},
		"a limit with a bad escape":  {"GET", tokens + "?limit=%zz", "SSWS", 400, "E0000037"},
		"a cursor of Okta's length":  {"GET", tokens + "?after=AAAAAAAAAAA", "SSWS", 400, "E0000029"},
		"a cursor made up":           {"GET", tokens + "?after=1", "SSWS", 400, "E0000029"},
		"another value of expand":    {"GET", tokens + "?expand=user", "SSWS", 200, ""},
		"no tokens":                  {"GET", "/api/v1/apps/0oaEmpty/tokens", "SSWS", 200, ""},
		"revoke all of none":         {"DELETE", "/api/v1/apps/0oaEmpty/tokens", "SSWS", 204, ""},
	}
	requestID := regexp.MustCompile(`^[0-9a-f]{32}$`)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			authorization := []string{test.authorization}
			if test.authorization == "SSWS" {
				authorization = nil
			}
			got := send(t, org, test.method, test.target, authorization...)
			if got.err != nil || got.status != test.status {
				t.Fatalf("status %d, %v; want %d", got.status, got.err, test.status)
			}
			if id := got.header.Get("X-Okta-Request-Id"); !requestID.MatchString(id) && (test.status != 405 || id != "") {
				t.Errorf("request id %q", id)
			}
			switch {
			case test.status == 204:
				if got.body != "" || got.header.Get("Content-Type") != "" {
					t.Errorf("204 with %q, %q", got.body, got.header.Get("Content-Type"))
				}
			case strings.HasPrefix(test.code, "E"):
				var e gen.Error
				if err := json.Unmarshal([]byte(got.body), &e); err != nil || e.Code != test.code || e.Link != test.code ||
					!strings.HasPrefix(e.ID, "oae") {
					t.Errorf("error %s, want code %s", got.body, test.code)
				}
				causes := `"errorCauses":[]`
				if test.code == "E0000001" {
					causes = `"errorCauses":[{"errorSummary":"limit`
				}
				if !strings.Contains(got.body, causes) {
					t.Errorf("error %s, want %s", got.body, causes)
				}
			case test.code != "":
				if challenge := got.header.Get("WWW-Authenticate"); got.body != "" ||
					!strings.Contains(challenge, `error="`+test.code+`"`) {
					t.Errorf("challenge %q and body %q, want %s", challenge, got.body, test.code)
				}
			}
		})
	}
}

func TestPagesHoldEveryTokenOnceWhateverIsRevokedMeanwhile(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 2*gen.ListTokensLimitDefault+5))
	all := org.Tokens("0oa1")
	seen := map[string]bool{}
	pages := 0
	for target := tokens; target != ""; pages++ {
		got := send(t, org, "GET", target)
		page := got.list(t)
		for _, token := range page {
			if seen[token.ID] {
				t.Errorf("token %s came twice", token.ID)
			}
			seen[token.ID] = true
		}
		if self := got.header.Values("Link")[0]; !strings.Contains(self,
			fmt.Sprint("limit=", gen.ListTokensLimitDefault)) || !strings.HasSuffix(self, `rel="self"`) {
			t.Errorf("self link %q, want one that spells the limit out", self)
		}
		for _, token := range page[1:] {
			if got := send(t, org, "DELETE", tokens+"/"+token.ID); got.status != 204 {
				t.Errorf("revoke: %d", got.status)
			}
		}
		target = got.next()
	}
	if len(seen) != len(all) || pages != 3 {
		t.Errorf("%d tokens on %d pages, want %d on 3", len(seen), pages, len(all))
	}
	if left := len(org.Tokens("0oa1")); left != pages {
		t.Errorf("%d tokens are left, want %d", left, pages)
	}
}

func TestAWindowBeginsWithItsFirstRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp("0oa1", 1), oktatest.WithRateLimit(3, time.Minute))
		time.Sleep(45 * time.Second)
		begin := time.Now()
		for i, want := range []struct{ status, remaining int }{{200, 2}, {404, 1}, {200, 0}, {429, 0}} {
			target := tokens
			if want.status == 404 {
				target += "/oar9" // what is not found counts as well
			}
			got := send(t, org, "GET", target)
			if got.status != want.status || got.header.Get("X-Rate-Limit-Remaining") != strconv.Itoa(want.remaining) {
				t.Errorf("request %d: %d, Remaining %s; want %d, %d", i, got.status, got.header.Get("X-Rate-Limit-Remaining"),
					want.status, want.remaining)
			}
			if reset := got.header.Get("X-Rate-Limit-Reset"); reset != fmt.Sprint(begin.Add(time.Minute).Unix()) {
				t.Errorf("request %d: Reset %s, want %d", i, reset, begin.Add(time.Minute).Unix())
			}
			time.Sleep(time.Second)
		}
		time.Sleep(56 * time.Second)
		if got := send(t, org, "GET", tokens); got.status != 200 || got.header.Get("X-Rate-Limit-Remaining") != "2" {
			t.Errorf("in the next window: %d, Remaining %s", got.status, got.header.Get("X-Rate-Limit-Remaining"))
		}
	})
}

func TestTheSeedMakesTheData(t *testing.T) {
	t.Parallel()
	clock := oktatest.WithClock(func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) })
	list := func(opts ...oktatest.Option) string {
		return send(t, oktatest.New(append(opts, clock, oktatest.WithApp("0oa1", 100))...), "GET", tokens+"?limit=200").body
	}
	first, again, other := list(oktatest.WithSeed(1)), list(oktatest.WithSeed(1)), list(oktatest.WithSeed(7))
	if first != again {
		t.Error("the same seed made different data")
	}
	if first != list() {
		t.Error("the default is not 1")
	}
	if first == other {
		t.Error("another seed made the same data")
	}
}

func TestAddedTokensAreServedAsTheyAre(t *testing.T) {
	t.Parallel()
	org := oktatest.New()
	org.Add("0oa2", gen.Token{ID: "oar1", Status: "SUSPENDED"}, gen.Token{UserID: "00u1"})
	if got := send(t, org, "GET", "/api/v1/apps/0oa2/tokens/oar1"); got.body != `{"id":"oar1","status":"SUSPENDED"}` {
		t.Errorf("body %s", got.body)
	}
	if got := org.Tokens("0oa2"); len(got) != 2 || !strings.HasPrefix(got[1].ID, "oar") || got[1].UserID != "00u1" {
		t.Errorf("tokens %+v", got)
	}
}

// Over a real connection, the org behaves as it does within the process.
func TestServer(t *testing.T) {
	t.Parallel()
	server := oktatest.NewServer(oktatest.WithApp("0oa1", gen.ListTokensLimitDefault+10), oktatest.WithAPIToken("mine"))
	defer server.Close()
	get := func() reply {
		req, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+tokens, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "SSWS "+server.APIToken())
		req.Close = true // or Go's transport repeats what was dropped
		return receive(http.DefaultClient.Do(req))
	}
	if got := get(); got.status != 200 ||
		!strings.Contains(got.header.Values("Link")[1], "<"+server.URL+tokens+"?after=") {
		t.Errorf("answer %+v", got)
	}
	server.Inject(oktatest.DropBefore(), oktatest.CutBody())
	if got := get(); got.err == nil || got.status != 0 {
		t.Errorf("dropped: %+v", got)
	}
	if got := get(); got.err == nil || got.status != 200 || len(got.body) == 0 {
		t.Errorf("cut: status %d, %v", got.status, got.err)
	}
	server.Close()
	if got := get(); got.err == nil {
		t.Errorf("closed: %+v", got)
	}
}

// Output that copes with these names copes with real ones.
func TestPeopleAreNamedInManyScripts(t *testing.T) {
	t.Parallel()
	names := ""
	for _, token := range oktatest.New(oktatest.WithApp("0oa1", 200)).Tokens("0oa1") {
		names += token.Links.User.Title
	}
	for script, letters := range map[string]*unicode.RangeTable{
		"Latin": unicode.Latin, "Cyrillic": unicode.Cyrillic, "Han": unicode.Han, "Hangul": unicode.Hangul,
		"Arabic": unicode.Arabic, "Devanagari": unicode.Devanagari, "emoji": unicode.So, "combining marks": unicode.M,
	} {
		if !strings.ContainsFunc(names, func(r rune) bool { return unicode.Is(letters, r) }) {
			t.Errorf("no name has %s", script)
		}
	}
}
