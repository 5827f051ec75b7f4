package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
)

// Before anything is revoked, a sweep says how many requests that takes and how long at the org's limit, and where
// revoke-all would be one request.
func TestSweepSaysWhatItCosts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		limit  int
		args   []string
		says   []string
		absent string
	}{
		"within a window":          {500, []string{"--status", "ACTIVE"}, []string{"This revokes 250 of 250 refresh tokens of ORG: 252 requests, under a minute at the org's limit of 500 a minute"}, "share"},
		"over several windows":     {50, []string{"--status", "ACTIVE"}, []string{"252 requests, about 5 minutes at the org's limit of 50 a minute"}, ""},
		"at a share":               {50, []string{"--status", "ACTIVE", "--rate-share", "0.5"}, []string{"about 5 minutes at the org's limit of 50 a minute, about 10 minutes at the share of 0.5"}, ""},
		"all tokens of one app":    {50, []string{"--status", "ACTIVE"}, []string{"All tokens of 0oa1 match. 'apptokens revoke-all 0oa1' would take 1 request; it also revokes what is issued meanwhile"}, ""},
		"the only token of an app": {50, []string{"0oaOne", "--status", "ACTIVE"}, []string{"All tokens of 0oa1 match."}, ""},
		"all tokens of many apps":  {50, []string{"0oa2", "0oa3", "0oa4", "0oa5", "--status", "ACTIVE"}, []string{"All tokens of 0oa1 0oa2 0oa3 (and 2 more) match.", "would take 5 requests"}, ""},
		"some tokens of one app":   {50, []string{"--scope", "payments:read"}, []string{"refresh tokens of ORG: "}, "revoke-all"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := oktatest.NewServer(oktatest.WithApp("0oa1", 250), oktatest.WithApp("0oaOne", 1), oktatest.WithApp("0oa2", 2), oktatest.WithApp("0oa3", 2),
				oktatest.WithApp("0oa4", 2), oktatest.WithApp("0oa5", 2), oktatest.WithRateLimit(test.limit, time.Minute))
			t.Cleanup(org.Close)
			got := command{org: org, tty: true, stdin: "no\n"}.run(t.Context(), append([]string{"sweep", "0oa1"}, test.args...)...)
			for _, want := range test.says {
				if !strings.Contains(strings.Join(strings.Fields(got.err), " "), strings.ReplaceAll(want, "ORG", org.URL)) { // which is wrapped
					t.Errorf("stderr lacks %q:\n%s", want, got.err)
				}
			}
			if got.code != exitFailed || test.absent != "" && strings.Contains(got.err, test.absent) || len(org.Tokens("0oa1")) != 250 {
				t.Errorf("code %d, %d tokens left, stderr\n%s", got.code, len(org.Tokens("0oa1")), got.err)
			}
		})
	}
}

// What a dry run says is what the sweep then takes.
func TestADryRunSaysHowManyRequestsTheSweepTakes(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 250), oktatest.WithApp("0oa2", 250))
	t.Cleanup(org.Close)
	user := org.Tokens("0oa2")[0].UserID
	sweep := []string{"sweep", "0oa1", "0oa2", "--user", user}
	dry := command{org: org}.run(t.Context(), append(sweep, "--dry-run")...)
	before := len(org.Requests())
	if got := (command{org: org}).run(t.Context(), append(sweep, "--yes")...); got.code != exitDone {
		t.Fatalf("code %d, stderr\n%s", got.code, got.err)
	}
	if want := fmt.Sprintf(" match: %d requests, ", len(org.Requests())-before); !strings.Contains(dry.err, want) {
		t.Errorf("stderr lacks %q:\n%s", want, dry.err)
	}
}

