//go:build unix

package main

import (
	"syscall"
	"testing"
	"time"
)

func TestCompletionDoesNotWaitForThePipe(t *testing.T) {
	t.Parallel()
	pipe := t.TempDir() + "/apps"
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	done := make(chan result, 1)
	go func() { done <- command{}.run(t.Context(), "__complete", "list", "--apps-file", pipe, "") }()
	select {
	case got := <-done:
		if got.out != noFiles+"\n" {
			t.Errorf("offers %q", got.out)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("completion hangs")
	}
}
