package oktatest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	const held = gen.ListTokensLimitDefault + 10
	tests := map[string]struct {
		fault oktatest.Fault
		ok    func(reply) bool
		left  int // how many tokens are left after a DELETE of all with the fault; -1 if the fault is for lists only
	}{
		"status:503": {oktatest.Status(503),
			func(r reply) bool { return r.status == 503 && strings.Contains(r.body, "E0000010") }, held},
		"concurrent-limit": {oktatest.ConcurrentLimit(),
			func(r reply) bool {
				return r.status == 429 && r.header.Get("X-Rate-Limit-Limit") == "0" && r.header.Get("X-Rate-Limit-Remaining") == "0"
			}, held},
		"used-up:9s": {oktatest.UsedUp(9 * time.Second),
			func(r reply) bool {
				reset := strconv.FormatInt(time.Now().Add(9*time.Second).Unix(), 10)
				return r.status == 429 && r.header.Get("X-Rate-Limit-Limit") == "100" &&
					r.header.Get("X-Rate-Limit-Remaining") == "0" && r.header.Get("X-Rate-Limit-Reset") == reset
			}, held},
		"throttle:7s": {oktatest.Throttle(7 * time.Second),
			func(r reply) bool { return r.status == 429 && r.header.Get("Retry-After") == "7" && r.body == "" }, held},
		"drop-before": {oktatest.DropBefore(), func(r reply) bool { return r.err != nil && r.status == 0 }, held},
		"drop-after":  {oktatest.DropAfter(), func(r reply) bool { return r.err != nil && r.status == 0 }, 0},
		"cut-body": {oktatest.CutBody(), func(r reply) bool {
			whole, _ := strconv.Atoi(r.header.Get("Content-Length"))
			return r.err != nil && r.status == 200 && whole > 0 && len(r.body) == whole/2
		}, -1},
		"truncate-body": {oktatest.TruncateBody(),
			func(r reply) bool { return r.err == nil && !json.Valid([]byte(r.body)) }, -1},
		"redirect:302,/x": {oktatest.Redirect(302, "/x"),
			func(r reply) bool { return r.status == 302 && r.header.Get("Location") == "/x" }, held},
		"html:200": {oktatest.HTML(200),
			func(r reply) bool { return r.status == 200 && strings.HasPrefix(r.body, "<!DOCTYPE html>") }, held},
		"body:200,text/plain,?": {oktatest.Body(200, "text/plain", "?"),
			func(r reply) bool { return r.body == "?" && r.header.Get("Content-Type") == "text/plain" }, held},
		"challenge:401,invalid_token,x": {oktatest.Challenge(401, "invalid_token", "x"),
			func(r reply) bool {
				challenge := r.header.Get("WWW-Authenticate")
				return r.status == 401 && r.body == "" && strings.Contains(challenge, `error="invalid_token"`)
			}, held},
		"slow-first-byte:1s": {oktatest.SlowFirstByte(time.Second), func(r reply) bool { return r.status == 200 }, 0},
		"slow-body:1s": {oktatest.SlowBody(time.Second),
			func(r reply) bool { return r.status == 200 && json.Valid([]byte(r.body)) }, 0},
		"header:X-Rate-Limit-Reset,soon": {oktatest.Header("X-Rate-Limit-Reset", "soon"),
			func(r reply) bool { return r.header.Get("X-Rate-Limit-Reset") == "soon" }, 0},
		"header:X-Rate-Limit-Reset,": {oktatest.Header("X-Rate-Limit-Reset", ""),
			func(r reply) bool { return r.header.Values("X-Rate-Limit-Reset") == nil }, 0},
		"folded-links": {oktatest.FoldedLinks(), func(r reply) bool {
			return len(r.header.Values("Link")) == 1 && strings.Contains(r.header.Get("Link"), "rel=next,")
		}, -1},
		"foreign-links:<x>; rel=y": {oktatest.ForeignLinks("<x>; rel=y"),
			func(r reply) bool { return len(r.header.Values("Link")) == 1 && r.header.Get("Link") == "<x>; rel=y" }, -1},
		"malformed-link": {oktatest.MalformedLink(),
			func(r reply) bool {
				return len(r.header.Values("Link")) == 1 && !strings.Contains(r.header.Get("Link"), ">")
			}, -1},
		"no-links": {oktatest.NoLinks(), func(r reply) bool { return r.header.Values("Link") == nil }, -1},
		"no-next":  {oktatest.NoNext(), func(r reply) bool { return len(r.header.Values("Link")) == 1 && r.next() == "" }, -1},
		"foreign-next:https://acme.okta.com/x": {oktatest.ForeignNext(orgURL + "/x"),
			func(r reply) bool { return r.next() == "/x" }, -1},
		"looping-next": {oktatest.LoopingNext(), func(r reply) bool {
			return r.next() == fmt.Sprintf("%s?limit=%d&expand=scope", tokens, gen.ListTokensLimitDefault)
		}, -1},
		"next-without-expand": {oktatest.NextWithoutExpand(),
			func(r reply) bool { return r.next() != "" && !strings.Contains(r.next(), "expand") }, -1},
		"punctuated-cursor": {oktatest.PunctuatedCursor(),
			func(r reply) bool { return strings.Contains(r.next(), ",;&limit=") }, -1},
		"relative-next": {oktatest.RelativeNext(),
			func(r reply) bool { return strings.Contains(r.header.Values("Link")[1], "</api/") }, -1},
	}
	for text, test := range tests {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			parsed, err := oktatest.ParseFault(text)
			if err != nil {
				t.Fatal(err)
			}
			name, _, _ := strings.Cut(text, ":")
			for _, fault := range []oktatest.Fault{test.fault, parsed} {
				synctest.Test(t, func(t *testing.T) {
					org := oktatest.New(oktatest.WithApp("0oa1", held))
					org.Inject(fault)
					start := time.Now()
					if got := send(t, org, "GET", tokens+"?expand=scope"); !test.ok(got) {
						t.Errorf("answer %+v", got)
					}
					if took := time.Since(start); took != time.Duration(strings.Count(name, "slow-"))*time.Second {
						t.Errorf("took %v", took)
					}
					if got := org.Requests()[0].Fault; got != name {
						t.Errorf("the record names the fault %q, want %q", got, name)
					}
					if got := send(t, org, "GET", tokens); got.status != 200 || len(got.list(t)) != gen.ListTokensLimitDefault {
						t.Errorf("after the fault: %+v", got)
					}
					if test.left >= 0 {
						org.Inject(fault)
						send(t, org, "DELETE", tokens)
						if left := len(org.Tokens("0oa1")); left != test.left {
							t.Errorf("%d tokens are left, want %d", left, test.left)
						}
					}
				})
			}
		})
	}
}

