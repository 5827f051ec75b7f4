package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	got := command{}.run(t.Context(), "demo")
	if got.code != 0 || got.err != "" {
		t.Fatalf("code %d\n%s%s", got.code, got.out, got.err)
	}
	for _, want := range []string{
		fmt.Sprintf("✓ all %d tokens came, each once", demoTokens), "the response broke off", "the connection broke", "the org takes no more requests just now (attempt 1); trying again in",
		"✓ Okta no longer knows it", "✓ nothing was sent", "✓ the app holds 0 tokens now", "1 of them answered 429, by the proxy",
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
		done <- run(ctx, []string{"serve", "--app", "0oa7", "--tokens", "3", "--rate-limit", "5"}, &console{
			out: out, err: &bytes.Buffer{}, getenv: func(string) string { return "" }, configFiles: []string{},
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

func TestAServiceAppListsAndRevokes(t *testing.T) {
	t.Parallel()
	out := &lineBuffer{lines: make(chan string, 100)}
	done := make(chan int)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		done <- run(ctx, []string{"serve", "--app", "0oa7", "--tokens", "450", "--service-app"}, &console{
			out: out, err: &bytes.Buffer{}, getenv: func(string) string { return "" }, configFiles: []string{},
		})
	}()
	var settings strings.Builder
	for line := range out.lines {
		settings.WriteString(line + "\n")
		if strings.Contains(line, "-----END") {
			break
		}
	}
	if !strings.HasPrefix(settings.String(), "okta:\n") {
		t.Errorf("the configuration does not start with okta:\n%s", settings.String())
	}
	file := filepath.Join(t.TempDir(), ".okta.yaml")
	if err := os.WriteFile(file, []byte(settings.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	service := command{files: []string{file}}
	got := service.run(t.Context(), "list", "0oa7", "-o", "jsonl", "-v")
	if got.code != 0 || strings.Count(got.out, "\n") != 450 {
		t.Errorf("code %d, %d lines, stderr %s", got.code, strings.Count(got.out, "\n"), got.err)
	}
	for _, want := range []string{"apptokens: warning: " + file, "chmod 600", "apptokens: token request", "apptokens: attempt"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("stderr lacks %q:\n%s", want, got.err)
		}
	}
	for _, secret := range []string{"access-token-", "eyJ", "BEGIN", firstOf(settings.String())} {
		if strings.Contains(got.out+got.err, secret) {
			t.Errorf("the output holds a secret, %q", secret)
		}
	}
	if got := service.run(t.Context(), "revoke-all", "0oa7", "--yes"); got.code != 0 {
		t.Errorf("code %d, stderr %s", got.code, got.err)
	}
	cancel()
	if code := <-done; code != 0 {
		t.Errorf("serve ended with %d", code)
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