// The hint at revoke-all is a command to copy, or does not look like one.
func TestTheHintAtRevokeAllCanBeRun(t *testing.T) {
	t.Parallel()
	apps := []string{"0oa1", "0oa2", "0oa3", "0oa4", "0oa5"}
	for n, says := range map[int]string{
		3: "All tokens of 0oa1 0oa2 0oa3 match. 'apptokens revoke-all 0oa1 0oa2 0oa3' would take 3 requests; it",
		5: "All tokens of 0oa1 0oa2 0oa3 (and 2 more) match. revoke-all on these 5 apps would take 5 requests; it",
	} {
		var options []oktatest.Option
		for _, appID := range apps {
			options = append(options, oktatest.WithApp(appID, 2))
		}
		org := oktatest.NewServer(options...)
		t.Cleanup(org.Close)
		got := command{org: org}.run(t.Context(), append([]string{"sweep", "--status", "ACTIVE", "--yes"}, apps[:n]...)...)
		if got.code != exitDone || !strings.Contains(got.err, says) {
			t.Errorf("%d apps: code %d, stderr\n%s\nwant %q", n, got.code, got.err, says)
		}
	}
}

// A wait that a call may not make ends the sweep at once, with how to continue; the same command then does the rest.
func TestSweepStopsAtAWaitThatIsRefused(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 3), oktatest.WithRateLimit(2, time.Minute))
	t.Cleanup(org.Close)
	got := command{org: org, env: map[string]string{"OKTA_CLIENT_REQUESTTIMEOUT": "5"}}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes")
	for _, want := range []string{"1 of 3 revoked, 2 not attempted at " + org.URL + ": 2 of 3 are left; run the same command again after ", "OKTA_CLIENT_REQUESTTIMEOUT limits a call to 5s."} {
		if !strings.Contains(got.err, want) {
			t.Errorf("stderr lacks %q:\n%s", want, got.err)
		}
	}
	if got.code != exitFailed || strings.Contains(got.err, "%!") {
		t.Errorf("code %d, stderr\n%s", got.code, got.err)
	}
}

// The time to continue at is on this machine's clock, also if the wait is refused before anything is revoked.
func TestARefusedWaitSaysWhenToContinue(t *testing.T) {
	t.Parallel()
	for requests, nothing := range map[int]string{2: "2 of 3 are left; ", 1: "; nothing was revoked; "} {
		for _, ahead := range []time.Duration{0, 2 * time.Minute, -time.Hour} {
			org := oktatest.NewServer(oktatest.WithApp("0oa1", 3), oktatest.WithApp("0oa2", 0), oktatest.WithRateLimit(requests, 3*time.Minute),
				oktatest.WithClock(func() time.Time { return clock.Add(ahead) }))
			t.Cleanup(org.Close)
			apps := []string{"0oa1", "0oa2"}[:3-requests]
			got := command{org: org}.run(t.Context(), append([]string{"sweep", "--status", "ACTIVE", "--yes", "--concurrency", "1"}, apps...)...)
			want := nothing + "run the same command again after " + clock.Add(3*time.Minute).Local().Format(time.TimeOnly)
			if got.code != exitFailed || !strings.Contains(got.err, want) || strings.Contains(got.err, "longer waits") {
				t.Errorf("org %v ahead: code %d, stderr\n%s\nwant %q", ahead, got.code, got.err, want)
			}
		}
	}
}

// A wait that no setting allows is not blamed on one.
func TestAWaitThatIsTooLongForAnyCallBlamesNoSetting(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 3), oktatest.WithRateLimit(2, 10*time.Minute))
	t.Cleanup(org.Close)
	got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes")
	if got.code != exitFailed || !strings.Contains(got.err, "2 of 3 are left; run the same command again after ") || strings.Contains(got.err, "limits a call to") {
		t.Errorf("code %d, stderr\n%s", got.code, got.err)
	}
}

