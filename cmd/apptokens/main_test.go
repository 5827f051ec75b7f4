package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// command is one call of the command against an org.
type command struct {
	org   *oktatest.Server // nil for none in the environment
	env   map[string]string
	stdin string
	tty   bool
}

type result struct {
	code     int
	out, err string
}

func (c command) run(ctx context.Context, args ...string) result {
	var out, err bytes.Buffer
	env := map[string]string{}
	if c.org != nil {
		env["OKTA_CLIENT_ORGURL"], env["OKTA_CLIENT_TOKEN"] = c.org.URL, c.org.Token
	}
	for name, value := range c.env {
		env[name] = value
	}
	code := run(ctx, args, console{
		in: strings.NewReader(c.stdin), out: &out, err: &err, canAsk: c.tty, showProgress: c.tty,
		getenv: func(name string) string { return env[name] },
	})
	return result{code, out.String(), err.String()}
}

// newOrg returns an org whose clock stands still, with two apps of which one is empty.
func newOrg(t *testing.T, tokens int) *oktatest.Server {
	t.Helper()
	clock := func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }
	org := oktatest.NewServer(oktatest.WithApp("0oa1", tokens), oktatest.WithApp("0oaEmpty", 0), oktatest.WithClock(clock))
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
	for _, format := range []string{"table", "json", "jsonl", "csv"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 5)
			org.Add("0oa1", gen.Token{ID: "oarEvil", UserID: "00u\x1b[2J", Scopes: []string{"a,b", `"c"`}})
			id := org.Tokens("0oa1")[0].ID
			for name, args := range map[string][]string{
				"list":       {"list", "0oa1", "--page-size", "2"},
				"list-none":  {"list", "0oaEmpty"},
				"get-expand": {"get", "0oa1", id, "--expand"},
			} {
				got := command{org: org}.run(t.Context(), append(args, "-o", format)...)
				if got.code != 0 || got.err != "" {
					t.Errorf("%v: code %d, %s", args, got.code, got.err)
				}
				golden(t, name+"."+format, got.out, org)
			}
			got := command{org: org}.run(t.Context(), "revoke", "0oa1", id, "..", "-o", format)
			if got.code != 1 || got.err != "apptokens: 1 of 2 failed\n" {
				t.Errorf("revoke: code %d, %s", got.code, got.err)
			}
			golden(t, "revoke."+format, got.out, org)
			got = command{org: org}.run(t.Context(), "revoke-all", "0oa1", "--yes", "-o", format)
			if got.code != 0 || got.err != "" {
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
	org := newOrg(t, 1234)
	got := command{org: org}.run(t.Context(), "list", "0oa1", "-o", "jsonl")
	lines := strings.Split(strings.TrimSuffix(got.out, "\n"), "\n")
	if got.code != 0 || len(lines) != 1234 || len(org.Requests()) != 7 {
		t.Fatalf("code %d, %d lines, %d requests; want 0, 1234, 7", got.code, len(lines), len(org.Requests()))
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
	req.Header.Set("Authorization", "SSWS "+org.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var body json.RawMessage
	err = json.NewDecoder(resp.Body).Decode(&body)
	return string(body), err
}

func TestMistakesInTheCall(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		args []string
		env  map[string]string // over that of a good call
		says string
	}{
		"unknown command":       {[]string{"lst"}, nil, "Did you mean this?\n\tlist"},
		"unknown flag":          {[]string{"list", "0oa1", "--nope"}, nil, "--nope"},
		"unknown format":        {[]string{"list", "0oa1", "-o", "xml"}, nil, "want table, json, jsonl or csv"},
		"no app":                {[]string{"list"}, nil, "got 0 arguments, want 'apptokens list APP..."},
		"no token":              {[]string{"revoke", "0oa1"}, nil, "want 'apptokens revoke APP TOKEN..."},
		"too many arguments":    {[]string{"get", "0oa1", "oar1", "oar2"}, nil, "got 3 arguments"},
		"page size":             {[]string{"list", "0oa1", "--page-size", "500"}, nil, `page size "500": Okta takes 1 to 200`},
		"app ID":                {[]string{"list", "../users"}, nil, `app ID "../users"`},
		"no org":                {[]string{"list", "0oa1"}, map[string]string{"OKTA_CLIENT_ORGURL": ""}, "set OKTA_CLIENT_ORGURL or pass --org-url"},
		"no credential":         {[]string{"list", "0oa1"}, map[string]string{"OKTA_CLIENT_TOKEN": ""}, "set OKTA_CLIENT_TOKEN"},
		"admin URL":             {[]string{"list", "0oa1", "--org-url", "https://acme-admin.okta.com"}, nil, "leave out -admin"},
		"a token with a break":  {[]string{"list", "0oa1"}, map[string]string{"OKTA_CLIENT_TOKEN": "canary\n"}, "SSWS token"},
		"revoke-all unasked":    {[]string{"revoke-all", "0oa1"}, nil, "needs --yes"},
		"serve fewer than none": {[]string{"serve", "--tokens", "-1"}, nil, "cannot be negative"},
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
		"unknown token":    {[]string{"revoke", "0oa1", "oar9"}, nil, "1 of 1 failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := command{org: org, env: test.env}.run(t.Context(), test.args...)
			if got.code != 1 || !strings.HasPrefix(got.err, "apptokens: ") || !strings.Contains(got.err, test.says) || strings.Count(got.err, "apptokens: ") != 1 {
				t.Errorf("code %d, stderr %q; want 1, %q", got.code, got.err, test.says)
			}
		})
	}
}

