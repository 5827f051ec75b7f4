package summary

import (
	"regexp"
	"slices"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzPage: whatever names and IDs hold, they are text: the page has the same elements and attributes as with others.
func FuzzPage(f *testing.F) {
	for _, name := range hostile {
		f.Add(name, "0oa1", name, "00u1", name, "openid", int64(-90*day), int64(9*day))
		f.Add("https://acme.okta.com", name, "Payroll", name, "user@example.com", name, int64(900*day), int64(-day))
	}
	tags := regexp.MustCompile(`<[^>]*>`)
	control := regexp.MustCompile(`[\x00-\x09\x0b-\x1f\x7f]`)
	f.Fuzz(func(t *testing.T, org, app, appName, user, userName, scope string, age, left int64) {
		if slices.Contains([]string{app, appName, user, userName, scope}, "") || app == appName || user == userName {
			return // these have elements of their own
		}
		page := func(org, app, appName, user, userName, scope string) string {
			b := New(org, now)
			b.Add(app, titled(issued(user, time.Duration(age), time.Duration(left), scope), appName, userName))
			return write(t, b.Summary())
		}
		got := page(org, app, appName, user, userName, scope)
		if !utf8.ValidString(got) || control.MatchString(got) {
			t.Error("the page is not text")
		}
		want := page("org", "app", "App", "user", "User", "scope")
		if got, want := tags.FindAllString(got, -1), tags.FindAllString(want, -1); !slices.Equal(got, want) {
			t.Errorf("elements\n%q\nwant\n%q", got, want)
		}
	})
}
