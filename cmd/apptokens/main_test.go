package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/cmd/apptokens/internal/progress"
	"example.com/apptokens/gen"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// command is one call of the command against an org.
type command struct {
	org   *oktatest.Server // nil for none in the environment
	env   map[string]string
	stdin string
	in    io.Reader // in place of stdin
	tty   bool
	width int      // of the terminal that stdout is; 0 if it is not one
	files []string // with settings
	// interruptAt is a text in the output at which the context ends; empty for none.
	interruptAt string
}

type result struct {
	code     int
	out, err string
}

func (c command) run(ctx context.Context, args ...string) result {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out := interruptingBuffer{at: c.interruptAt, interrupt: cancel}
	err := out
	env := map[string]string{}
	if c.org != nil {
		env["OKTA_CLIENT_ORGURL"], env["OKTA_CLIENT_TOKEN"] = c.org.URL, c.org.APIToken()
	}
	for name, value := range c.env {
		env[name] = value
	}
	stdin := c.in
	if stdin == nil {
		stdin = strings.NewReader(c.stdin)
	}
	style := progress.Hidden // on a busy machine, any command may take so long that it prints plain progress
	if c.tty {
		style = progress.Terminal
	}
	code := run(ctx, args, &console{
		in: bufio.NewReader(stdin), out: &out, stderr: &err, canAsk: c.tty, style: style,
		showTables: c.width > 0, width: func() int { return c.width },
		clock:  func() time.Time { return clock },
		getenv: func(name string) string { return env[name] }, configFiles: append([]string{}, c.files...),
	})
	return result{code, out.String(), err.String()}
}

// clock stands still.
var clock = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// newOrg returns an org whose clock stands still, with two apps of which one is empty.
func newOrg(t *testing.T, tokens int) *oktatest.Server {
	t.Helper()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", tokens), oktatest.WithApp("0oaEmpty", 0), oktatest.WithClock(func() time.Time { return clock }))
	t.Cleanup(org.Close)
	return org
}

// golden compares output with a file, in which the org's address is replaced by ORG.
func golden(t *testing.T, name, got string, org *oktatest.Server) {
	t.Helper()
	got = strings.ReplaceAll(got, org.URL, "ORG")
	path := filepath.Join("testdata", name)
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
		t.Errorf("output\n%s\nwant, as in %s,\n%s", got, path, want)
	}
}

func TestOutput(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"table", "json", "jsonl", "csv", "yaml"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 5)
			org.Add("0oa1", gen.Token{ID: "oarEvil", UserID: "00u\x1b[2J", Scopes: []string{"a,b", `"c"`}})
			id := org.Tokens("0oa1")[0].ID
			for name, args := range map[string][]string{
				"list":       {"list", "0oa1", "--page-size", "2"},
				"list-none":  {"list", "0oaEmpty"},
				"get-expand": {"get", "0oa1", id, "--expand"},
				"summary":    {"summary", "0oa1", "0oaEmpty"},
				"columns":    {"list", "0oa1", "--columns", "appId,id,userName,issuer"},
			} {
				got := command{org: org}.run(t.Context(), append(args, "-o", format)...)
				if got.code != 0 || got.err != "" {
					t.Errorf("%v: code %d, %s", args, got.code, got.err)
				}
				golden(t, name+"."+format, got.out, org)
			}
			got := command{org: org}.run(t.Context(), "revoke", "0oa1", id, "oarGone", id, "-o", format)
			if got.code != 1 || got.err != "apptokens: 1 of 2 revoked, 1 not found at "+org.URL+"\n" {
				t.Errorf("revoke: code %d, %s", got.code, got.err)
			}
			golden(t, "revoke."+format, got.out, org)
			got = command{org: org}.run(t.Context(), "sweep", "0oa1", "--scope", "profile", "--yes", "--concurrency", "1", "-o", format)
			if got.code != 0 || !strings.Contains(got.err, "3 of 3 revoked at "+org.URL) {
				t.Errorf("sweep: code %d, %s", got.code, got.err)
			}
			golden(t, "sweep."+format, got.out, org)
			got = command{org: org}.run(t.Context(), "revoke-all", "0oa1", "--yes", "-o", format)
			if got.code != 0 || got.err != "apptokens: all tokens of 1 of 1 apps revoked at "+org.URL+"\n" {
				t.Errorf("revoke-all: code %d, %s", got.code, got.err)
			}
			golden(t, "revoke-all."+format, got.out, org)
			if left := len(org.Tokens("0oa1")); left != 0 {
				t.Errorf("%d tokens are left", left)
			}
		})
	}
}

