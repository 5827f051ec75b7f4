package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
)

// withTimeout returns a context for what would otherwise wait for ever if the command did not do what a test waits for.
func withTimeout(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// intercept puts a server before an org that calls do with each request before the org answers it.
func intercept(t *testing.T, org *oktatest.Server, do func(*http.Request)) *oktatest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		do(r)
		org.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return &oktatest.Server{Org: org.Org, URL: server.URL}
}

// interruptAfter returns a context that ends when the org has had a number of requests.
func interruptAfter(t *testing.T, org *oktatest.Server, requests int) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(withTimeout(t))
	go func() {
		for len(org.Requests()) < requests && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	return ctx
}

// An interruption is called that wherever it is reported, and not by the name it has in Go.
func TestAnInterruptionIsCalledThat(t *testing.T) {
	t.Parallel()
	for line, says := range map[string]string{
		"get 0oa1 oar1":                    "apptokens: get (app 0oa1, token oar1): interrupted (1 attempt)\n",
		"demo":                             "apptokens: list (app 0oaDemo): interrupted",
		"revoke 0oa1 oar1":                 "interrupted (1 attempt)",
		"revoke-all 0oa1 --yes":            "interrupted (1 attempt)",
		"sweep 0oa1 --status ACTIVE --yes": "interrupted (1 attempt)",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			org, requests := newOrg(t, 1), 1
			if strings.HasPrefix(line, "sweep") {
				requests = 2
			}
			org.Inject(oktatest.SlowFirstByte(time.Minute).After(requests - 1))
			got := command{org: org, interruptAt: "2. List"}.run(interruptAfter(t, org, requests), strings.Fields(line)...)
			if all := got.out + got.err; got.code != exitFailed || !strings.Contains(all, says) || strings.Contains(all, "cancel") {
				t.Errorf("code %d, stdout\n%s\nstderr\n%s\nwant %q", got.code, got.out, got.err, says)
			}
		})
	}
}

// interruptingBuffer calls interrupt once it holds a text, if that is not empty.
type interruptingBuffer struct {
	bytes.Buffer
	at        string
	interrupt func()
}

func (b *interruptingBuffer) Write(p []byte) (int, error) {
	n, err := b.Buffer.Write(p)
	if b.at != "" && bytes.Contains(b.Bytes(), []byte(b.at)) {
		b.interrupt()
	}
	return n, err
}
