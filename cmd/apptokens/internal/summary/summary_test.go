package summary

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/gen"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// issued returns a token that was issued a while ago, and expires after a while.
func issued(user string, ago, left time.Duration, scopes ...string) api.Token {
	return api.Token{UserID: user, Status: gen.TokenStatusActive, Created: now.Add(-ago), ExpiresAt: now.Add(left), Scopes: scopes}
}

// titled gives a token the names that people know its app and its user by.
func titled(token api.Token, app, user string) api.Token {
	token.Links.App.Title, token.Links.User.Title = app, user
	return token
}

// ids returns what was counted, as "ID tokens".
func ids(counts []Count) []string {
	all := []string{}
	for _, c := range counts {
		all = append(all, fmt.Sprint(c.ID, " ", c.Tokens))
	}
	return all
}

func TestBucketsEndWhereTheNextBegins(t *testing.T) {
	t.Parallel()
	const year, instant = 365 * day, time.Nanosecond
	tests := map[string]struct {
		limits []limit
		want   map[time.Duration]string
	}{
		"ages": {ageLimits, map[time.Duration]string{
			-year: "under a day", 0: "under a day", day - instant: "under a day",
			day: "1 to 7 days", 7*day - instant: "1 to 7 days",
			7 * day: "7 to 30 days", 30*day - instant: "7 to 30 days",
			30 * day: "30 to 90 days", 90*day - instant: "30 to 90 days",
			90 * day: "90 to 180 days", 180*day - instant: "90 to 180 days",
			180 * day: "180 days to a year", year - instant: "180 days to a year",
			year: "over a year", 200 * year: "over a year",
		}},
		"expiries": {expiryLimits, map[time.Duration]string{
			-year: "expired", -instant: "expired",
			0: "within a day", day - instant: "within a day",
			day: "in 1 to 7 days", 7*day - instant: "in 1 to 7 days",
			7 * day: "in 7 to 30 days", 30*day - instant: "in 7 to 30 days",
			30 * day: "in 30 to 90 days", 90*day - instant: "in 30 to 90 days",
			90 * day: "in 90 days to a year", year - instant: "in 90 days to a year",
			year: "in over a year", 200 * year: "in over a year",
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, d := range slices.Sorted(maps.Keys(test.want)) {
				if got := test.limits[bucket(test.limits, d)].name; got != test.want[d] {
					t.Errorf("%v is %q, want %q", d, got, test.want[d])
				}
			}
		})
	}
}

// A server may leave a time out, or write a year that no duration reaches.
func TestEveryTimeHasABucket(t *testing.T) {
	t.Parallel()
	for _, when := range []time.Time{{}, time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)} {
		b := New("org", now)
		b.Add("0oa1", api.Token{Created: when, ExpiresAt: when})
		s := b.Summary()
		for _, counts := range [][]Count{s.Ages, s.Expiries} {
			total := 0
			for _, c := range counts {
				total += c.Tokens
			}
			if total != 1 {
				t.Errorf("%v: counted %v", when, ids(counts))
			}
		}
	}
}

func TestTheMostTokensComeFirst(t *testing.T) {
	t.Parallel()
	b := New("org", now)
	for app, users := range map[string]string{"0oaB": "cab", "0oaA": "abb", "0oaC": "bbbb"} {
		for _, user := range users {
			token := issued(string(user), day, day, "scope-"+string(user), "openid")
			token.Issuer = "issuer-" + string(user)
			b.Add(app, token)
		}
	}
	s := b.Summary()
	for name, test := range map[string]struct{ got, want []string }{
		"apps, equal ones by id": {ids(s.Apps), []string{"0oaC 4", "0oaA 3", "0oaB 3"}},
		"users":                  {ids(s.Users), []string{"b 7", "a 2", "c 1"}},
		"scopes":                 {ids(s.Scopes), []string{"openid 10", "scope-b 7", "scope-a 2", "scope-c 1"}},
		"statuses":               {ids(s.Statuses), []string{"ACTIVE 10"}},
		"issuers":                {ids(s.Issuers), []string{"issuer-b 7", "issuer-a 2", "issuer-c 1"}},
	} {
		if !slices.Equal(test.got, test.want) {
			t.Errorf("%s: %v, want %v", name, test.got, test.want)
		}
	}
	var holders []string
	for _, h := range s.Holders {
		holders = append(holders, fmt.Sprint(h.AppID, h.UserID, h.Tokens))
	}
	if want := []string{"0oaCb4", "0oaAb2", "0oaAa1", "0oaBa1", "0oaBb1", "0oaBc1"}; !slices.Equal(holders, want) {
		t.Errorf("holders %v, want %v", holders, want)
	}
}

