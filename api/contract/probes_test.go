package contract_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"example.com/apptokens/api"
	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// result returns the result of a probe.
func result(t *testing.T, report contract.Report, probe string) contract.Result {
	t.Helper()
	for _, result := range report.Results {
		if result.Probe == probe {
			return result
		}
	}
	t.Fatalf("no result of %s: %+v", probe, report.Results)
	return contract.Result{}
}

// Whichever request meets an outage, one probe cannot be made, and no rule is broken.
func TestAnOutageAtAnyRequestBreaksNoRule(t *testing.T) {
	t.Parallel()
	const attempts = 5
	for n, met := 0, true; met; n++ {
		synctest.Test(t, func(t *testing.T) {
			org := newOrg()
			org.Inject(oktatest.Status(503).After(n).Times(attempts))
			report, err := contract.Check(t.Context(), inProcess(org))
			met = len(org.Requests()) > n
			if err != nil || report.Count(contract.Failed) > 0 || met != (report.Count(contract.Errored) == 1) {
				t.Errorf("request %d: %v, %+v", n+1, err, report.Results)
			}
		})
	}
}

// No listing is read further than it may be, and the result says how far it was.
func TestCheckReadsAtMostSoManyPages(t *testing.T) {
	t.Parallel()
	const tokens = 2*api.MaxPageSize + 50
	all := fmt.Sprintf("%d tokens", tokens)
	some := func(n, pages int) string {
		return fmt.Sprintf("%d tokens, not all: no more than %d of its pages may be read", n, pages)
	}
	for pages, want := range map[int][3]string{
		2:   {some(2*api.MaxPageSize, 2), some(2*gen.ListTokensLimitDefault, 2), some(2, 2)},
		100: {all, all, some(100, 100)},
		0:   {all, all, some(100, 100)}, // the default
	} {
		target := inProcess(oktatest.New(oktatest.WithApp("0oa1", tokens)))
		target.MaxPages, target.Write, target.Denied = pages, false, nil
		report, err := contract.Check(t.Context(), target)
		if err != nil || report.Count(contract.Failed) > 0 {
			t.Errorf("%v, %+v", err, report.Results)
		}
		for i, probe := range []string{"largest pages", "default pages", "smallest pages"} {
			if got := result(t, report, probe); got.Outcome != contract.Passed || got.Detail != want[i] || got.Requests > cmp.Or(pages, 100) {
				t.Errorf("at most %d pages: %+v, want %q", pages, got, want[i])
			}
		}
	}
}

// Tokens may be revoked between the listing and the reading: a few are tried, and no more than it takes.
func TestAFewTokensAreTried(t *testing.T) {
	t.Parallel()
	for gone, want := range []contract.Result{
		{Outcome: contract.Passed, Requests: 1}, {Outcome: contract.Passed, Requests: 2}, {Outcome: contract.Passed, Requests: 3},
		{Outcome: contract.Failed, Requests: 3},
	} {
		reads := 0
		server := httptest.NewServer(change{only: isToken("GET"), response: func(r *http.Request, w *httptest.ResponseRecorder) {
			if reads++; reads <= gone {
				whole(404, "application/json", errorObject)(r, w)
			}
		}}.handler(newOrg()))
		defer server.Close()
		report, err := contract.Check(t.Context(), target(server.URL))
		if got := result(t, report, "get"); err != nil || got.Outcome != want.Outcome || got.Requests != want.Requests {
			t.Errorf("%d gone: %v, %+v, want %+v", gone, err, got, want)
		}
	}
}

// A limit above the maximum may be replaced by the maximum, but not taken as it is.
func TestALimitThatIsTooLargeMayBeReplaced(t *testing.T) {
	t.Parallel()
	for more, want := range []contract.Outcome{contract.Passed, contract.Failed} {
		server := httptest.NewServer(change{
			only: isPage(gen.ListTokensLimitMaximum + 1), request: query("limit", fmt.Sprint(gen.ListTokensLimitMaximum)),
			response: rewrite(func(page string) string {
				return strings.Replace(page, "[", "["+strings.Repeat(`{"id":"oarMore"},`, more), 1)
			}),
		}.handler(oktatest.New(oktatest.WithApp("0oa1", gen.ListTokensLimitMaximum+5))))
		defer server.Close()
		target := target(server.URL)
		target.Write, target.Denied, target.MaxPages = false, nil, 1
		report, err := contract.Check(t.Context(), target)
		if got := result(t, report, "limit too large"); err != nil || got.Outcome != want {
			t.Errorf("%d more than the maximum: %v, %+v, want %s", more, err, got, want)
		}
	}
}

// A full page without links may hide more tokens; the end of a listing may lack them.
func TestAFullPageNeedsLinks(t *testing.T) {
	t.Parallel()
	for tokens, want := range map[int]contract.Outcome{
		gen.ListTokensLimitMaximum - 1: contract.Passed, gen.ListTokensLimitMaximum + 1: contract.Failed,
	} {
		server := httptest.NewServer(change{only: isPage(gen.ListTokensLimitMaximum), response: header("Link", "")}.
			handler(oktatest.New(oktatest.WithApp("0oa1", tokens))))
		defer server.Close()
		target := target(server.URL)
		target.Write, target.Denied, target.MaxPages = false, nil, 1
		report, err := contract.Check(t.Context(), target)
		if got := result(t, report, "largest pages"); err != nil || got.Outcome != want {
			t.Errorf("%d tokens: %v, %+v, want %s", tokens, err, got, want)
		}
	}
}