func TestFaultsHappenWhenTheyShould(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 3))
	org.Inject(oktatest.Status(503).On("DELETE").After(1).Times(2), oktatest.Status(500).Forever())
	var got []int
	for _, method := range []string{"GET", "DELETE", "DELETE", "DELETE", "DELETE"} {
		got = append(got, send(t, org, method, tokens).status)
	}
	org.Heal()
	got = append(got, send(t, org, "GET", tokens).status)
	if want := "[500 500 503 503 500 200]"; fmt.Sprint(got) != want {
		t.Errorf("statuses %v, want %s", got, want)
	}
}

// After counts every request with the fault's method, even if another fault happens to it, in any order of the faults.
func TestAfterCountsEveryRequest(t *testing.T) {
	t.Parallel()
	late, twice := oktatest.Status(503).After(1), oktatest.Status(500).Times(2)
	for name, test := range map[string]struct {
		faults []oktatest.Fault
		want   string
	}{
		"behind another fault":      {[]oktatest.Fault{twice, late}, "[500 500 503 200]"},
		"before another fault":      {[]oktatest.Fault{late, twice}, "[500 503 500 200]"},
		"with faults of a method":   {[]oktatest.Fault{oktatest.Status(500).On("DELETE"), late}, "[200 503 200 200]"},
		"in a row":                  {[]oktatest.Fault{oktatest.Status(500).After(1), oktatest.Status(502).After(2)}, "[200 500 502 200]"},
		"two for the same request":  {[]oktatest.Fault{late, late}, "[200 503 503 200]"},
		"of a method, among others": {[]oktatest.Fault{late.On("DELETE")}, "[200 200 200 200]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := oktatest.New(oktatest.WithApp("0oa1", 3))
			org.Inject(test.faults...)
			var got []int
			for range 4 {
				got = append(got, send(t, org, "GET", tokens).status)
			}
			if fmt.Sprint(got) != test.want {
				t.Errorf("statuses %v, want %s", got, test.want)
			}
		})
	}
}

// A client reads the first half at once, and may leave before the second comes.
func TestABodyPausesOnTheWire(t *testing.T) {
	t.Parallel()
	server := oktatest.NewServer(oktatest.WithApp("0oa1", 3))
	defer server.Close()
	server.Inject(oktatest.SlowBody(time.Hour))
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+tokens, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+server.APIToken())
	resp, err := (&http.Transport{DisableCompression: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.CopyN(io.Discard, resp.Body, resp.ContentLength/2); err != nil {
		t.Error(err)
	}
	cancel()
	if rest, err := io.ReadAll(resp.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("read %q, %v", rest, err)
	}
}

// What net/http would add by itself is removed, too.
func TestHeadersAreRemovedOnTheWire(t *testing.T) {
	t.Parallel()
	server := oktatest.NewServer(oktatest.WithApp("0oa1", 3))
	defer server.Close()
	plain := &http.Transport{DisableCompression: true} // net/http guesses no Content-Type of what is compressed
	defer plain.CloseIdleConnections()
	for _, name := range []string{"Date", "content-type", "Set-Cookie"} {
		server.Inject(oktatest.Header(name, ""))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+tokens, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "SSWS "+server.APIToken())
		resp, err := plain.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if values := resp.Header.Values(name); resp.StatusCode != http.StatusOK || len(values) > 0 {
			t.Errorf("%d with %s: %q", resp.StatusCode, name, values)
		}
	}
}
