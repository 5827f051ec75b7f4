package summary

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"example.com/apptokens/gen"
)

var (
	update = flag.Bool("update", false, "rewrite the golden files in testdata")
	pages  = flag.String("pages", "", "write pages to this folder, for the test that has a browser")
)

// hostile are names that somebody may have chosen to break the page.
var hostile = []string{
	`</script></style><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `{{.Org}} ${1} javascript:alert(1)`,
	"\u202Egnirts desrever", "\x00\x1b[2J\x07", "👩🏽‍🚒 مرحبا 你好", strings.Repeat("Verylongword", 25), "two  words\nand a line",
}

// hostileOrg returns the summary of a small org with all that a page has to deal with.
func hostileOrg() Summary {
	b := New("https://acme.okta.com", now)
	b.AddApp("0oaEmpty")
	for i := range 24 {
		app, user := fmt.Sprintf("0oa%02d", i), fmt.Sprintf("00u%02d", i)
		for j := range 30 - i {
			token := issued(user, time.Duration(i*i)*day, time.Duration(i*i-9)*day, "openid", fmt.Sprintf("app%02d.read", i))
			token.Issuer = fmt.Sprintf("https://acme.okta.com/oauth2/aus%d", j%2)
			switch {
			case i < len(hostile):
				token = titled(token, hostile[i], hostile[len(hostile)-1-i])
			case i < 16:
				token = titled(token, fmt.Sprintf("App %c", 'A'+i), fmt.Sprintf("user%d@example.com", i))
			}
			b.Add(app, token)
		}
	}
	b.Add("0oa00", issued("", 0, 0))
	return b.Summary()
}

// largeOrg returns the summary of an org in which so many users hold tokens of one app.
func largeOrg(holders int) Summary {
	b := New("https://acme.okta.com", now)
	for i := range holders {
		token := issued(fmt.Sprintf("00u%017d", i), time.Duration(i)*time.Hour, 30*day, "openid", "profile", "offline_access")
		b.Add("0oardd5r32PWsF4421d7", titled(token, "Payroll for Android", fmt.Sprintf("given.family%d@example.com", i)))
	}
	return b.Summary()
}

// write returns the page of a summary.
func write(t testing.TB, s Summary) string {
	t.Helper()
	var page bytes.Buffer
	if err := s.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// The test that has a browser takes these pages; without it, they are still written.
func TestWritePages(t *testing.T) {
	t.Parallel()
	folder := *pages
	if folder == "" {
		folder = t.TempDir()
	}
	for name, s := range map[string]Summary{"hostile": hostileOrg(), "large": largeOrg(maxRows + 1234), "empty": New("org", now).Summary()} {
		data, err := json.Marshal(s) // to compare the page with
		if err != nil {
			t.Fatal(err)
		}
		page := write(t, s)
		if !strings.HasPrefix(page, "<!DOCTYPE html>") || !strings.HasSuffix(strings.TrimSpace(page), "</html>") {
			t.Errorf("%s is not a whole page: %.100s", name, page)
		}
		for extension, content := range map[string][]byte{".html": []byte(page), ".json": data} {
			if err := os.WriteFile(filepath.Join(folder, name+extension), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	b := New("https://acme.okta.com", now.In(time.FixedZone("", 3600)))
	b.AddApp("0oaEmpty")
	b.Add("0oa1", titled(issued("00u1", 40*day, 3*day, "openid", "a<b"), "<App>", "user@example.com"))
	b.Add("0oa1", titled(issued("00u1", 4*day, 10*day, "openid"), "<App>", "user@example.com"))
	b.Add("0oa2", issued("00u2", 0, -day))
	// These three have tests of their own, and change without the page.
	escaped := strings.ReplaceAll(html.EscapeString(policy), "+", "&#43;")
	got := strings.NewReplacer(style, "STYLE", script, "SCRIPT", escaped, "POLICY").Replace(write(t, b.Summary()))

	path := filepath.Join("testdata", "page.html")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("page\n%s\nwant, as in %s,\n%s", got, path, want)
	}
}

func TestNamesAreTextAndNothingElse(t *testing.T) {
	t.Parallel()
	s := hostileOrg()
	s.Org = hostile[0]
	got := write(t, s)
	for _, tag := range []string{"<script", "</script", "<style", "</style", "<html", "</main"} {
		if n := strings.Count(got, tag); n != 1 {
			t.Errorf("%d times %s", n, tag)
		}
	}
	if strings.Contains(got, "<img") || regexp.MustCompile(`[\x00-\x09\x0b-\x1f\x7f]`).MatchString(got) {
		t.Error("an <img> or a control character")
	}
	for _, name := range hostile {
		if shown := "<bdi>" + html.EscapeString(text(name)) + "</bdi>"; !strings.Contains(got, shown) {
			t.Errorf("no %.100q", shown)
		}
	}
}

// hash names a script or a style, as the standard of content security policies says.
func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func TestThePolicyAllowsNothingButTheScriptAndTheStyleOfThePage(t *testing.T) {
	t.Parallel()
	got := write(t, hostileOrg())
	content := func(pattern string) string {
		if found := regexp.MustCompile(pattern).FindAllStringSubmatch(got, -1); len(found) == 1 {
			return found[0][1]
		}
		t.Fatalf("not one %s", pattern)
		return ""
	}
	want := fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; img-src data:; base-uri 'none'; form-action 'none'",
		hash(content(`(?s)<script type="module">(.*?)</script>`)), hash(content(`(?s)<style>(.*?)</style>`)))
	if policy := html.UnescapeString(content(`<meta http-equiv="Content-Security-Policy" content="(.*?)">`)); policy != want {
		t.Errorf("policy %s, want %s", policy, want)
	}
	for _, link := range regexp.MustCompile(`<[^>]*\b(?:src|href|action|style|on\w+)="?([^" >]*)`).FindAllStringSubmatch(got, -1) {
		if !strings.HasPrefix(link[1], "#") && link[1] != "data:," {
			t.Errorf("%s", link[0])
		}
	}
	if strings.Contains(style, "url(") || strings.Contains(style, "@import") {
		t.Error("the style loads something")
	}
}

func TestTheTableSaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	for holders, note := range map[int]string{10_000: "", 10_001: "most tokens. 1 more", 11_234: "most tokens. 1,234 more"} {
		t.Run(number(holders), func(t *testing.T) {
			t.Parallel()
			got := write(t, largeOrg(holders))
			_, rows, _ := strings.Cut(got, `<table class="rows many"`)
			if n := strings.Count(rows, `<tr><th scope="row">`); n != 10_000 {
				t.Errorf("%d rows", n)
			}
			if !strings.Contains(got, note) || strings.Contains(got, `class="note"`) != (note != "") {
				t.Errorf("no %q, or a note though there is nothing to say", note)
			}
			if mb := len(got) >> 20; mb > 8 {
				t.Errorf("the page has %d MB", mb)
			}
		})
	}
}

func TestOnlyALongTableIsLaidOutWhenItIsVisible(t *testing.T) {
	t.Parallel()
	for holders, many := range map[int]bool{1_000: false, 1_001: true} {
		if got := strings.Contains(write(t, largeOrg(holders)), `class="rows many"`); got != many {
			t.Errorf("%d rows: %v", holders, got)
		}
	}
}

func TestAChartHasAtMostTwentyBars(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		overlap      bool
		counts, bars int
		want         *others
	}{
		"nothing":                  {false, 0, 0, nil},
		"all have a bar":           {false, 20, 20, nil},
		"one other":                {false, 21, 20, &others{"1 other", "980", "<1%"}},
		"some others":              {false, 23, 20, &others{"3 others", "2,937", "<1%"}},
		"others that overlap":      {true, 23, 20, &others{"3 others", "up to 980", "each"}},
		"more than a thousand":     {false, 1001, 20, &others{"981 others", "480,690", "48%"}},
		"overlapping, but no more": {true, 20, 20, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			counts := make([]Count, test.counts)
			for i := range counts {
				counts[i] = Count{ID: fmt.Sprint(i), Tokens: 1000 - i}
			}
			got := Summary{Tokens: 1_000_000}.chart(chart{Overlap: test.overlap}, counts)
			if len(got.Bars) != test.bars || !reflect.DeepEqual(got.Others, test.want) {
				t.Errorf("%d bars and %+v, want %d and %+v", len(got.Bars), got.Others, test.bars, test.want)
			}
		})
	}
}

func TestBarsAreMeasuredByTheTotal(t *testing.T) {
	t.Parallel()
	got := Summary{Tokens: 200}.chart(chart{}, []Count{{Tokens: 40}, {Tokens: 80}, {Tokens: 1}, {}}).Bars
	want := []bar{{Count{Tokens: 40}, 20, "20%"}, {Count{Tokens: 80}, 40, "40%"}, {Count{Tokens: 1}, 0.5, "<1%"}, {Count{}, 0, "0%"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("bars %+v, want %+v", got, want)
	}
}

func TestBarsOfASmallTotalAreMeasuredByItAsWell(t *testing.T) {
	t.Parallel()
	for total, want := range map[int]bar{0: {Count{ID: "0oa1"}, 0, "0%"}, 1: {Count{ID: "0oa1", Tokens: 1}, 100, "100%"}} {
		if got := (Summary{Tokens: total}).chart(chart{}, []Count{{ID: "0oa1", Tokens: total}}).Bars; !slices.Equal(got, []bar{want}) {
			t.Errorf("of %d: bars %+v, want %+v", total, got, want)
		}
	}
}

// Most orgs have one issuer and one status, of which a chart would show nothing.
func TestIssuersAndStatusesHaveAChartIfThereAreSeveral(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]bool{0: false, 1: false, 2: true, 3: true} {
		b := New("https://acme.okta.com", now)
		for i := range n {
			token := issued("00u1", day, day)
			token.Issuer, token.Status = fmt.Sprint("https://acme.okta.com/oauth2/aus", i), gen.TokenStatus(fmt.Sprint("STATUS", i))
			b.Add("0oa1", token)
		}
		got := write(t, b.Summary())
		if strings.Contains(got, "Tokens by issuer") != want || strings.Contains(got, "Tokens by status") != want {
			t.Errorf("%d of each: want charts %v", n, want)
		}
	}
}

func TestShareIsNeverNothingOfSomethingNorAllOfLess(t *testing.T) {
	t.Parallel()
	for n, want := range map[[2]int]string{
		{0, 0}: "0%", {1, 1_000_000}: "<1%", {1, 100}: "1%", {1, 3}: "33%", {2, 3}: "67%", {99, 100}: "99%", {999, 1000}: ">99%", {7, 7}: "100%",
		{1, 1}: "100%", {0, 1}: "0%",
	} {
		if got := Share(n[0], n[1]); got != want {
			t.Errorf("%d of %d is %s, want %s", n[0], n[1], got, want)
		}
	}
}

func TestTextIsWhatItLooksLike(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Zoë 你好 👩🏽‍🚒":           "Zoë 你好 👩🏽‍🚒",
		"\x00\x1b[2J\x7f\u0090": "��[2J��",
		"a\tb\vc\r\nd\u0085e":   "a b c  d e",
		"\u202Enimda\u202D":     "�nimda�",
		"\xff":                  "�",
		"<b>&amp;":              "<b>&amp;",
	} {
		if got := text(name); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
}

func TestNumbersHaveCommas(t *testing.T) {
	t.Parallel()
	for want, n := range map[string]int{"0": 0, "999": 999, "1,000": 1000, "12,345": 12345, "123,456": 123456, "1,234,567": 1234567} {
		if got := number(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

func TestAFailedWriteIsAnError(t *testing.T) {
	t.Parallel()
	whole := write(t, largeOrg(100))
	for space := 0; space < len(whole); space += 4000 {
		if err := largeOrg(100).WriteHTML(&fullDisk{space}); !errors.Is(err, iotest.ErrTimeout) {
			t.Errorf("%d bytes of %d fit: error %v", space, len(whole), err)
		}
	}
}

// fullDisk has room for some bytes.
type fullDisk struct{ space int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.space -= len(p); d.space < 0 {
		return 0, iotest.ErrTimeout
	}
	return len(p), nil
}
