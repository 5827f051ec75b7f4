package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// On a terminal, what can be cut is cut so that lines fit, between characters, and IDs stay whole.
func TestTablesFitTheTerminal(t *testing.T) {
	t.Parallel()
	long := "Ana María Ejemplo Muestra de la Prueba y Ficción, née 見本 花子 " + strings.Repeat("👩‍👩‍👧", 20)
	for _, width := range []int{40, 80, 200} {
		for _, colours := range []bool{false, true} {
			var out bytes.Buffer
			table := newTable(&out, []column{{"ID", "", fixed}, {"NAME", "", shrinks}, {"SCOPES", "", shrinks}, {"STATUS", "", fixed}})
			table.limit, table.colours = width, colours
			_ = table.print(row{cells: []string{"oarT4npx1yT6lrws7LFf", long, strings.Repeat("scope ", 30), "ACTIVE"}})
			_ = table.print(row{cells: []string{"oar2", "李示例", "openid", "failed"}})
			if err := table.close(); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(out.String(), "\x1b[") != colours {
				t.Errorf("colours %v:\n%s", colours, out.String())
			}
			plain := strings.NewReplacer("\x1b[32m", "", "\x1b[31m", "", "\x1b[0m", "").Replace(out.String())
			lines := strings.Split(strings.TrimSuffix(plain, "\n"), "\n")
			for _, line := range lines {
				if w := uniseg.StringWidth(line); w > max(width, 56) { // what cannot shrink takes 56
					t.Errorf("width %d: a line takes %d:\n%s", width, w, line)
				}
			}
			if !strings.Contains(plain, "oarT4npx1yT6lrws7LFf") || !strings.Contains(plain, "…") || strings.Contains(plain, "�") {
				t.Errorf("width %d:\n%s", width, plain)
			}
			status := func(line, word string) int { return uniseg.StringWidth(line[:strings.LastIndex(line, word)]) }
			if status(lines[0], "STATUS") != status(lines[1], "ACTIVE") || status(lines[1], "ACTIVE") != status(lines[2], "failed") {
				t.Errorf("width %d: the last column is not aligned:\n%s", width, plain)
			}
		}
	}
}

func TestColumnsAreChosen(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 2)
	for args, want := range map[string]string{
		"--columns id,userName -o csv":  "id,userName\noarT4npx1yT6lrws7LFf,Пример Образцов\n",
		"--columns APPID,issuer -o csv": "appId,issuer\n0oa1,ORG/oauth2/",
		"--columns id":                  "ID\noarT4npx1yT6lrws7LFf\noardAWoEQ6lcSEAUDmKT\n",
	} {
		got := command{org: org}.run(t.Context(), append([]string{"list", "0oa1"}, strings.Fields(args)...)...)
		if got.code != 0 || !strings.HasPrefix(strings.ReplaceAll(got.out, org.URL, "ORG"), want) {
			t.Errorf("%s: code %d, %s%s, want %q", args, got.code, got.err, got.out, want)
		}
	}
	got := command{org: org}.run(t.Context(), "list", "0oa1", "--columns", "id,name")
	if got.code != 2 || !strings.Contains(got.err, `there is no column "name"; want some of id, status, appId`) {
		t.Errorf("code %d, %s", got.code, got.err)
	}
}

func TestTimesAreLocalOnATerminal(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	a := newApp(&console{showTables: true})
	if got, want := a.timestamp(at), at.Local().Format("2006-01-02 15:04"); got != want {
		t.Errorf("on a terminal: %s, want %s", got, want)
	}
	a.format = formatCSV
	if got := a.timestamp(at); got != "2026-11-24T12:00:00Z" {
		t.Errorf("as CSV on a terminal: %s", got)
	}
	a.console.showTables, a.format = false, formatTable
	if got := a.timestamp(at); got != "2026-11-24T12:00:00Z" {
		t.Errorf("elsewhere: %s", got)
	}
}

