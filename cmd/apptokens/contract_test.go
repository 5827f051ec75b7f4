package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/cmd/apptokens/internal/progress"
	"example.com/apptokens/gen"
)

func TestContractChecksAServer(t *testing.T) {
	t.Parallel()
	denied := map[string]string{"APPTOKENS_DENIED_AUTHORIZATION": "Bearer denied"}
	broken, readOnly := oktatest.NoLinks(), oktatest.Status(http.StatusForbidden).On(http.MethodDelete).Forever()
	const held = gen.ListTokensLimitDefault + 5
	tests := map[string]struct {
		command command
		args    []string
		fault   *oktatest.Fault
		code    int
		out     []string
		err     string
		left    int
	}{
		"reads":                {args: []string{"0oa1"}, out: []string{"passed   list              lists tokens", "skipped  denied", "skipped  revoke ", "23 passed, 0 failed, "}, left: held},
		"with all it can have": {command: command{env: denied}, args: []string{"0oa1", "--write", "--yes"}, out: []string{"passed   denied", "passed   revoke all again", " passed, 0 failed, 0 skipped; "}},
		"asks first":           {command: command{tty: true, stdin: "0oa1\n", env: denied}, args: []string{"0oa1", "--write"}, out: []string{" passed, 0 failed"}, err: "This revokes every refresh token of app 0oa1"},
		"takes no for no":      {command: command{tty: true, stdin: "yes\n"}, args: []string{"0oa1", "--write"}, code: 1, err: "not confirmed: nothing was revoked", left: held},
		"cannot ask":           {args: []string{"0oa1", "--write"}, code: 2, err: "pass --yes", left: held},
		"without an app":       {out: []string{"skipped  list              lists tokens as a JSON array, each with an id (no app was given)", "6 passed, 0 failed, "}, left: held},
		"finds what is wrong": {args: []string{"0oa1"}, fault: &broken, code: 1, left: held, err: "apptokens: 1 of ",
			out: []string{"failed   self link ", "\n           contract: listTokens: response header Link: required: it is missing", "\n           rule from: recorded traffic"}},
		"counts what could not be checked": {args: []string{"0oa1", "--write", "--yes"}, fault: &readOnly, code: 1, left: held,
			out: []string{"errored  revoke all ", " passed, 0 failed, 3 errored, 6 skipped; "}, err: "apptokens: 3 of 32 probes could not be made"},
		"in a format it does not have": {args: []string{"0oa1", "-o", "csv"}, code: 2, err: "a table, json, yaml or junit", left: held},
		"of an invalid ID":             {args: []string{".."}, code: 2, err: "another resource", left: held},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := oktatest.NewServer(oktatest.WithApp("0oa1", held), oktatest.WithBearerToken("denied"))
			t.Cleanup(org.Close)
			if test.fault != nil {
				org.Inject(*test.fault)
			}
			test.command.org = org
			got := test.command.run(t.Context(), append([]string{"contract"}, test.args...)...)
			for _, want := range test.out {
				if !strings.Contains(got.out, want) {
					t.Errorf("stdout lacks %q:\n%s", want, got.out)
				}
			}
			if requests := fmt.Sprintf(" skipped; %d requests in ", len(org.Requests())); len(test.out) > 0 && !strings.Contains(got.out, requests) {
				t.Errorf("stdout lacks %q:\n%s", requests, got.out)
			}
			if left := len(org.Tokens("0oa1")); got.code != test.code || !strings.Contains(got.err, test.err) || left != test.left {
				t.Errorf("code %d, %d tokens left, want %d and %d; stderr %q", got.code, left, test.code, test.left, got.err)
			}
		})
	}
}

func TestContractReportsForMachines(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 25)
	org.Inject(oktatest.NoLinks())
	got := command{org: org}.run(t.Context(), "contract", "0oa1", "-o", "json")
	var report contract.Report
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || got.code != 1 || report.Count(contract.Failed) != 1 || report.AppID != "0oa1" {
		t.Errorf("%v, code %d, %s", err, got.code, got.out)
	}
	org.Inject(oktatest.NoLinks())
	got = command{org: org}.run(t.Context(), "contract", "0oa1", "-o", "junit")
	var suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
	}
	if err := xml.Unmarshal([]byte(got.out), &suite); err != nil || got.code != 1 || suite.Tests == 0 || suite.Failures != 1 {
		t.Errorf("%v, code %d, %s", err, got.code, got.out)
	}
	if got := (command{org: org}).run(t.Context(), "list", "0oa1", "-o", "junit"); got.code != 2 || !strings.Contains(got.err, "junit works only with contract") {
		t.Errorf("code %d, %s", got.code, got.err)
	}
}

