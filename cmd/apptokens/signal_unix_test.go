//go:build unix

package main

import (
	"bytes"
	"errors"
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
func startSlowly(t *testing.T, org *oktatest.Server, wait time.Duration, name string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	org.Inject(oktatest.SlowFirstByte(wait).On(http.MethodDelete).Times(1))
	ctx := withTimeout(t)
	program := exec.CommandContext(ctx, name, args...)
	program.Env = []string{"HOME=" + t.TempDir(), "OKTA_CLIENT_ORGURL=" + org.URL, "OKTA_CLIENT_TOKEN=" + org.APIToken()}
	program.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	program.Cancel = func() error { return syscall.Kill(-program.Process.Pid, syscall.SIGKILL) }
	var stderr bytes.Buffer
	program.Stderr = &stderr
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	for len(org.Requests()) == 0 && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
	return program, &stderr
}

// requireSignal skips a test where a signal does nothing.
func requireSignal(t *testing.T, sig os.Signal) {
	t.Helper()
	if signal.Ignored(sig) {
		t.Skipf("%v is ignored, as under nohup or in the background of a script", sig)
	}
}

// The command ends by the signal, so that whoever started it can see that, after it has reported what was done.
func TestASignalEndsTheCommandAsThatSignalDoes(t *testing.T) {
	t.Parallel()
	binary := build(t)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			requireSignal(t, sig)
			org := newOrg(t, 3)
			command, stderr := startSlowly(t, org, time.Minute, binary, "revoke-all", "0oa1", "--yes")
			_ = command.Process.Signal(sig)
			_ = command.Wait()
			if status := command.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != sig {
				t.Errorf("it ended with %v, want %v", command.ProcessState, sig)
			}
			if want := "apptokens: interrupted: all tokens of 0 of 1 apps revoked, 1 unknown at " + org.URL; !strings.Contains(stderr.String(), want) {
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
			command, stderr := startSlowly(t, org, 2*time.Second, "sh", "-c", `trap "" INT HUP; exec "$0" revoke-all 0oa1 --yes`, binary)
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
			loop, stderr := startSlowly(t, org, time.Minute, shell, "-c", `for app in 0oa1 0oaEmpty; do "$0" revoke-all $app --yes; done`, binary)
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
			ctx := withTimeout(t)
			// It ends without a word if the signal comes before it is ready for one: then it gets more time.
			for wait, words := 100*time.Millisecond, ""; words == ""; wait *= 2 {
				command := exec.CommandContext(ctx, binary, args...)
				command.Env = []string{"HOME=" + t.TempDir(), "OKTA_CLIENT_ORGURL=https://acme.okta.com", "OKTA_CLIENT_TOKEN=x"}
				var stderr strings.Builder
				command.Stderr = &stderr
				_, err := command.StdinPipe()
				if err := errors.Join(err, command.Start()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(wait)
				_ = command.Process.Signal(syscall.SIGINT)
				_ = command.Wait()
				if status := command.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT {
					t.Fatalf("it ended with %v; stderr\n%s", command.ProcessState, &stderr)
				}
				words = stderr.String()
			}
		})
	}
}

// A reader of the output that goes away, such as head, does not end a sweep or a revocation half-way.
func TestALostReaderOfTheOutputStopsNoRevocation(t *testing.T) {
	t.Parallel()
	binary := build(t)
	for _, subcommand := range []string{"sweep", "revoke"} {
		t.Run(subcommand, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 3)
			args := []string{"sweep", "0oa1", "--status", "ACTIVE", "--yes"}
			if subcommand == "revoke" {
				args = append([]string{"revoke", "0oa1"}, tokenIDs(org)...)
			}
			reader, writer, err := os.Pipe()
			if err := errors.Join(err, reader.Close()); err != nil {
				t.Fatal(err)
			}
			defer writer.Close()
			program := exec.CommandContext(withTimeout(t), binary, args...)
			program.Env = []string{"HOME=" + t.TempDir(), "OKTA_CLIENT_ORGURL=" + org.URL, "OKTA_CLIENT_TOKEN=" + org.APIToken()}
			var stderr bytes.Buffer
			program.Stdout, program.Stderr = writer, &stderr
			_ = program.Run()
			if left := len(org.Tokens("0oa1")); program.ProcessState.ExitCode() != exitFailed || left > 0 || !strings.Contains(stderr.String(), "3 of 3 revoked at "+org.URL+", but not all could be printed") {
				t.Errorf("%v, %d tokens are left, stderr\n%s\nwant exit code 1, and none", program.ProcessState, left, &stderr)
			}
		})
	}
}