func TestAppsComeFromArgumentsFilesAndStandardInput(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 1), oktatest.WithApp("0oa2", 1), oktatest.WithApp("0oa3", 1))
	t.Cleanup(org.Close)
	file := t.TempDir() + "/apps.txt"
	writeTestFile(t, file, "# apps\n0oa2 # the second\n\n  0oa3\n0oa2\n")
	for name, test := range map[string]struct {
		args  []string
		stdin string
		lines int
	}{
		"arguments":                {[]string{"0oa1", "0oa2", "0oa1"}, "", 2},
		"a file":                   {[]string{"--apps-file", file}, "", 2},
		"a file and arguments":     {[]string{"0oa1", "--apps-file", file}, "", 3},
		"standard input":           {[]string{"-"}, "0oa1\n0oa3\n", 2},
		"standard input as a file": {[]string{"--apps-file", "-"}, "0oa1", 1},
		"nothing":                  {[]string{"-"}, "# none\n", 0},
		"a file that is not there": {[]string{"--apps-file", file + "x"}, "", 0},
	} {
		got := command{org: org, stdin: test.stdin}.run(t.Context(), append([]string{"list", "-o", "jsonl"}, test.args...)...)
		if want := map[bool]int{true: 0, false: 2}[test.lines > 0]; got.code != want || strings.Count(got.out, "\n") != test.lines {
			t.Errorf("%s: code %d, %d lines, %s", name, got.code, strings.Count(got.out, "\n"), got.err)
		}
	}
}

// One app that cannot be listed does not keep the others from being listed.
func TestListGoesOnPastAnAppThatFails(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 2), oktatest.WithApp("0oa3", 3))
	t.Cleanup(org.Close)
	got := command{org: org}.run(t.Context(), "list", "0oa1", "0oa2", "0oa3", "-o", "jsonl")
	if got.code != 1 || strings.Count(got.out, "\n") != 5 || !strings.Contains(got.err, "1 of 3 apps could not be listed; 5 tokens were listed, the listing is not complete") || !strings.Contains(got.err, "(app 0oa2): 404") {
		t.Errorf("code %d, %s%s", got.code, got.out, got.err)
	}
}