// What Okta does, or may do, breaks no rule.
func TestCheckTakesWhatOktaMayDo(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]change{
		// Okta's own 405s come from a server in front.
		"a 405 without a request id": {only: method("POST", "/tokens"), response: header("X-Okta-Request-Id", "")},
		"as many requests left as the limit": {only: isList, response: func(_ *http.Request, w *httptest.ResponseRecorder) {
			w.Header().Set("X-Rate-Limit-Remaining", w.Header().Get("X-Rate-Limit-Limit"))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(change.handler(newOrg()))
			defer server.Close()
			report, err := contract.Check(t.Context(), target(server.URL))
			if err != nil || len(report.Results) == 0 || report.Count(contract.Passed) != len(report.Results) {
				t.Errorf("%v, %+v", err, report.Results)
			}
		})
	}
}

// Tokens that are issued and revoked between two listings make no difference.
func TestTokensMayComeAndGoMeanwhile(t *testing.T) {
	t.Parallel()
	org, changed := newOrg(), false
	server := httptest.NewServer(change{only: isPage(gen.ListTokensLimitDefault), request: func(*http.Request) {
		if !changed {
			changed = true
			org.Add("0oa1", gen.Token{ID: "oarNew"})
			revoke := httptest.NewRequest(http.MethodDelete, "/api/v1/apps/0oa1/tokens/"+org.Tokens("0oa1")[7].ID, nil)
			revoke.Header.Set("Authorization", "SSWS "+oktatest.DefaultAPIToken)
			org.ServeHTTP(httptest.NewRecorder(), revoke)
		}
	}}.handler(org))
	defer server.Close()
	report, err := contract.Check(t.Context(), target(server.URL))
	if err != nil || !changed || report.Count(contract.Failed)+report.Count(contract.Errored) > 0 {
		t.Errorf("%v, %+v", err, report.Results)
	}
}

// What an app with few tokens cannot show is skipped, with the reason.
func TestCheckOfAnAppWithFewTokens(t *testing.T) {
	t.Parallel()
	for tokens, skipped := range []map[string]string{
		0: {
			"default pages": "there are too few tokens to compare", "smallest pages": "default pages has not passed", "expand": "no token has a scope",
			"expand on": "expand has not passed", "get": "the app holds no token", "get, expand": "get has not passed",
			"revoke": "get has not passed", "revoke again": "revoke has not passed", "get revoked": "revoke has not passed", "revoke one": "revoke has not passed",
		},
		1: {
			"default pages": "there are too few tokens to compare", "smallest pages": "default pages has not passed",
			"expand on": "smallest pages has not passed", "revoke one": "the app held one token",
		},
	} {
		server := httptest.NewServer(oktatest.New(oktatest.WithApp("0oa1", tokens), oktatest.WithBearerToken("denied")))
		defer server.Close()
		report, err := contract.Check(t.Context(), target(server.URL))
		got := map[string]string{}
		for _, result := range report.Results {
			if _, expected := skipped[result.Probe]; expected && result.Outcome == contract.Skipped {
				got[result.Probe] = result.Detail
			}
		}
		if err != nil || report.Count(contract.Failed) > 0 || !maps.Equal(got, skipped) {
			t.Errorf("%d tokens: %v, skipped: %q, want %q", tokens, err, got, skipped)
		}
	}
}

// A failure names the request, and what became of it.
func TestAFailureNamesItsRequest(t *testing.T) {
	t.Parallel()
	leads := func(target string) change {
		return change{only: isPage(gen.ListTokensLimitMaximum),
			response: next(func(*http.Request, string) string { return target })}
	}
	itself := fmt.Sprint("?limit=", gen.ListTokensLimitMaximum)
	page := "GET /api/v1/apps/0oa1/tokens" + itself + ": 200: the next link "
	for probe, tests := range map[string]map[string]change{
		"unknown app": {"GET /api/v1/apps/0oaNoSuchAppHere0000/tokens: 200: want 404 (request ": {
			only: method("GET", "/0oaNoSuchAppHere0000/tokens"), response: whole(200, "application/json", "[]")}},
		"largest pages": {
			page + "leads to https://evil.example/x (request ": leads("https://user:password@evil.example/x?code=1"),
			page + "leads to the page itself (request ":        leads(itself),
			page + "is not a URL (request ":                    leads("%zz"),
		},
	} {
		for want, change := range tests {
			server := httptest.NewServer(change.handler(newOrg()))
			defer server.Close()
			report, err := contract.Check(t.Context(), target(server.URL))
			got := result(t, report, probe)
			if err != nil || got.Outcome != contract.Failed || !strings.HasPrefix(got.Detail, want) {
				t.Errorf("%v, %+v, want %q", err, got, want)
			}
		}
	}
}
