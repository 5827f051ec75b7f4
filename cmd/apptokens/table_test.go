package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/cmd/apptokens/internal/output"
	"example.com/apptokens/gen"
)

func TestColumnsAreChosen(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 2)
	for args, want := range map[string]string{
		"--columns id,userName -o csv":         "id,userName\noarT4npx1yT6lrws7LFf,Пример Образцов\n",
		"--columns APPID,issuer -o csv":        "appId,issuer\n0oa1,ORG/oauth2/",
		"--columns id,ID,+id -o csv":           "id\noarT4",
		"--columns +id,+issuer -o csv":         "id,status,appId,userId,created,expiresAt,scopes,issuer\n",
		"--columns +userName,id,issuer -o csv": "id,status,appId,userId,created,expiresAt,scopes,userName,issuer\n",
		"--columns id,+issuer -o csv":          "id,issuer\noarT4",
		"--columns id":                         "ID\noarT4npx1yT6lrws7LFf\noardAWoEQ6lcSEAUDmKT\n",
		"--columns id --no-headers":            "oarT4npx1yT6lrws7LFf\noardAWoEQ6lcSEAUDmKT\n",
		"--columns id --no-headers -o csv":     "oarT4npx1yT6lrws7LFf\noardAWoEQ6lcSEAUDmKT\n",
	} {
		got := command{org: org}.run(t.Context(), append([]string{"list", "0oa1"}, strings.Fields(args)...)...)
		if got.code != 0 || !strings.HasPrefix(strings.ReplaceAll(got.out, org.URL, "ORG"), want) {
			t.Errorf("%s: code %d, %s%s, want %q", args, got.code, got.err, got.out, want)
		}
	}
	got := command{org: org}.run(t.Context(), "list", "0oa1", "--columns", "id,name")
	if got.code != 2 || !strings.Contains(got.err, `"name" is not a column; choose from id, status, appId`) {
		t.Errorf("code %d, %s", got.code, got.err)
	}
}

// Every column shows its own property, of a token in which all differ.
func TestEveryColumnShowsItsProperty(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 0)
	org.Inject(oktatest.Body(200, "application/json", `[{"id":"oar1","status":"REVOKED","clientId":"0oaClient","userId":"00u1","issuer":"https://issuer.example",
		"created":"2026-11-01T00:00:00Z","lastUpdated":"2026-11-02T00:00:00Z","expiresAt":"2026-11-03T00:00:00Z","scopes":["openid","email"],
		"_links":{"app":{"title":"An app"},"user":{"title":"A user"}}}]`).Forever())
	for column, want := range map[string]string{
		"id": "oar1", "status": "REVOKED", "appId": "0oa1", "appName": "An app", "clientId": "0oaClient", "userId": "00u1", "userName": "A user",
		"created": "2026-11-01T00:00:00Z", "lastUpdated": "2026-11-02T00:00:00Z", "expiresAt": "2026-11-03T00:00:00Z",
		"issuer": "https://issuer.example", "scopes": "openid email",
	} {
		got := command{org: org}.run(t.Context(), "list", "0oa1", "-o", "csv", "--columns", column)
		if got.code != exitDone || got.out != column+"\n"+want+"\n" {
			t.Errorf("%s: code %d, %s%s, want %q", column, got.code, got.out, got.err, want)
		}
	}
}