func TestContractShowsNoCredentialThatAServerRepeats(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 25), oktatest.WithAPIToken("canary-token"))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		org.ServeHTTP(recorder, r)
		maps.Copy(w.Header(), recorder.Header())
		w.Header().Set("X-Okta-Request-Id", r.Header.Get("Authorization"))
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
	}))
	defer server.Close()
	for _, format := range []string{"table", "json", "junit"} {
		got := command{env: map[string]string{"OKTA_CLIENT_ORGURL": server.URL, "OKTA_CLIENT_TOKEN": "canary-token"}}.
			run(t.Context(), "contract", "0oa1", "-v", "-o", format)
		if got.code != 1 || strings.Contains(got.out+got.err, "canary") || !strings.Contains(got.err, `msg="apptokens: probe" method=GET path=/api/v1/apps/0oa1/tokens`) {
			t.Errorf("%s: code %d\n%s\n%.2000s", format, got.code, got.out, got.err)
		}
	}
}

// Probes that could not be made are counted like the others.
func TestContractCountsEveryProbe(t *testing.T) {
	t.Parallel()
	refused := map[string]string{"OKTA_CLIENT_TOKEN": "revoked"}
	got := command{org: newOrg(t, 25), env: refused}.run(t.Context(), "contract", "0oa1")
	if passed := strings.Count(got.out, "\npassed "); got.code != exitFailed || !strings.Contains(got.out, " errored, ") || passed > 5 {
		t.Errorf("code %d, %s", got.code, got.out)
	}
}

// A full disk is reported once, and not for every line.
func TestContractReportsAFailedOutputOnce(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 25)
	env := map[string]string{"OKTA_CLIENT_ORGURL": org.URL, "OKTA_CLIENT_TOKEN": org.APIToken()}
	var stderr bytes.Buffer
	code := run(t.Context(), []string{"contract", "0oa1"}, &console{
		out: fullDisk{}, stderr: &stderr, getenv: func(name string) string { return env[name] }, configFiles: []string{},
	})
	if code != exitFailed || stderr.String() != "apptokens: no space left on device\n" {
		t.Errorf("code %d, stderr %q", code, &stderr)
	}
}

// Off a terminal as well, it is said what a check waits for, and a share of the rate limit is heeded.
func TestContractSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp("0oa1", 25), oktatest.WithRateLimit(20, time.Minute))
		var out, stderr bytes.Buffer
		env := map[string]string{"OKTA_CLIENT_ORGURL": "https://acme.okta.com", "OKTA_CLIENT_TOKEN": oktatest.DefaultAPIToken}
		c := &contractRun{app: newApp(&console{out: &out, stderr: &stderr, style: progress.Plain, getenv: func(name string) string { return env[name] }, configFiles: []string{}})}
		c.rateShare = "0.25"
		target, err := c.target([]string{"0oa1"})
		if err != nil || target.RateShare != 0.25 {
			t.Fatalf("rate share %v, %v", target.RateShare, err)
		}
		target.HTTPClient = &http.Client{Transport: org.Transport()}
		start := time.Now()
		if err := c.check(t.Context(), target); err != nil || !strings.Contains(out.String(), " 0 failed") {
			t.Errorf("%v, %s", err, &out)
		}
		waits := strings.Count(stderr.String(), "; its share of the rate limit is used up, waiting until ")
		if minutes := int(time.Since(start).Minutes()); waits < minutes-1 || minutes < 4 || strings.Contains(out.String(), "waiting") {
			t.Errorf("%d waits in %d minutes:\n%s", waits, minutes, &stderr)
		}
	})
}

// Of a long listing, as many pages are read as --max-pages says.
func TestContractReadsAsManyPagesAsItMay(t *testing.T) {
	t.Parallel()
	for args, cut := range map[string]bool{"": false, "--max-pages 100": false, "--max-pages 1": true} {
		org := newOrg(t, gen.ListTokensLimitDefault+5)
		got := command{org: org}.run(t.Context(), append([]string{"contract", "0oa1"}, strings.Fields(args)...)...)
		if got.code != exitDone || strings.Contains(got.out, "not all: no more than 1 of its pages may be read") != cut {
			t.Errorf("%s: code %d, cut %v\n%s%s", args, got.code, cut, got.err, got.out)
		}
	}
	if help := (command{}).run(t.Context(), "contract", "--help").out; !strings.Contains(help, "(default 100)") {
		t.Errorf("the help lacks the default:\n%s", help)
	}
}