// A line of jsonl is what the API sends, and a page takes one request.
func TestListAsTheAPISendsIt(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 6*api.MaxPageSize+34)
	got := command{org: org}.run(t.Context(), "list", "0oa1", "-o", "jsonl")
	lines := strings.Split(strings.TrimSuffix(got.out, "\n"), "\n")
	if got.code != 0 || len(lines) != len(org.Tokens("0oa1")) || len(org.Requests()) != 7 {
		t.Fatalf("code %d, %d lines, %d requests; want 0, all, 7", got.code, len(lines), len(org.Requests()))
	}
	sent, err := fetch(org, "/api/v1/apps/0oa1/tokens?limit=1")
	if err != nil {
		t.Fatal(err)
	}
	if "["+lines[0]+"]" != sent {
		t.Errorf("the first line is\n%s\nthe API sends\n%s", lines[0], sent)
	}
}

func fetch(org *oktatest.Server, target string) (string, error) {
	req, err := http.NewRequest(http.MethodGet, org.URL+target, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "SSWS "+org.APIToken())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var body json.RawMessage
	err = json.NewDecoder(resp.Body).Decode(&body)
	return string(body), err
}

func TestARefusedCredentialIsTracedToItsSource(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	got := command{org: org, env: map[string]string{"OKTA_CLIENT_TOKEN": "wrong"}}.run(t.Context(), "list", "0oa1")
	if want := "The token comes from OKTA_CLIENT_TOKEN. Is it valid, and of this org?"; got.code != 1 || !strings.Contains(got.err, want) {
		t.Errorf("code %d, stderr %s; want %q", got.code, got.err, want)
	}
	file := filepath.Join(t.TempDir(), "okta.yaml")
	key, err := newServiceAppKey("ec")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(key.settings(org.URL)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ env, hint string }{
		"a service app that is unknown": {"", "The client ID 0oaServiceApp comes from FILE, line 5; its private key from FILE, line 9; its scopes from FILE, line 6."},
		"another client ID":             {"OKTA_CLIENT_CLIENTID", "The client ID 0oaother comes from OKTA_CLIENT_CLIENTID; its private key"},
		"other scopes":                  {"OKTA_CLIENT_SCOPES", "FILE, line 9; its scopes from OKTA_CLIENT_SCOPES."},
	} {
		got = command{files: []string{file}, env: map[string]string{test.env: "0oaother"}}.run(t.Context(), "list", "0oa1")
		for _, want := range []string{"401 Unauthorized: invalid_client", "is the public key registered with this client", strings.ReplaceAll(test.hint, "FILE", file)} {
			if got.code != 1 || !strings.Contains(got.err, want) {
				t.Errorf("%s: code %d, stderr %s; want %q", name, got.code, got.err, want)
			}
		}
	}
}