func TestTimeLeft(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	limit := func(limit, remaining int, reset time.Duration) api.RateLimit {
		return api.RateLimit{Limit: limit, Remaining: remaining, Reset: now.Add(reset)}
	}
	tests := map[string]struct {
		requests int
		rate     float64
		limit    api.RateLimit
		want     time.Duration
	}{
		"no limit is known":          {100, 10, api.RateLimit{}, 10 * time.Second},
		"all in this window":         {50, 10, limit(100, 60, 30*time.Second), 5 * time.Second},
		"the rest in the next":       {150, 10, limit(100, 60, 30*time.Second), 30 * time.Second},
		"two windows more":           {260, 10, limit(100, 60, 30*time.Second), 90 * time.Second},
		"slower than the limit":      {150, 1, limit(100, 60, 30*time.Second), 90 * time.Second},
		"a window that has ended":    {150, 100, limit(100, 0, -time.Second), time.Minute},
		"a limit that is never felt": {1000, 10, limit(1000000, 999999, 30*time.Second), 100 * time.Second},
	}
	for name, test := range tests {
		if got := timeLeft(test.requests, test.rate, test.limit, now); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestProgressBars(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := progress{console: &console{err: &out, showProgress: true, width: func() int { return 60 }}}
	p.setBar(0, 40, "revoked")
	p.bar.start = time.Now().Add(-10 * time.Second)
	p.setBar(10, 40, "revoked")
	p.setWaiting("the org's rate limit is used up until 12:00:00", api.RateLimit{})
	p.clear()
	lines := strings.Split(out.String(), clearLine)
	if lines[1] != "[------------------------------] 0 of 40 revoked" || !strings.HasPrefix(lines[2], "[####----") || !strings.HasSuffix(lines[2], "10 of 40 revoked, 1.0 a second, 30s left") {
		t.Errorf("%q", lines)
	}
	for _, line := range lines {
		if uniseg.StringWidth(line) > 59 {
			t.Errorf("%q is too long", line)
		}
	}
	// Without a terminal, there is a plain line every few seconds.
	out.Reset()
	p = progress{console: &console{err: &out, plainProgress: true}}
	p.setBar(1, 40, "revoked")
	p.told = time.Now().Add(-plainPause)
	p.setBar(2, 40, "revoked")
	p.setBar(3, 40, "revoked")
	if got := out.String(); got != "apptokens: 2 of 40 revoked\n" {
		t.Errorf("%q", got)
	}
	// While there is nothing to tell, there is none.
	out.Reset()
	p = progress{console: &console{err: &out, plainProgress: true}, waiting: "for the window"}
	p.told = time.Now().Add(-plainPause)
	p.setWaiting("", api.RateLimit{})
	if got := out.String(); got != "" {
		t.Errorf("%q", got)
	}
}

func TestHintsNameTheNextStep(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	org.Add("0oa1", gen.Token{ID: "oar1"})
	tests := map[string]struct {
		env   map[string]string
		fault *oktatest.Fault
		want  string
	}{
		"an administrator without rights": {nil, new(oktatest.Status(403)), "needs a role that may manage the app, such as Application Administrator"},
		"an access token without a scope": {map[string]string{"OKTA_CLIENT_TOKEN": "x", "OKTA_CLIENT_AUTHORIZATIONMODE": "Bearer"}, new(oktatest.Challenge(403, "insufficient_scope", "")), "needs the scope okta.apps.read to list and okta.apps.manage to revoke"},
		"an org that is not there":        {map[string]string{"OKTA_CLIENT_ORGURL": "http://127.0.0.1:1", "OKTA_CLIENT_RATELIMIT_MAXRETRIES": "0"}, nil, "The org URL http://127.0.0.1:1 comes from OKTA_CLIENT_ORGURL. Is it right?"},
	}
	for name, test := range tests {
		if test.fault != nil {
			org.Inject(*test.fault)
		}
		if got := (command{org: org, env: test.env}).run(t.Context(), "list", "0oa1"); got.code != 1 || !strings.Contains(got.err, test.want) {
			t.Errorf("%s: code %d, %s", name, got.code, got.err)
		}
	}
	for args, want := range map[string]string{"list 0oa1 --usr x": "did you mean --user?", "swep": "Did you mean this?\n\tsweep", "list 0oa1 --zzzzzzzz": "unknown flag: --zzzzzzzz\n"} {
		if got := (command{org: org}).run(t.Context(), strings.Fields(args)...); got.code != 2 || !strings.Contains(got.err, want) {
			t.Errorf("%s: code %d, %s", args, got.code, got.err)
		}
	}
}

func TestManPagesAndCompletion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if got := (command{}).run(t.Context(), "man", dir); got.code != 0 {
		t.Errorf("code %d, %s", got.code, got.err)
	}
	for _, name := range []string{"apptokens", "apptokens-sweep", "apptokens-summary"} {
		if page := readTestFile(t, dir+"/"+name+".1"); !strings.Contains(page, ".SH EXAMPLE") || !strings.Contains(page, ".SH OPTIONS") {
			t.Errorf("%s lacks something:\n%.500s", name, page)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		if got := (command{}).run(t.Context(), "completion", shell); got.code != 0 || !strings.Contains(got.out, "apptokens") {
			t.Errorf("%s: code %d, %s", shell, got.code, got.err)
		}
	}
}

// What a server sends moves no cursor and starts no formula.
func TestHostileNamesAreHarmless(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 0)
	token := gen.Token{ID: "oar1", UserID: "=cmd|'/c calc'!A1", Issuer: "\u009b2J\u202ex\u200bé"}
	org.Add("0oa1", token)
	jsonl := command{org: org}.run(t.Context(), "list", "0oa1", "-o", "jsonl").out
	if strings.ContainsAny(jsonl, "\u009b\u202e\u200b") || !strings.Contains(jsonl, `"issuer":"\u009b2J\u202ex\u200bé"`) {
		t.Errorf("jsonl: %q", jsonl)
	}
	var got gen.Token
	if err := json.Unmarshal([]byte(jsonl), &got); err != nil || got.Issuer != token.Issuer {
		t.Errorf("%v, %q", err, got.Issuer)
	}
	csv := command{org: org}.run(t.Context(), "list", "0oa1", "-o", "csv", "--columns", "userId,issuer").out
	if !strings.HasSuffix(csv, "\n'=cmd|'/c calc'!A1,�2J�x�é\n") {
		t.Errorf("csv: %q", csv)
	}
}
