package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
)

// A million tokens take no more memory than a few: the command is run against a server that sends prepared pages.
func TestAMillionTokensFitIntoLittleMemory(t *testing.T) {
	t.Parallel()
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
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // a busy machine needs more than one
		t.Cleanup(cancel)
		run := exec.CommandContext(ctx, binary, args...)
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

// peakMemory returns the most memory that a process has used when it ends, in megabytes. (What wait reports counts the
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
				t.Fatal("/proc does not know the process")
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