// A narrow terminal shows fewer of the default columns, and says which are missing. What was asked for is shown.
func TestANarrowTerminalShowsFewerColumns(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 2)
	apps := []string{"0oardd5r32PWsF4421d7", "0oardd5r32PWsF4421d8"}
	for _, appID := range apps {
		org.Add(appID, org.Tokens("0oa1")...)
	}
	for _, test := range []struct {
		apps, width   int
		flags         string
		shows, absent string
	}{
		{2, 119, "", "ID STATUS APP USER CREATED EXPIRES SCOPES", ""},
		{2, 118, "", "ID STATUS APP USER CREATED SCOPES", "expiresAt"},
		{1, 97, "", "ID STATUS USER CREATED EXPIRES SCOPES", ""},
		{1, 96, "", "ID STATUS USER CREATED SCOPES", "expiresAt"},
		{1, 79, "", "ID STATUS USER CREATED SCOPES", "expiresAt"},
		{1, 78, "", "ID STATUS USER SCOPES", "expiresAt and created"},
		{1, 60, "", "ID USER SCOPES", "expiresAt and created and status"},
		{1, 71, "--columns +issuer", "ID STATUS USER SCOPES ISSUER", "expiresAt and created"},
		{1, 168, "--columns +appName,+clientId,+userName,+lastUpdated,+issuer", "ID STATUS USER CREATED EXPIRES SCOPES APP NAME CLIENT USER NAME UPDATED ISSUER", ""},
		{1, 167, "--columns +appName,+clientId,+userName,+lastUpdated,+issuer", "ID STATUS USER CREATED SCOPES APP NAME CLIENT USER NAME UPDATED ISSUER", "expiresAt"},
		{1, 20, "--columns appId", "APP", ""},
		{1, 60, "--columns appId,created,expiresAt,status", "APP CREATED EXPIRES STATUS", ""},
		{1, 60, "-o csv", "id,status,appId,userId,created,expiresAt,scopes", ""},
	} {
		args := slices.Concat([]string{"list"}, apps[:test.apps], strings.Fields(test.flags))
		got := command{org: org, width: test.width}.run(t.Context(), args...)
		header, _, _ := strings.Cut(got.out, "\n")
		says := ""
		if test.absent != "" {
			says = fmt.Sprintf("apptokens: no room for %s in %d columns; choose with --columns\n", test.absent, test.width)
		}
		if got.code != exitDone || strings.Join(strings.Fields(header), " ") != test.shows || got.err != says {
			t.Errorf("%d apps, %d columns, %q: code %d, header %q, stderr %q; want %q, %q", test.apps, test.width, test.flags, got.code, header, got.err, test.shows, says)
		}
	}
}

func TestTimesAreLocalOnATerminal(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	a := newApp(&console{showTables: true, clock: func() time.Time { return clock.In(time.FixedZone("", -5*60*60)) }})
	if got := a.timestamp(at); got != "2026-11-24 07:00" {
		t.Errorf("on a terminal: %s", got)
	}
	a.format = output.CSV
	if got := a.timestamp(at); got != "2026-11-24T12:00:00Z" {
		t.Errorf("as CSV on a terminal: %s", got)
	}
	a.console.showTables, a.format = false, output.Table
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
		"a file that is not there": {[]string{"--apps-file", file + "x"}, "", 0},
		"a line without an end":    {[]string{"-"}, "0oa1\n" + strings.Repeat("0", bufio.MaxScanTokenSize), 0},
	} {
		got := command{org: org, stdin: test.stdin}.run(t.Context(), append([]string{"list", "-o", "jsonl"}, test.args...)...)
		if want := map[bool]int{true: 0, false: 2}[test.lines > 0]; got.code != want || strings.Count(got.out, "\n") != test.lines {
			t.Errorf("%s: code %d, %d lines, %s", name, got.code, strings.Count(got.out, "\n"), got.err)
		}
	}
}

// Where no app is given, or a list of apps cannot be read, the list is named.
func TestAListWithoutAppsIsNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.txt")
	writeTestFile(t, empty, "# none\n")
	for line, says := range map[string]string{
		"list":                        "no app given; pass app IDs, --apps-file, or \"-\" for standard input\n",
		"list -":                      "standard input has no app ID\n",
		"summary --apps-file -":       "standard input has no app ID\n",
		"list - --apps-file " + empty: "--apps-file: " + empty + " has no app ID\n",
		"list --apps-file " + dir:     "--apps-file: " + dir + ": ",
		"sweep --status ACTIVE --yes --apps-file " + empty: "--apps-file: " + empty + " has no app ID\n",
	} {
		got := command{org: newOrg(t, 1), stdin: "# none\n"}.run(t.Context(), strings.Fields(line)...)
		if got.code != exitUsage || !strings.HasPrefix(got.err, "apptokens: "+says) || strings.Count(got.err, dir) > 1 {
			t.Errorf("%s: code %d, stderr %q; want 2, %q", line, got.code, got.err, says)
		}
	}
}

