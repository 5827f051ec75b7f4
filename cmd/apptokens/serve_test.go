package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
)

// startServe runs serve until the test ends, and returns what it prints, up to a line that has the last word.
func startServe(t *testing.T, last string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(withTimeout(t))
	out, done := &lineBuffer{lines: make(chan string, 100)}, make(chan int, 1)
	var stderr bytes.Buffer
	go func() {
		done <- run(ctx, append([]string{"serve"}, args...), &console{
			out: out, stderr: &stderr, getenv: func(string) string { return "" }, configFiles: []string{},
		})
	}()
	t.Cleanup(func() {
		cancel()
		if code := ended(t, done); code != 0 {
			t.Errorf("serve ended with %d: %s", code, stderr.String())
		}
	})
	var printed strings.Builder
	for {
		select {
		case line := <-out.lines:
			printed.WriteString(line + "\n")
			if strings.Contains(line, last) {
				return printed.String()
			}
		case code := <-done:
			done <- code
			t.Fatalf("serve ended with %d: %s", code, stderr.String())
		}
	}
}

// ended returns the exit code of serve, once its context has ended.
func ended(t *testing.T, done <-chan int) int {
	t.Helper()
	select {
	case code := <-done:
		return code
	case <-time.After(30 * time.Second):
		t.Fatal("serve goes on after the end of its context")
		return 0
	}
}

// exported returns the variables of what serve printed.
func exported(printed string) map[string]string {
	env := map[string]string{}
	for line := range strings.Lines(printed) {
		name, value, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		env[name] = value
	}
	return env
}

// Every --app is served, with the tokens that the seed makes, within the rate limit.
func TestServeHeedsItsFlags(t *testing.T) {
	t.Parallel()
	list := func(args ...string) (string, string) {
		args = append(args, "--app", "0oa1", "--app", "0oa2", "--tokens", "3", "--rate-limit", "7")
		served := command{env: exported(startServe(t, "OKTA_CLIENT_TOKEN", args...))}
		got := served.run(t.Context(), "list", "0oa1", "0oa2", "-v", "-o", "csv", "--columns", "appId,id")
		return got.out, got.err
	}
	first, log := list("--addr", "127.0.0.1:0", "--seed", "2")
	if strings.Count(first, "0oa1,oar") != 3 || strings.Count(first, "0oa2,oar") != 3 ||
		!strings.Contains(log, "rate_limit=7 ") {
		t.Errorf("stdout\n%sstderr\n%s", first, log)
	}
	if again, _ := list("--seed", "2"); again != first {
		t.Errorf("the same seed makes\n%sand\n%s", first, again)
	}
	if other, _ := list("--seed", "3"); other == first {
		t.Errorf("another seed makes the same tokens:\n%s", other)
	}
}

func TestServePrintsWhatToPaste(t *testing.T) {
	t.Parallel()
	env := exported(startServe(t, "OKTA_CLIENT_TOKEN", "--app", "0oa7", "--tokens", "3", "--rate-limit", "5"))
	got := command{env: env}.run(t.Context(), "list", "0oa7", "--columns", "id", "--no-headers")
	if got.code != 0 || strings.Count(got.out, "\n") != 3 {
		t.Errorf("code %d, stdout %q, stderr %q", got.code, got.out, got.err)
	}
	for _, addr := range []string{"256.0.0.1:1", "127.0.0.1"} {
		got = command{}.run(t.Context(), "serve", "--addr", addr)
		if got.code != 1 || !strings.Contains(got.err, fmt.Sprintf("--addr %q", addr)) || !strings.Contains(got.err, "such as 127.0.0.1:8080") {
			t.Errorf("%s: code %d, %q", addr, got.code, got.err)
		}
	}
}

// get sends a listing to what serve printed, on a connection of its own.
func get(t *testing.T, env map[string]string, padding string) (status int, err error) {
	t.Helper()
	target := env["OKTA_CLIENT_ORGURL"] + "/api/v1/apps/0oa1/tokens?limit=1"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+env["OKTA_CLIENT_TOKEN"])
	req.Header.Set("X-Padding", padding)
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

func TestServeInjectsFaults(t *testing.T) {
	t.Parallel()
	env := exported(startServe(t, "OKTA_CLIENT_TOKEN", "--fault", "status:503",
		"--fault", "redirect@after=2,times=2:302,/login", "--fault", "drop-before@after=4"))
	var got []int
	for range 6 {
		status, err := get(t, env, "")
		if got = append(got, status); err != nil && status != 0 {
			t.Fatal(err)
		}
	}
	if want := []int{503, 200, 302, 302, 0, 200}; !slices.Equal(got, want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
}

func TestServeLogsRequestsIfAsked(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(withTimeout(t))
	out, logged, done := &lineBuffer{lines: make(chan string, 2)}, &lineBuffer{lines: make(chan string, 1)}, make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve", "-v"}, &console{
			out: out, stderr: logged, getenv: func(string) string { return "" }, configFiles: []string{},
		})
		close(out.lines)
		close(logged.lines)
	}()
	url := strings.TrimPrefix(<-out.lines, "export OKTA_CLIENT_ORGURL=")
	resp, err := http.Get(url + "/api/v1/apps/0oa1/tokens?secret=x")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if line := <-logged.lines; line != "apptokens: GET /api/v1/apps/0oa1/tokens" {
		t.Errorf("logged %q", line)
	}
	cancel()
	ended(t, done)
}