func TestAHolderIsWhatTheTokensOfAUserHaveInCommon(t *testing.T) {
	t.Parallel()
	b := New("org", now)
	b.Add("0oa1", issued("00u1", 3*day, 2*day, "profile", "openid"))
	b.Add("0oa1", titled(issued("00u1", 9*day, day, "email", "openid"), "App", "User"))
	b.Add("0oa1", issued("00u1", 6*day, 8*day))
	want := []Holder{{
		AppID: "0oa1", AppName: "App", UserID: "00u1", UserName: "User", Tokens: 3, Scopes: []string{"email", "openid", "profile"},
		Oldest: now.Add(-9 * day), Newest: now.Add(-3 * day), Expires: now.Add(8 * day),
	}}
	if got := b.Summary().Holders; !reflect.DeepEqual(got, want) {
		t.Errorf("holders %+v, want %+v", got, want)
	}
}

func TestAnEmptyAppIsCounted(t *testing.T) {
	t.Parallel()
	b := New("org", now)
	b.AddApp("0oaEmpty")
	b.AddApp("0oa1")
	b.Add("0oa1", issued("00u1", day, day))
	b.AddApp("0oa1")
	if got, want := ids(b.Summary().Apps), []string{"0oa1 1", "0oaEmpty 0"}; !slices.Equal(got, want) {
		t.Errorf("apps %v, want %v", got, want)
	}
}

// Programs that read the summary loop over its lists.
func TestListsAreNeverNull(t *testing.T) {
	t.Parallel()
	none, one := New("org", now), New("org", now)
	one.Add("0oa1", issued("00u1", day, day))
	for _, b := range []*Builder{none, one} {
		encoded, err := json.Marshal(b.Summary())
		if err != nil || strings.Contains(string(encoded), "null") {
			t.Errorf("%s, %v", encoded, err)
		}
	}
}

// The summary keeps names as they are: whoever prints them makes them safe.
func TestNamesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, name := range []string{`</script><img src=x onerror=alert(1)>`, "\u202Eevil", "\x00\x1b[2J\n", "👩‍👩‍👧", strings.Repeat("w", 10_000)} {
		b := New("org", now)
		b.Add(name, titled(issued(name, day, day, name), name, name))
		s := b.Summary()
		named, bare := []Count{{ID: name, Name: name, Tokens: 1}}, []Count{{ID: name, Tokens: 1}}
		if !reflect.DeepEqual(s.Apps, named) || !reflect.DeepEqual(s.Users, named) || !reflect.DeepEqual(s.Scopes, bare) {
			t.Errorf("%.40q became %.400q", name, fmt.Sprint(s.Apps, s.Users, s.Scopes))
		}
		if h := s.Holders[0]; h.AppID != name || h.AppName != name || h.UserID != name || h.UserName != name || h.Scopes[0] != name {
			t.Errorf("%.40q became %.400q", name, fmt.Sprint(h))
		}
	}
}

func TestMemoryDoesNotGrowWithTheNumberOfTokens(t *testing.T) {
	const tokens, users, limit = 1_000_000, 100, 1 << 20
	before := heap()
	b := New("org", now)
	for i := range tokens {
		// Every token is part of a page of its own, which must not be kept for its strings.
		page := strings.Repeat(" ", 200) + fmt.Sprintf("00u%03d", i%users)
		b.Add("0oa1", issued(page[200:], time.Duration(i)*time.Second, day, page[200:203]+"scope"))
	}
	if grown := heap() - before; grown > limit {
		t.Errorf("%d bytes are kept for %d tokens of %d users", grown, tokens, users)
	}
	if s := b.Summary(); s.Tokens != tokens || len(s.Users) != users || len(s.Holders) != users {
		t.Errorf("%d tokens, %d users, %d holders", s.Tokens, len(s.Users), len(s.Holders))
	}
}

// heap returns how many bytes are in use.
func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
