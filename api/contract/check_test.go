package contract_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/apptokens"
	"example.com/apptokens/api"
	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oauth"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

func newOrg() *oktatest.Org {
	return oktatest.New(oktatest.WithApp("0oa1", gen.ListTokensLimitDefault+5),
		oktatest.WithBearerToken("denied", "okta.users.read"))
}

// target is a target with everything, at a URL.
func target(url string) contract.Target {
	return contract.Target{
		URL: url, AppID: "0oa1", Write: true,
		Auth: api.APIToken(oktatest.DefaultAPIToken), Denied: api.BearerToken("denied"),
	}
}

// What the server says of an unknown app says nothing about other rules.
func TestAnUnknownAppFailsTheListingAlone(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newOrg())
	defer server.Close()
	target := target(server.URL)
	target.AppID = "0oaMistyped"
	report, err := contract.Check(t.Context(), target)
	if first := report.Results[0]; err != nil || first.Outcome != contract.Failed || !strings.HasSuffix(first.Detail, "; is 0oaMistyped an app of "+server.URL+"?") {
		t.Errorf("%v, %+v; want a failure of the listing that asks about the app", err, first)
	}
	if failed := report.Count(contract.Failed); failed != 1 {
		t.Errorf("%d probes failed, want 1: %+v", failed, report.Results)
	}
}

func TestOktatestKeepsTheContract(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 450), oktatest.WithBearerToken("denied", "okta.users.read"))
	violated := func(v contract.Violation) { t.Errorf("the server violates the contract: %v", &v) }
	server := httptest.NewServer(contract.Handler(contract.Handler(org, contract.OnViolation(violated))))
	defer server.Close()
	target, told := target(server.URL), []contract.Result(nil)
	target.OnResult = func(r contract.Result) { told = append(told, r) }
	report, err := contract.Check(t.Context(), target)
	if err != nil || !slices.Equal(told, report.Results) {
		t.Fatalf("%v, told %+v", err, told)
	}
	for _, result := range report.Results {
		counts := strings.HasSuffix(result.Probe, " pages")
		if result.Outcome != contract.Passed || result.Rule == "" || result.Source == "" || counts != (result.Detail != "") {
			t.Errorf("%+v", result)
		}
	}
	document, err := openapi3.NewLoader().LoadFromData(apptokens.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	for template, item := range document.Paths.Map() {
		path := regexp.MustCompile("^" + regexp.MustCompile(`\{\w+\}`).ReplaceAllString(template, "[^/]+") + "$")
		for method, operation := range item.Operations() {
			if !slices.ContainsFunc(org.Requests(),
				func(r oktatest.Request) bool { return r.Method == method && path.MatchString(r.Path) }) {
				t.Errorf("no probe sends a request to %s: add one", operation.OperationID)
			}
		}
	}
}

// Okta's recorded answers are compressed, have cookies and caching headers, and lack the headers of the rate limit and
// the request id where the request did not reach the application: on all 405s, and on some 400s.
func TestCheckPassesAServerThatBehavesAsRecorded(t *testing.T) {
	t.Parallel()
	org, compressed := newOrg(), 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		org.ServeHTTP(recorder, r)
		maps.Copy(w.Header(), recorder.Header())
		if recorder.Code == http.StatusBadRequest || recorder.Code == http.StatusMethodNotAllowed {
			for _, name := range []string{"X-Okta-Request-Id", "X-Rate-Limit-Limit", "X-Rate-Limit-Remaining",
				"X-Rate-Limit-Reset"} {
				w.Header().Del(name)
			}
		}
		if w.Header().Get("Content-Encoding") == "gzip" && w.Header().Get("Set-Cookie") != "" &&
			w.Header().Get("Expires") == "0" {
			compressed++
		}
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
	}))
	defer server.Close()
	readOnly := target(server.URL)
	readOnly.Write = false
	report, err := contract.Check(t.Context(), readOnly)
	if err != nil || report.Count(contract.Passed) != 24 || report.Count(contract.Failed) != 0 || compressed < 20 {
		t.Errorf("%v, %d compressed, %+v", err, compressed, report)
	}
}

func TestCheckOnlyReads(t *testing.T) {
	t.Parallel()
	org := newOrg()
	server := httptest.NewServer(org)
	defer server.Close()
	readOnly := target(server.URL)
	readOnly.Write, readOnly.Denied, readOnly.HTTPClient = false, nil, new(http.Client)
	report, err := contract.Check(t.Context(), readOnly)
	if err != nil {
		t.Fatal(err)
	}
	if len(org.Requests()) == 0 {
		t.Error("no request")
	}
	for _, request := range org.Requests() {
		if request.Method == http.MethodDelete || request.Header.Get("User-Agent") != "apptokens-contract" {
			t.Errorf("%s %s, by %s", request.Method, request.Path, request.Header.Get("User-Agent"))
		}
	}
	if len(org.Tokens("0oa1")) != gen.ListTokensLimitDefault+5 || report.Count(contract.Failed) != 0 ||
		report.Count(contract.Skipped) == 0 {
		t.Errorf("%+v", report)
	}
}

