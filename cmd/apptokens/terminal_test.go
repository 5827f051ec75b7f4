package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
)

// terminal is a real one, kept by tmux.
type terminal struct {
	t      *testing.T
	socket string
}

// newTerminal starts a shell in a terminal of 80 columns. Without tmux the test is skipped, and says so.
func newTerminal(t *testing.T, org *oktatest.Server) terminal {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed: what the command looks like on a terminal was not tested")
	}
	term := terminal{t, filepath.Join(t.TempDir(), "tmux")}
	t.Cleanup(func() { _ = exec.Command("tmux", "-S", term.socket, "kill-server").Run() })
	term.tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24",
		"-e", "OKTA_CLIENT_ORGURL="+org.URL, "-e", "OKTA_CLIENT_TOKEN="+org.APIToken(), "-e", "HOME="+t.TempDir(), "-e", "PS1=$ ", "sh")
	return term
}

func (term terminal) tmux(args ...string) string {
	term.t.Helper()
	output, err := exec.Command("tmux", append([]string{"-S", term.socket}, args...)...).CombinedOutput()
	if err != nil {
		term.t.Fatalf("tmux %v: %v\n%s", args, err, output)
	}
	return string(output)
}

func (term terminal) enter(line string) { term.tmux("send-keys", line, "Enter") }

// until waits for the screen to show something, and returns it.
func (term terminal) until(what string) string {
	term.t.Helper()
	screen := ""
	for range 400 {
		if screen = term.tmux("capture-pane", "-p"); strings.Contains(screen, what) {
			return screen
		}
		time.Sleep(50 * time.Millisecond)
	}
	term.t.Fatalf("the screen does not show %q:\n%s", what, screen)
	return ""
}

func TestOnATerminal(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 300), oktatest.WithRateLimit(20, 3*time.Second))
	t.Cleanup(org.Close)
	term := newTerminal(t, org)
	binary := build(t)

	term.enter(binary + " sweep 0oa1 --scope payments:read")
	screen := term.until("to continue:")
	for _, want := range []string{"APP   APP NAME  USER", "of 300 refresh tokens of"} {
		if !strings.Contains(screen, want) {
			t.Errorf("the question lacks %q:\n%s", want, screen)
		}
	}
	total := 0
	if _, err := fmt.Sscanf(screen[strings.Index(screen, "This revokes"):], "This revokes %d", &total); err != nil || total < 20 {
		t.Fatalf("%v in\n%s", err, screen)
	}
	term.enter(fmt.Sprint(total))
	term.until("] ")
	term.until("left")
	term.until("rate limit used up until")
	for line := range strings.Lines(term.tmux("capture-pane", "-p")) {
		if strings.Contains(line, "[") && !strings.Contains(line, "processed") && !strings.Contains(line, "apptokens") {
			t.Errorf("a bar is broken: %q", line)
		}
	}
	// In a window that is made narrower, the line at the bottom stays one line.
	term.tmux("resize-window", "-x", "50", "-y", "24")
	term.until("processed")
	term.tmux("resize-window", "-x", "200", "-y", "24")
	term.until("processed")
	term.tmux("send-keys", "C-c")
	screen = term.until("interrupted:")
	if !strings.Contains(strings.Join(strings.Fields(screen), " "), "are left; run the same command again to continue") || len(org.Tokens("0oa1")) <= 300-total {
		t.Errorf("%d tokens are left of 300:\n%s", len(org.Tokens("0oa1")), screen)
	}
	// Ctrl-C at the question revokes nothing.
	before := len(org.Tokens("0oa1"))
	term.enter("clear; " + binary + " sweep 0oa1 --scope payments:read; echo went on")
	term.until("to continue:")
	term.tmux("send-keys", "C-c")
	if screen = term.until("interrupted: nothing was revoked"); strings.Contains(screen, "\nwent on") || len(org.Tokens("0oa1")) != before {
		t.Errorf("after Ctrl-C at the question:\n%s", screen)
	}
}

// Tables fit into 80 columns, and colours are there unless NO_COLOR is set.
func TestTablesOnATerminal(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 8))
	t.Cleanup(org.Close)
	term := newTerminal(t, org)
	binary := build(t)
	for _, width := range []string{"80", "200"} {
		term.tmux("resize-window", "-x", width, "-y", "24")
		term.enter("clear; " + binary + " list 0oa1 --columns id,status,userName,created,scopes; echo done " + width)
		screen := term.until("\ndone " + width)
		lines := strings.Split(strings.TrimSpace(screen[:strings.Index(screen, "\ndone "+width)]), "\n")
		if len(lines) != 10 { // the header, eight tokens, and the count
			t.Errorf("width %s: %d lines:\n%s", width, len(lines), screen)
		}
		if cut := strings.Contains(screen, "…"); cut != (width == "80") {
			t.Errorf("width %s: something was cut: %v\n%s", width, cut, screen)
		}
	}
	for _, env := range []string{"", "NO_COLOR=1 "} {
		done := fmt.Sprintf("done %d", len(env)) // the line before is still on the screen for a while
		term.enter("clear; " + env + binary + " list 0oa1; echo " + done)
		term.until("\n" + done)
		if coloured := strings.Contains(term.tmux("capture-pane", "-p", "-e"), "\x1b[32mACTIVE"); coloured != (env == "") {
			t.Errorf("%q: colours are %v", env, coloured)
		}
	}
}

// A question needs a terminal for both the question and the answer: elsewhere, a word in a pipe is not a confirmation,
// and nobody sees what is asked.
func TestNothingIsAskedWithoutATerminalAtBothEnds(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 3))
	t.Cleanup(org.Close)
	term := newTerminal(t, org)
	revoke := build(t) + " revoke-all 0oa1"
	stderr := filepath.Join(t.TempDir(), "stderr")
	for what, line := range map[string]string{
		"answer":   "echo 0oa1 | " + revoke,
		"question": revoke + " 2> " + stderr + " < /dev/tty",
	} {
		term.enter("clear; " + line + "; echo the " + what + " ended with $?")
		if what == "question" {
			term.enter("0oa1") // read by the command if it asks, and else by the shell
		}
		term.until("the " + what + " ended with 2")
	}
	if len(org.Requests()) > 0 || !strings.Contains(readTestFile(t, stderr), "revoke-all cannot prompt") {
		t.Errorf("%d requests, stderr %q", len(org.Requests()), readTestFile(t, stderr))
	}
}
