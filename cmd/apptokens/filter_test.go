package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// Every flag selects by its own field, in its own direction: a sweep revokes what matches, and nothing else.
func TestEveryFilterFlagSelectsByItsField(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	old := gen.Token{ID: "oarOld", UserID: "00uOld", ClientID: "0oaOld", Issuer: "https://acme.okta.com/oauth2/old", Status: gen.TokenStatusActive,
		Scopes: []string{"openid", "old"}, Created: clock.Add(-10 * day), ExpiresAt: clock.Add(2 * day)}
	young := gen.Token{ID: "oarYoung", UserID: "00uYoung", ClientID: "0oaYoung", Issuer: "https://acme.okta.com/oauth2/young", Status: gen.TokenStatusActive,
		Scopes: []string{"openid", "young"}, Created: clock.Add(-2 * day), ExpiresAt: clock.Add(10 * day)}
	date := func(days int) string { return clock.Add(time.Duration(days) * day).Format(time.DateOnly) }
	for args, left := range map[string]string{
		"--user 00uOld":   "oarYoung",
		"--user 00uYoung": "oarOld",
		"--client 0oaOld": "oarYoung",
		"--scope old":     "oarYoung",
		"--issuer https://acme.okta.com/oauth2/old": "oarYoung",
		"--status ACTIVE":                                   "",
		"--older-than 5d":                                   "oarYoung",
		"--older-than 20d":                                  "oarOld oarYoung",
		"--newer-than 5d":                                   "oarOld",
		"--newer-than 20d":                                  "",
		"--created-before 5d":                               "oarYoung",
		"--created-before " + date(-5):                      "oarYoung",
		"--created-before " + date(-20):                     "oarOld oarYoung",
		"--created-after 5d":                                "oarOld",
		"--created-after " + date(-5):                       "oarOld",
		"--created-after " + date(-20):                      "",
		"--created-after " + date(-5) + "T12:00":            "oarOld",
		"--expires-before 5d":                               "oarYoung",
		"--expires-before " + date(5):                       "oarYoung",
		"--expires-before " + date(20):                      "",
		"--expires-after 5d":                                "oarOld",
		"--expires-after " + date(5):                        "oarOld",
		"--expires-after " + date(20):                       "oarOld oarYoung",
		"--older-than 5d --user 00uYoung --allow-unmatched": "oarOld oarYoung",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			org := oktatest.NewServer(oktatest.WithApp("0oa1", 0), oktatest.WithClock(func() time.Time { return clock }))
			t.Cleanup(org.Close)
			org.Add("0oa1", old, young)
			got := command{org: org}.run(t.Context(), append([]string{"sweep", "0oa1", "--yes"}, strings.Fields(args)...)...)
			var ids []string
			for _, token := range org.Tokens("0oa1") {
				ids = append(ids, token.ID)
			}
			slices.Sort(ids)
			if got.code != exitDone || strings.Join(ids, " ") != left {
				t.Errorf("code %d, left %v, want %q; stderr\n%s", got.code, ids, left, got.err)
			}
		})
	}
}

// Every token was issued in the past. A time that is not would match all tokens or none, so it is a mistake.
func TestTokensWereIssuedInThePast(t *testing.T) {
	t.Parallel()
	for args, wrong := range map[string]bool{
		"--older-than 0d": true, "--older-than 0m": true, "--older-than 1s": false,
		"--newer-than 0h": true, "--newer-than 1s": false,
		"--created-before 0w": true, "--created-before 2026-11-24T12:00:01Z": true, "--created-before 2026-11-24T11:59:59Z": false,
		"--created-after 2026-11-24T12:00:01Z": true, "--created-after 2026-11-24T11:59:59Z": false,
	} {
		org := newOrg(t, 3)
		got := command{org: org}.run(t.Context(), append([]string{"list", "0oa1"}, strings.Fields(args)...)...)
		flag, _, _ := strings.Cut(args, " ")
		refused := got.code == exitUsage && strings.Contains(got.err, flag+": 2026-11-24T12:00:0") && strings.Contains(got.err, "is not in the past, by this machine's clock") && len(org.Requests()) == 0
		if refused != wrong || !wrong && got.code != exitDone {
			t.Errorf("%s: code %d, %d requests, stderr %q; refused %v, want %v", args, got.code, len(org.Requests()), got.err, refused, wrong)
		}
	}
}

func TestUnitsOfDurationsAreNamed(t *testing.T) {
	t.Parallel()
	const units = "(units: w, d, h, m for minutes, s)"
	for _, line := range []string{"list 0oa1 --older-than 90", "list 0oa1 --newer-than 3M", "list 0oa1 --expires-before 90", "list --help"} {
		got := command{}.run(t.Context(), strings.Fields(line)...)
		if text := strings.Join(strings.Fields(got.out+got.err), " "); !strings.Contains(text, units) {
			t.Errorf("%s: %q lacks %q", line, text, units)
		}
	}
}

// A sweep shows columns of tokens only if it revokes nothing.
func TestTheHelpOfASweepSaysWhoseColumnsAreChosen(t *testing.T) {
	t.Parallel()
	help := strings.Join(strings.Fields(command{}.run(t.Context(), "sweep", "--help").out), " ")
	if want := "columns of table and csv of --dry-run; +NAME"; !strings.Contains(help, want) {
		t.Errorf("the help lacks %q", want)
	}
}

// The longest duration is a hundred years, and m means minutes.
func TestDurationsHaveTheirUnit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"5s": 5 * time.Second, "5m": 5 * time.Minute, "5h": 5 * time.Hour, "5d": 120 * time.Hour, "5w": 840 * time.Hour, "36500d": 876000 * time.Hour,
	} {
		if got, err := ago(text, clock); err != nil || clock.Sub(got) != want {
			t.Errorf("%s is %v ago, %v; want %v", text, clock.Sub(got), err, want)
		}
	}
	if _, err := ago("36501d", clock); err == nil {
		t.Error("36501d is accepted")
	}
}

// A date without a zone is one where the machine is; a time with a zone is the same everywhere.
func TestDatesAreLocal(t *testing.T) {
	t.Parallel()
	now := clock.In(time.FixedZone("", -5*60*60))
	for text, want := range map[string]string{
		"2026-11-20": "2026-11-20T05:00:00Z", "2026-11-20T12:00": "2026-11-20T17:00:00Z", "2026-11-20 12:00:01": "2026-11-20T17:00:01Z",
		"2026-11-20T12:00:00Z": "2026-11-20T12:00:00Z", "2026-11-20T12:00:00+01:00": "2026-11-20T11:00:00Z",
	} {
		if got, err := ago(text, now); err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s is %v, %v; want %s", text, got, err, want)
		}
	}
}

// A value in which commas, spaces or line ends separate several stands for each of them.
func TestValuesOfAFilterAreSeparated(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 0)
	for _, id := range []string{"00u1", "00u2", "00u3", "00u4", "00u5"} {
		org.Add("0oa1", gen.Token{ID: "oar" + id, UserID: id})
	}
	got := command{org: org}.run(t.Context(), "list", "0oa1", "--user", "00u1,00u2 00u3", "--user", "\n00u4\n",
		"-o", "csv", "--columns", "userId", "--no-headers")
	if want := "00u1\n00u2\n00u3\n00u4\n"; got.code != exitDone || got.out != want {
		t.Errorf("code %d, %q, want %q; %s", got.code, got.out, want, got.err)
	}
}