func TestCheckWithoutAnApp(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newOrg())
	defer server.Close()
	report, err := contract.Check(t.Context(),
		contract.Target{URL: server.URL, Auth: api.APIToken(oktatest.DefaultAPIToken)})
	if err != nil || report.Count(contract.Failed) != 0 || report.Count(contract.Passed) != 6 {
		t.Errorf("%v, %+v", err, report)
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	good := target(orgURL)
	for name, change := range map[string]func(*contract.Target){
		"a URL without a scheme":   func(target *contract.Target) { target.URL = "acme.okta.com" },
		"no credential":            func(target *contract.Target) { target.Auth = nil },
		"an app ID of ..":          func(target *contract.Target) { target.AppID = ".." },
		"to revoke without an app": func(target *contract.Target) { target.AppID = "" },
		"negative pages":           func(target *contract.Target) { target.MaxPages = -1 },
		"a share over one":         func(target *contract.Target) { target.RateShare = 1.5 },
		"a share that is NaN":      func(target *contract.Target) { target.RateShare = math.NaN() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := good
			change(&bad)
			if _, err := contract.Check(t.Context(), bad); !errors.Is(err, api.ErrInvalidArgument) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// A service app that may only read is what a nightly check should have.
func TestCheckAsAServiceAppThatMayRead(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	server := oktatest.NewServer(oktatest.WithApp("0oa1", gen.ListTokensLimitDefault+5), oktatest.WithResourceNonce(),
		oktatest.WithServiceApp(oktatest.ServiceApp{
			ClientID: "0oaService", Keys: map[string]crypto.PublicKey{"": key.Public()}, Scopes: []string{oauth.ScopeRead},
		}))
	defer server.Close()
	app, err := oauth.NewServiceApp(server.URL, "0oaService", key, oauth.WithScopes(oauth.ScopeRead))
	if err != nil {
		t.Fatal(err)
	}
	report, err := contract.Check(t.Context(), contract.Target{URL: server.URL, AppID: "0oa1", Auth: app})
	if err != nil || report.Count(contract.Failed)+report.Count(contract.Errored) > 0 ||
		report.Count(contract.Passed) != 23 ||
		result(t, report, "other method").Detail != "the credential lacks the scope" {
		t.Errorf("%v, %+v", err, report.Results)
	}
}

// inProcess is a target within the process, in virtual time.
func inProcess(org *oktatest.Org) contract.Target {
	target := target(orgURL)
	target.HTTPClient = &http.Client{Transport: org.Transport()}
	return target
}

func TestCheckRidesOutFaults(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg()
		org.Inject(oktatest.DropBefore().After(3), oktatest.CutBody().After(6), oktatest.UsedUp(30*time.Second).After(9),
			oktatest.Status(503).After(12).Times(4))
		report, err := contract.Check(t.Context(), inProcess(org))
		if err != nil || len(report.Results) == 0 || report.Count(contract.Passed) != len(report.Results) {
			t.Errorf("%v, %+v", err, report.Results)
		}
		faults := map[string]int{}
		for _, request := range org.Requests() {
			faults[request.Fault]++
		}
		delete(faults, "")
		if want := map[string]int{"drop-before": 1, "cut-body": 1, "used-up": 1, "status": 4}; !maps.Equal(faults, want) {
			t.Errorf("faults %v, want %v", faults, want)
		}
	})
}

func TestCheckOfAServerThatIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg()
		org.Inject(oktatest.DropBefore().Forever())
		report, err := contract.Check(t.Context(), inProcess(org))
		if err == nil || !strings.Contains(err.Error(), "connection reset") || len(report.Results) != 1 ||
			report.Count(contract.Errored) != 1 {
			t.Errorf("%v, %+v", err, report.Results)
		}
		// An outage is not a broken rule, however long it is.
		org.Heal()
		org.Inject(oktatest.Status(503).After(1).Forever())
		report, err = contract.Check(t.Context(), inProcess(org))
		if err != nil || report.Count(contract.Failed) != 0 || report.Count(contract.Errored) < 5 {
			t.Errorf("%v, %+v", err, report.Results)
		}
	})
}
