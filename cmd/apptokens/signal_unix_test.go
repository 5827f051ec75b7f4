//go:build unix

package main

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
)

// startSlowly starts a program whose first revocation hangs, in a process group of its own, and returns once it hangs.
func startSlowly(t *testing.T, org *oktatest.Server, program *exec.Cmd, wait time.Duration) *bytes.Buffer {
	t.Helper()
	org.Inject(oktatest.SlowFirstByte(wait).On(http.MethodDelete).Times(1))
	program.Env = []string{"HOME=" + t.TempDir(), "OKTA_CLIENT_ORGURL=" + org.URL, "OKTA_CLIENT_TOKEN=" + org.APIToken()}
	program.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var stderr bytes.Buffer
	program.Stderr = &stderr
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	for len(org.Requests()) == 0 && t.Context().Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
	return &stderr
}

// requireSignal skips a test where a signal does nothing.
func requireSignal(t *testing.T, sig os.Signal) {
	t.Helper()
	if signal.Ignored(sig) {
		t.Skipf("%v is ignored, as under nohup or in the background of a script", sig)
	}
}

// The command ends by the signal, so that whoever started it can tell, after it has reported what was done.
func TestASignalEndsTheCommandAsThatSignalDoes(t *testing.T) {
	t.Parallel()
	binary := build(t)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			requireSignal(t, sig)
			org := newOrg(t, 3)
			command := exec.CommandContext(t.Context(), binary, "revoke-all", "0oa1", "--yes")
			stderr := startSlowly(t, org, command, time.Minute)
			_ = command.Process.Signal(sig)
			_ = command.Wait()
			if status := command.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != sig {
				t.Errorf("it ended with %v, want %v", command.ProcessState, sig)
			}
			if want := "apptokens: interrupted: 0 of 1 revoked, 1 unknown at " + org.URL; !strings.Contains(stderr.String(), want) {
				t.Errorf("stderr is\n%s\nwant %q", stderr, want)
			}
		})
	}
}

// What whoever started the command lets it ignore, as nohup and the shell do for a job in the background, does not end it.
func TestASignalThatIsIgnoredDoesNotEndTheCommand(t *testing.T) {
	t.Parallel()
	binary := build(t)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 3)
			command := exec.CommandContext(t.Context(), "sh", "-c", `trap "" INT HUP; exec "$0" revoke-all 0oa1 --yes`, binary)
			stderr := startSlowly(t, org, command, 2*time.Second)
			_ = command.Process.Signal(sig)
			if err := command.Wait(); err != nil || len(org.Requests()) != 1 {
				t.Errorf("%v after %d requests; stderr\n%s", err, len(org.Requests()), stderr)
			}
		})
	}
}

// Ctrl-C at the first app of a loop spares the second one.
func TestCtrlCEndsALoop(t *testing.T) {
	t.Parallel()
	requireSignal(t, os.Interrupt)
	binary := build(t)
	for _, shell := range []string{"sh", "bash"} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 3)
			loop := exec.CommandContext(t.Context(), shell, "-c", `for app in 0oa1 0oaEmpty; do "$0" revoke-all $app --yes; done`, binary)
			stderr := startSlowly(t, org, loop, time.Minute)
			_ = syscall.Kill(-loop.Process.Pid, syscall.SIGINT) // as a terminal sends it
			_ = loop.Wait()
			if len(org.Requests()) != 1 || !strings.Contains(stderr.String(), "interrupted") {
				t.Errorf("%d requests, want 1; stderr\n%s", len(org.Requests()), stderr)
			}
		})
	}
}

// A command that waits for its input ends by the first Ctrl-C as well.
func TestASignalEndsACommandThatReads(t *testing.T) {
	t.Parallel()
	requireSignal(t, os.Interrupt)
	binary := build(t)
	fifo := filepath.Join(t.TempDir(), "apps")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"list", "-"}, {"list", "--apps-file", fifo}} {
		t.Run(args[1], func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 3)
			command := exec.CommandContext(t.Context(), binary, args...)
			command.Env = []string{"HOME=" + t.TempDir(), "OKTA_CLIENT_ORGURL=" + org.URL, "OKTA_CLIENT_TOKEN=" + org.APIToken()}
			stdin, err := command.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(300 * time.Millisecond)
			_ = command.Process.Signal(syscall.SIGINT)
			_ = command.Wait()
			if status := command.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT {
				t.Errorf("it ended with %v", command.ProcessState)
			}
		})
	}
}