func TestRevokeAllAsks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer     string
		code, left int
	}{
		"the app's ID": {"0oa1\n", 0, 0},
		"yes":          {"yes\n", 1, 3},
		"nothing":      {"\n", 1, 3},
		"the end":      {"", 1, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 3)
			got := command{org: org, stdin: test.answer, tty: true}.run(t.Context(), "revoke-all", "0oa1")
			if got.code != test.code || len(org.Tokens("0oa1")) != test.left {
				t.Errorf("code %d, %d tokens left; want %d, %d\n%s", got.code, len(org.Tokens("0oa1")), test.code, test.left, got.err)
			}
			if !strings.Contains(got.err, "every refresh token of app 0oa1 of "+org.URL) {
				t.Errorf("the question is %q", got.err)
			}
		})
	}
}

func TestProgressIsForTerminals(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 450)
	if got := (command{org: org}).run(t.Context(), "list", "0oa1"); got.err != "" {
		t.Errorf("without a terminal, stderr holds %q", got.err)
	}
	got := command{org: org, tty: true}.run(t.Context(), "list", "0oa1")
	for _, want := range []string{clearLine + "200 tokens", clearLine + "400 tokens", "450 tokens\n"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("stderr %q lacks %q", got.err, want)
		}
	}
	org.Inject(oktatest.Throttle(2 * time.Second))
	got = command{org: org, tty: true}.run(t.Context(), "list", "0oa1")
	if want := "rate limit is used up; trying again in 2s"; !strings.Contains(got.err, want) {
		t.Errorf("stderr %q lacks %q", got.err, want)
	}
}

func TestVerboseLogsRequestsWithoutTheirSecrets(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	got := command{org: org}.run(t.Context(), "list", "0oa1", "-v")
	if !strings.Contains(got.err, "op=list app=0oa1") || strings.Contains(got.err, org.Token) {
		t.Errorf("stderr %q", got.err)
	}
}

func TestInterruptsSayWhatWasDone(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault oktatest.Fault
		args  func(ids []string) []string
		says  string
		lines int // of output
	}{
		"list": {
			oktatest.SlowFirstByte(time.Minute).After(2),
			func([]string) []string { return []string{"list", "0oa1", "-o", "jsonl", "--page-size", "2"} },
			"interrupted: 4 tokens were listed, and there are more", 4,
		},
		"revoke": {
			oktatest.SlowFirstByte(time.Minute).After(1),
			func(ids []string) []string { return append([]string{"revoke", "0oa1", "-o", "jsonl"}, ids...) },
			"interrupted: 1 of 6 done, 0 failed; what became of the next", 1,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 6)
			org.Inject(test.fault)
			var ids []string
			for _, token := range org.Tokens("0oa1") {
				ids = append(ids, token.ID)
			}
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				for requests := 0; requests < test.lines/len(ids)+2; requests = len(org.Requests()) {
					time.Sleep(time.Millisecond)
				}
				time.Sleep(50 * time.Millisecond)
				cancel()
			}()
			got := command{org: org}.run(ctx, test.args(ids)...)
			if got.code != 1 || !strings.Contains(got.err, test.says) || strings.Count(got.out, "\n") < test.lines-1 {
				t.Errorf("code %d, stderr %q, stdout %q; want 1, %q", got.code, got.err, got.out, test.says)
			}
		})
	}
}

func TestDemo(t *testing.T) {
	t.Parallel()
	got := command{}.run(t.Context(), "demo")
	if got.code != 0 || got.err != "" {
		t.Fatalf("code %d\n%s%s", got.code, got.out, got.err)
	}
	for _, want := range []string{
		"✓ all 450 tokens came, each once", "the answer broke off", "the connection broke", "rate limit is used up",
		"✓ Okta no longer knows it", "✓ nothing was sent", "✓ the app holds 0 tokens now", "1 of them answered 429",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("the demo does not say %q:\n%s", want, got.out)
		}
	}
}

func TestServePrintsWhatToPaste(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out := &lineBuffer{lines: make(chan string, 10)}
	done := make(chan int)
	go func() {
		done <- run(ctx, []string{"serve", "--app", "0oa7", "--tokens", "3", "--rate-limit", "5"}, console{
			out: out, err: &bytes.Buffer{}, getenv: func(string) string { return "" },
		})
	}()
	env := map[string]string{}
	for len(env) < 2 {
		name, value, _ := strings.Cut(strings.TrimPrefix(<-out.lines, "export "), "=")
		env[name] = value
	}
	got := command{env: env}.run(t.Context(), "list", "0oa7", "-o", "jsonl")
	if got.code != 0 || strings.Count(got.out, "\n") != 3 {
		t.Errorf("code %d, stdout %q, stderr %q", got.code, got.out, got.err)
	}
	cancel()
	if code := <-done; code != 0 {
		t.Errorf("serve ended with %d", code)
	}
	if got := (command{}).run(t.Context(), "serve", "--addr", "256.0.0.1:1"); got.code != 1 || !strings.Contains(got.err, "256.0.0.1") {
		t.Errorf("an address that cannot be: code %d, %q", got.code, got.err)
	}
}

// lineBuffer hands lines over as they are written.
type lineBuffer struct{ lines chan string }

func (b *lineBuffer) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		b.lines <- strings.TrimSuffix(line, "\n")
	}
	return len(p), nil
}
