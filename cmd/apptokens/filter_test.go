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