// Whatever is written about a revocation says of which org, in each format and in the last line.
func TestEveryResultNamesTheOrg(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"table", "json", "jsonl", "csv", "yaml"} {
		for _, line := range [][]string{{"revoke", "0oa1", "oarAda"}, {"revoke-all", "0oa1", "--yes"}, {"sweep", "0oa1", "--yes", "--client", "0oaClient"}, {"sweep", "0oa1", "--yes", "--created-before", "2001-01-01"}} {
			org := newOrgWithAda(t)
			got := command{org: org}.run(t.Context(), append(line, "-o", format)...)
			lines := strings.Split(strings.TrimSpace(got.err), "\n")
			if got.code != exitDone || !strings.Contains(lines[len(lines)-1], org.URL) || line[len(line)-1] != "2001-01-01" && !strings.Contains(got.out, org.URL) {
				t.Errorf("%v -o %s: code %d, stdout\n%s\nstderr\n%s", line, format, got.code, got.out, got.err)
			}
		}
	}
}

// What failed and what is left is named with the org, too.
func TestEveryFailureNamesTheOrg(t *testing.T) {
	t.Parallel()
	for _, line := range [][]string{{"revoke", "0oa1", "oarAda"}, {"revoke-all", "0oa1", "--yes"}, {"sweep", "0oa1", "--yes", "--client", "0oaClient"}} {
		for name, fault := range map[string]oktatest.Fault{"a 403": oktatest.Status(403), "a 401": oktatest.Status(401), "no scope": oktatest.Challenge(403, "insufficient_scope", "")} {
			org := newOrgWithAda(t)
			org.Inject(fault.On(http.MethodDelete).Forever())
			got := command{org: org}.run(t.Context(), line...)
			if got.code != exitFailed || !strings.Contains(got.err, " at "+org.URL) || strings.Contains(got.err, "%!") {
				t.Errorf("%v, %s: code %d, stderr\n%s", line, name, got.code, got.err)
			}
		}
	}
}

// However it ends, a sweep says how many requests it took, retries included.
func TestSweepSaysHowManyRequestsItTook(t *testing.T) {
	t.Parallel()
	forbidden := oktatest.Status(403).On(http.MethodDelete).Times(1)
	tests := map[string]struct {
		args  []string
		fault oktatest.Fault
		says  string
	}{
		"done":             {args: []string{"--status", "ACTIVE", "--yes"}, says: "3 of 3 revoked at ORG; this took 7 requests\n"},
		"a dry run":        {args: []string{"--status", "ACTIVE", "--dry-run"}, says: "none was revoked (--dry-run); this took 3 requests\n"},
		"nothing to do":    {args: []string{"--created-before", "2001-01-01", "--yes"}, says: "(3 tokens were checked); this took 3 requests\n"},
		"a typo":           {args: []string{"--user", "00uNobody", "--yes"}, says: "pass --allow-unmatched if that is fine; this took 3 requests\n"},
		"a typo, dry":      {args: []string{"--user", "00uNobody", "--dry-run"}, says: "0 of 3 tokens of ORG match; none was revoked (--dry-run)\n"},
		"an unknown app":   {args: []string{"0oaUnknown", "--status", "ACTIVE", "--yes"}, says: "; nothing was revoked; this took 4 requests\n"},
		"no confirmation":  {args: []string{"--status", "ACTIVE"}, says: "took 3 requests\n"},
		"an interruption":  {args: []string{"--status", "ACTIVE", "--yes"}, fault: oktatest.SlowFirstByte(time.Minute), says: "interrupted: nothing was revoked at ORG; this took "},
		"one that remains": {args: []string{"--status", "ACTIVE", "--yes"}, fault: forbidden, says: "; this took 7 requests\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 3)
			org.Inject(oktatest.Status(503).On(http.MethodGet).Times(1), test.fault)
			ctx := t.Context()
			if name == "an interruption" {
				ctx = interruptAfter(t, org, 3)
			}
			got := command{org: org, tty: name == "no confirmation"}.run(ctx, append([]string{"sweep", "0oa1", "0oaEmpty"}, test.args...)...)
			if want := strings.ReplaceAll(test.says, "ORG", org.URL); !strings.Contains(got.err, want) {
				t.Errorf("stderr lacks %q:\n%s", want, got.err)
			}
			if strings.Count(got.err, "took ") != 1 || strings.Contains(got.err, " 0 requests") {
				t.Errorf("it says not once what it took, or that nothing takes no requests:\n%s", got.err)
			}
		})
	}
}
