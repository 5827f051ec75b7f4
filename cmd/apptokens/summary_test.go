package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/cmd/apptokens/internal/summary"
)

func TestSummaryCounts(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 120), oktatest.WithApp("0oa2", 80), oktatest.WithApp("0oaEmpty", 0))
	t.Cleanup(org.Close)
	userID := org.Tokens("0oa1")[0].UserID
	his, _ := heldBy(org.Org, userID, "0oa1", "0oa2")
	got := command{org: org}.run(t.Context(), "summary", "0oa1", "0oa2", "0oaEmpty", "-o", "json")
	var s summary.Summary
	if err := json.Unmarshal([]byte(got.out), &s); err != nil || got.code != 0 {
		t.Fatalf("%v, code %d, %s", err, got.code, got.err)
	}
	if s.Tokens != 200 || len(s.Apps) != 3 || s.Apps[0] != (summary.Count{ID: "0oa1", Name: "App 0oa1", Tokens: 120}) || s.Apps[2].Tokens != 0 || s.Org != org.URL {
		t.Errorf("%+v", s)
	}
	for _, user := range s.Users {
		if user.ID == userID && user.Tokens != len(his) {
			t.Errorf("%+v, want %d tokens", user, len(his))
		}
	}
	for args, want := range map[string]string{
		"--user " + userID:         fmt.Sprintf("%d tokens of 1 users in 2 apps", len(his)),
		"--older-than 52w":         "0 tokens of 0 users in 2 apps",
		"--expires-before 365d":    "200 tokens of 16 users in 2 apps",
		"-o csv":                   "app,0oa1,App 0oa1,120\n",
		"-o jsonl":                 `{"by":"app","id":"0oa1","name":"App 0oa1","tokens":120}` + "\n",
		"-o html":                  "<!doctype html>",
		"--created-after 2020-1-1": "", // no date
	} {
		got := command{org: org}.run(t.Context(), append([]string{"summary", "0oa1", "0oa2"}, strings.Fields(args)...)...)
		if want == "" && got.code != 2 || want != "" && (got.code != 0 || !strings.Contains(strings.ToLower(got.out), strings.ToLower(want))) {
			t.Errorf("%s: code %d, %s%.300s, want %q", args, got.code, got.err, got.out, want)
		}
	}
}

func TestSummaryWritesAPage(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 5)
	file := filepath.Join(t.TempDir(), "tokens.html")
	if got := (command{org: org}).run(t.Context(), "summary", "0oa1", "-o", "html", file); got.code != 0 || got.out != "" || got.err != "" {
		t.Errorf("code %d, %s%s", got.code, got.out, got.err)
	}
	page, err := os.ReadFile(file)
	if err != nil || !strings.Contains(strings.ToLower(string(page)), "<!doctype html>") {
		t.Errorf("%v, %.100s", err, page)
	}
	// A listing that fails leaves the file as it was.
	org.Inject(oktatest.Status(403))
	if got := (command{org: org}).run(t.Context(), "summary", "0oa1", "-o", "html", file); got.code != 1 || !strings.Contains(got.err, "there is no summary of a part") {
		t.Errorf("code %d, %s", got.code, got.err)
	}
	if again, err := os.ReadFile(file); err != nil || string(again) != string(page) {
		t.Errorf("%v: the file has changed", err)
	}
	for name, args := range map[string][]string{
		"a file without -o html": {"summary", "0oa1", file}, "html of a list": {"list", "0oa1", "-o", "html"}, "no app": {"summary", "-o", "html", file},
	} {
		if got := (command{org: org}).run(t.Context(), args...); got.code != 2 {
			t.Errorf("%s: code %d, %s", name, got.code, got.err)
		}
	}
}

// A million tokens take no more memory than a few: the command is run against a server that sends prepared pages.
func TestAMillionTokensFitIntoLittleMemory(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the memory of a process is measured on Linux alone")
	}
	const pages = 5000
	prepared := oktatest.NewServer(oktatest.WithApp("0oa1", 200))
	t.Cleanup(prepared.Close)
	page, err := fetch(prepared, "/api/v1/apps/0oa1/tokens?limit=200")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n int
		_, _ = fmt.Sscan(r.URL.Query().Get("after"), &n)
		w.Header().Add("Link", `</api/v1/apps/0oa1/tokens?limit=200>; rel="self"`)
		if n+1 < pages {
			w.Header().Add("Link", fmt.Sprintf(`</api/v1/apps/0oa1/tokens?limit=200&after=%d>; rel="next"`, n+1))
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(page))
	}))
	t.Cleanup(server.Close)
	binary := build(t)
	for _, args := range [][]string{{"list", "0oa1", "-o", "jsonl"}, {"summary", "0oa1", "-o", "json"}} {
		run := exec.CommandContext(t.Context(), binary, args...)
		run.Env = []string{"HOME=" + t.TempDir(), "OKTA_CLIENT_ORGURL=" + server.URL, "OKTA_CLIENT_TOKEN=x"}
		var lines lineCounter
		run.Stdout = &lines
		start := time.Now()
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- run.Wait() }()
		peak := peakMemory(t, run.Process.Pid, done)
		t.Logf("%s: %d lines, %d MB at most, %v", args[0], lines, peak, time.Since(start).Round(time.Second))
		if want := map[string]lineCounter{"list": 200 * pages, "summary": 1}[args[0]]; lines != want || peak > 100 {
			t.Errorf("%s: %d lines and %d MB, want %d lines and 100 MB at most", args[0], lines, peak, want)
		}
	}
}

// peakMemory returns the most memory that a process has used when it ends, in megabytes. (What wait tells counts the
// memory of the process that started it, too.)
func peakMemory(t *testing.T, pid int, done <-chan error) (megabytes int) {
	t.Helper()
	for {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if _, peak, found := strings.Cut(string(status), "VmHWM:"); found {
			kilobytes := 0
			_, _ = fmt.Sscan(peak, &kilobytes)
			megabytes = max(megabytes, kilobytes/1024)
		}
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			if megabytes == 0 {
				t.Fatal("/proc tells nothing of the process")
			}
			return megabytes
		case <-time.After(50 * time.Millisecond):
		}
	}
}

type lineCounter int

func (c *lineCounter) Write(p []byte) (int, error) {
	*c += lineCounter(strings.Count(string(p), "\n"))
	return len(p), nil
}