func TestServeListsItsFaults(t *testing.T) {
	t.Parallel()
	if got := (command{}).run(t.Context(), "serve", "--help"); !strings.Contains(got.out, oktatest.FaultUsage()) {
		t.Errorf("the help lacks the faults:\n%s", got.out)
	}
	got := command{}.run(t.Context(), "serve", "--fault", "help")
	if got.code != 2 || !strings.Contains(got.err, "choose from status, concurrent-limit, ") {
		t.Errorf("code %d, %s", got.code, got.err)
	}
}

// Not parallel, so that nothing else allocates. The requests would be some 30 MB.
func TestServeKeepsNoRequests(t *testing.T) {
	env := exported(startServe(t, "OKTA_CLIENT_TOKEN"))
	live := func() uint64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	padding := strings.Repeat("x", 100_000)
	send := func(requests int) {
		for range requests {
			if status, err := get(t, env, padding); err != nil || status != http.StatusOK {
				t.Fatal(status, err)
			}
		}
	}
	send(30) // which fill buffers that stay
	before := live()
	send(300)
	if after := live(); after > before+10<<20 {
		t.Errorf("grew from %d to %d bytes", before, after)
	}
}

func TestServeRefusesHugeHeaders(t *testing.T) {
	t.Parallel()
	env := exported(startServe(t, "OKTA_CLIENT_TOKEN"))
	if status, err := get(t, env, strings.Repeat("x", 500_000)); err == nil && status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", status)
	}
}

func TestAServiceAppListsAndRevokes(t *testing.T) {
	t.Parallel()
	for flag, lines := range map[string]int{"--service-app": 3, "--service-app=ec": 3, "--service-app=rsa": 26} {
		t.Run(flag, func(t *testing.T) {
			t.Parallel()
			settings := startServe(t, "-----END", "--app", "0oa7", "--tokens", "450", flag)
			if !strings.HasPrefix(settings, "okta:\n") {
				t.Errorf("the configuration does not start with okta:\n%s", settings)
			}
			if !strings.Contains(settings, "\n    privateKeyId: key1\n    keyId: key1 ") { // the second for Okta's Node SDK
				t.Errorf("the configuration does not name the key twice:\n%s", settings)
			}
			if _, key, _ := strings.Cut(settings, "-----BEGIN PRIVATE KEY-----\n"); strings.Count(key, "\n")-1 != lines {
				t.Errorf("the key has %d lines, want %d", strings.Count(key, "\n")-1, lines)
			}
			file := filepath.Join(t.TempDir(), ".okta.yaml")
			if err := os.WriteFile(file, []byte(settings), 0o644); err != nil {
				t.Fatal(err)
			}
			service := command{files: []string{file}}
			got := service.run(t.Context(), "list", "0oa7", "-o", "jsonl", "-v")
			if got.code != 0 || strings.Count(got.out, "\n") != 450 {
				t.Errorf("code %d, %d lines, stderr %s", got.code, strings.Count(got.out, "\n"), got.err)
			}
			for _, want := range []string{
				"apptokens: warning: " + file, "chmod 600", "apptokens: token request", "apptokens: attempt",
			} {
				if !strings.Contains(got.err, want) {
					t.Errorf("stderr lacks %q:\n%s", want, got.err)
				}
			}
			if strings.Contains(got.err, "not a known setting") {
				t.Errorf("the command does not know its own settings:\n%s", got.err)
			}
			for _, secret := range []string{"access-token-", "eyJ", "BEGIN", firstOf(settings)} {
				if strings.Contains(got.out+got.err, secret) {
					t.Errorf("the output holds a secret, %q", secret)
				}
			}
			if got := service.run(t.Context(), "revoke-all", "0oa7", "--yes"); got.code != 0 {
				t.Errorf("code %d, stderr %s", got.code, got.err)
			}
		})
	}
	got := command{}.run(t.Context(), "serve", "--service-app=dsa")
	if got.code != 2 || !strings.Contains(got.err, "want ec or rsa") {
		t.Errorf("code %d, %s", got.code, got.err)
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

// firstOf returns the first line of the PEM in a configuration.
func firstOf(settings string) string {
	_, after, _ := strings.Cut(settings, "-----BEGIN PRIVATE KEY-----\n")
	line, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(line)
}
