package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
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