func TestMistakesInTheCall(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		env  map[string]string // over that of a good call
		says string
	}{
		"unknown command":        {[]string{"lst"}, nil, "\tlist\n"},
		"unknown flag":           {[]string{"list", "0oa1", "--nope"}, nil, "--nope"},
		"unknown format":         {[]string{"list", "0oa1", "-o", "xml"}, nil, "want table, json, jsonl, csv or yaml"},
		"no app":                 {[]string{"list"}, nil, "no app given; pass app IDs, --apps-file"},
		"no token":               {[]string{"revoke", "0oa1"}, nil, "want 'apptokens revoke APP TOKEN...', got 1"},
		"no app to revoke":       {[]string{"revoke-all", "--yes"}, nil, "want 'apptokens revoke-all APP...', got 0"},
		"two apps to check":      {[]string{"contract", "0oa1", "0oa2"}, nil, "want 'apptokens contract [APP]', got 2"},
		"too many arguments":     {[]string{"get", "0oa1", "oar1", "oar2"}, nil, "want 'apptokens get APP TOKEN', got 3"},
		"an ID after good ones":  {[]string{"revoke", "0oa1", "oar1", ".."}, nil, `token ID ".."`},
		"an app after good ones": {[]string{"revoke-all", "0oa1", "", "--yes"}, nil, `app ID ""`},
		"a list of such":         {[]string{"list", "0oa1", ".."}, nil, `app ID ".."`},
		"an empty org URL":       {[]string{"revoke-all", "0oa1", "--yes", "--org-url", ""}, nil, "--org-url is empty"},
		"serve an app like ..":   {[]string{"serve", "--app", ".."}, nil, `ID ".."`},
		"serve too many":         {[]string{"serve", "--tokens", "99999999999"}, nil, "--tokens is 99999999999, want 0 to 10000000"},
		"page size":              {[]string{"list", "0oa1", "--page-size", "9999"}, nil, "--page-size is 9999, want 1 to 200"},
		"no page size":           {[]string{"list", "0oa1", "0oaEmpty", "--page-size", "0"}, nil, "apptokens: --page-size is 0, want 1 to 200\nSee"},
		"receipts on stdout":     {[]string{"sweep", "0oa1", "--status", "ACTIVE", "--yes", "--receipts", "-"}, nil, `--receipts: "-" is not a file`},
		"a page on stdout":       {[]string{"summary", "0oa1", "--html", "-"}, nil, `--html: "-" is not a file; -o html prints the page`},
		"too many at once":       {[]string{"list", "0oa1", "--concurrency", "65"}, nil, "--concurrency is 65, want 1 to 64"},
		"none at once":           {[]string{"summary", "0oa1", "--concurrency", "0"}, nil, "--concurrency is 0, want 1 to 64"},
		"app ID":                 {[]string{"list", "../users"}, nil, `ID "../users"`},
		"no org":                 {[]string{"list", "0oa1"}, map[string]string{"OKTA_CLIENT_ORGURL": ""}, "set OKTA_CLIENT_ORGURL"},
		"no credential":          {[]string{"list", "0oa1"}, map[string]string{"OKTA_CLIENT_TOKEN": ""}, "set OKTA_CLIENT_TOKEN"},
		"admin URL":              {[]string{"list", "0oa1", "--org-url", "https://acme-admin.okta.com"}, nil, "leave out -admin"},
		"a token with a break":   {[]string{"list", "0oa1"}, map[string]string{"OKTA_CLIENT_TOKEN": "canary\n"}, "SSWS token"},
		"revoke-all unasked":     {[]string{"revoke-all", "0oa1"}, nil, "pass --yes"},
		"serve fewer than none":  {[]string{"serve", "--tokens", "-1"}, nil, "--tokens is -1, want 0 to 10000000"},
		"write without an app":   {[]string{"contract", "--write", "--yes"}, nil, "apptokens: --write needs an app\n"},
		"fewer pages than none":  {[]string{"contract", "0oa1", "--max-pages", "-1"}, nil, "--max-pages is -1, want 1 or more"},
		"no pages":               {[]string{"contract", "0oa1", "--max-pages", "0"}, nil, "--max-pages is 0, want 1 or more"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 3)
			got := command{org: org, env: test.env}.run(t.Context(), test.args...)
			if got.code != 2 || !strings.Contains(got.err, test.says) || !strings.Contains(got.err, "--help") || got.out != "" {
				t.Errorf("code %d, stdout %q, stderr\n%s\nwant code 2 and %q", got.code, got.out, got.err, test.says)
			}
			if strings.Contains(got.err, "canary") {
				t.Error("the credential is shown")
			}
			if len(org.Requests()) != 0 {
				t.Errorf("%d requests were sent", len(org.Requests()))
			}
		})
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	for name, test := range map[string]struct {
		args []string
		env  map[string]string
		says string
	}{
		"unknown app":      {[]string{"list", "0oa9"}, nil, "apptokens: list (app 0oa9): 404 Not Found: E0000007"},
		"wrong credential": {[]string{"get", "0oa1", "oar1"}, map[string]string{"OKTA_CLIENT_TOKEN": "wrong"}, "401 Unauthorized: E0000011"},
		"unknown token":    {[]string{"revoke", "0oa1", "oar9"}, nil, "0 of 1 revoked, 1 not found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command{org: org, env: test.env}.run(t.Context(), test.args...)
			if got.code != 1 || !strings.HasPrefix(got.err, "apptokens: ") || !strings.Contains(got.err, test.says) {
				t.Errorf("code %d, stderr %q; want 1, %q", got.code, got.err, test.says)
			}
		})
	}
}

func writeTestFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readTestFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