// One app that cannot be listed does not keep the others from being listed.
func TestListGoesOnPastAnAppThatFails(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 2), oktatest.WithApp("0oa3", 3))
	t.Cleanup(org.Close)
	got := command{org: org}.run(t.Context(), "list", "0oa1", "0oa2", "0oa3", "-o", "jsonl")
	if got.code != 1 || strings.Count(got.out, "\n") != 5 || !strings.Contains(got.err, "1 of 3 apps could not be listed; 5 tokens were listed, and the listing is not complete") || !strings.Contains(got.err, "(app 0oa2): 404") {
		t.Errorf("code %d, %s%s", got.code, got.out, got.err)
	}
	got = command{org: org}.run(t.Context(), "list", "0oa1", "0oa2", "-o", "json")
	if got.code != 1 || !strings.HasPrefix(got.out, "[") || json.Valid([]byte(got.out)) {
		t.Errorf("code %d, and an array that looks complete:\n%s", got.code, got.out)
	}
}

// A failure that every app would share ends the listing, and is reported once.
func TestListStopsWhereAllWouldFail(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 2)
	org.Inject(oktatest.Status(401).Forever())
	got := command{org: org}.run(t.Context(), "list", "0oa1", "0oa2", "0oa3")
	if got.code != exitFailed || strings.Count(got.err, "401 Unauthorized") != 1 {
		t.Errorf("code %d, %s%s", got.code, got.out, got.err)
	}
}

func TestManPagesAndCompletion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if got := (command{}).run(t.Context(), "man", dir); got.code != 0 {
		t.Errorf("code %d, %s", got.code, got.err)
	}
	if got := (command{}).run(t.Context(), "man", ""); got.code != exitUsage || !strings.Contains(got.err, "apptokens: DIR is empty\n") {
		t.Errorf("no folder: code %d, %s", got.code, got.err)
	}
	for _, name := range []string{"apptokens", "apptokens-sweep", "apptokens-summary"} {
		if page := readTestFile(t, dir+"/"+name+".1"); !strings.Contains(page, ".SH EXAMPLE") || !strings.Contains(page, ".SH OPTIONS") {
			t.Errorf("%s lacks something:\n%.500s", name, page)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
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

// Neither does a message that quotes what came from elsewhere.
func TestMessagesContainNoControlCharacters(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 0)
	org.Inject(oktatest.Body(403, "application/json", `{"errorCode":"E1","errorSummary":"no\u001b[2J\u009b2J"}`).Forever())
	for _, args := range [][]string{
		{"list", "0oa1"}, {"list", "--apps-file", "a\x1b[2J\u009b2J"}, {"list", "0oa1", "--scope", "a\x1b[2J"}, {"sweep", "0oa1", "--status", "ACTIVE", "--yes", "--receipts", "/\u009b2J/a\x1b[2J"},
	} {
		got := command{org: org}.run(t.Context(), args...)
		if got.code == exitDone || got.err == "" || strings.ContainsAny(got.err, "\x1b\u009b") {
			t.Errorf("%q: code %d, stderr %q", args, got.code, got.err)
		}
	}
}

func TestNamesWithControlCharactersAreListedAsYAML(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 0)
	token := gen.Token{ID: "oar1", UserID: "00u1", Issuer: "a\u007fb\u0085c\u009fd\ufffee\uffff"}
	org.Add("0oa1", token)
	for _, line := range [][]string{{"list", "0oa1"}, {"sweep", "0oa1", "--user", "00u1", "--yes"}} {
		got := command{org: org}.run(t.Context(), append(line, "-o", "yaml")...)
		var rows []struct{ Issuer string }
		if err := yaml.Unmarshal([]byte(got.out), &rows); err != nil || got.code != 0 || len(rows) != 1 || rows[0].Issuer != token.Issuer {
			t.Errorf("%v: %v, code %d, %q%s", line, err, got.code, got.out, got.err)
		}
	}
}
