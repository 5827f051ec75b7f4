package repository_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The incident in the command's guide plays, block by block, in every shell that people paste it into, and prints what
// the guide quotes.
func TestTheReadmesIncidentPlays(t *testing.T) {
	t.Parallel()
	binaries, blocks := buildCommand(t), incident(t)
	for name, args := range shells {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			skipWithout(t, name)
			dir := t.TempDir()
			output, stderr := runShell(t, dir, binaries, args, strings.Join(blocks, ""))
			if !strings.HasPrefix(output, "600 tokens of 16 users in 2 apps") {
				t.Errorf("it printed\n%s", output)
			}
			for _, quoted := range quotes(t) {
				if !strings.Contains(anyPort(output+stderr+contents(t, dir, "org.env")), quoted) {
					t.Errorf("%s quotes %q; it printed\n%s", commandGuide, quoted, stderr)
				}
			}
			planned := countIn(t, dir, "planned.txt", "ACTIVE")
			if planned < 30 || countIn(t, dir, "revoked.txt", "revoked") != planned || countIn(t, dir, "incident.jsonl", `"revoked"`) != planned || countIn(t, dir, "tokens.html", "0oaWeb") == 0 {
				t.Errorf("%d planned, %d revoked, %d on record", planned, countIn(t, dir, "revoked.txt", "revoked"), countIn(t, dir, "incident.jsonl", `"revoked"`))
			}
			t.Run("audit", func(t *testing.T) { audit(t, dir, binaries, args) })
		})
	}
}

// audit holds what the guide says to auditors against the receipts of its incident: the blocks run, and print what it
// quotes.
func audit(t *testing.T, dir, binaries string, shell []string) {
	const heading = "### For auditors"
	for _, tool := range []string{"jq", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: the audit was not tried", tool)
		}
	}
	shown, receipts := fencedBelow(t, commandGuide, heading, "json"), contents(t, dir, "incident.jsonl")
	var receipt bytes.Buffer
	if err := json.Compact(&receipt, []byte(shown[0])); err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(receipts, "\n")
	if got, want := anyTime(anyPort(first)), anyTime(anyPort(receipt.String())); got != want {
		t.Errorf("the first receipt is\n%s\n%s shows\n%s", got, commandGuide, want)
	}
	output, _ := runShell(t, dir, binaries, shell, strings.Join(fencedBelow(t, commandGuide, heading, "sh"), ""))
	quoted := "    " + strings.ReplaceAll(strings.TrimSpace(output), "\n", "\n    ") + "\n"
	if !strings.Contains(document(t, commandGuide), quoted) {
		t.Errorf("it printed\n%s\nwhich %s does not quote", output, commandGuide)
	}
}

// anyTime replaces the times of receipts.
func anyTime(text string) string {
	return regexp.MustCompile(`"time":"[^"]*"`).ReplaceAllString(text, `"time":"TIME"`)
}

// quotes returns what the guide shows of the output: progress of the sweep, and the settings that serve prints.
func quotes(t *testing.T) (lines []string) {
	t.Helper()
	for _, match := range regexp.MustCompile(`(?m)^    (apptokens: .*|export OKTA_CLIENT_\w+=(?:http:|00-).*)$`).FindAllStringSubmatch(document(t, commandGuide), -1) {
		lines = append(lines, anyPort(match[1]))
	}
	if len(lines) != 4 {
		t.Errorf("%s quotes %q, want 4 lines", commandGuide, lines)
	}
	return lines
}

// anyPort replaces the ports of servers, which differ from run to run.
func anyPort(text string) string {
	return regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(text, "127.0.0.1:PORT")
}

// Killed at a random moment, the sweep of the guide is finished by the same line again: the proof then succeeds, and
// every token that was planned has a last receipt which says that it is gone.
func TestTheReadmesSweepIsFinishedAfterAKill(t *testing.T) {
	t.Parallel()
	binaries, blocks := buildCommand(t), incident(t)
	line := blocks[3][strings.Index(blocks[3], "\n")+1:]
	names := slices.Sorted(maps.Keys(shells))
	for i := range 20 {
		name, delay := names[i%len(names)], time.Duration(mathrand.Int64N(int64(400*time.Millisecond)))
		t.Run(fmt.Sprintf("%s after %v", name, delay), func(t *testing.T) {
			t.Parallel()
			skipWithout(t, name)
			dir := t.TempDir()
			killed := fmt.Sprintf("%s &\nSWEEP=$!\nsleep %.3f\nkill -9 $SWEEP || true\nwait $SWEEP || true\n", strings.TrimSpace(line), delay.Seconds())
			script := strings.Join([]string{blocks[0], blocks[2], killed, line, blocks[5], blocks[6]}, "")
			runShell(t, dir, binaries, shells[name], script)
			last := map[string]string{}
			data, err := os.ReadFile(filepath.Join(dir, "incident.jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(data)) {
				var receipt struct{ AppID, TokenID, Outcome string }
				if err := json.Unmarshal([]byte(line), &receipt); err != nil {
					t.Fatalf("%v in %q", err, line)
				}
				last[receipt.AppID+" "+receipt.TokenID] = receipt.Outcome
			}
			for token, outcome := range last {
				if outcome != "revoked" && outcome != "already gone" {
					t.Errorf("%s is %s", token, outcome)
				}
			}
			if len(last) < 30 {
				t.Errorf("%d tokens are on record", len(last))
			}
		})
	}
}

// shells have their command lines but for the script.
var shells = map[string][]string{
	"bash": {"bash", "-euo", "pipefail", "-c"}, "dash": {"dash", "-e", "-c"}, "zsh": {"zsh", "-f", "-i", "-e", "-c"},
}

func skipWithout(t *testing.T, shell string) {
	t.Helper()
	if _, err := exec.LookPath(shell); err != nil {
		t.Skipf("%s is not installed: the guide was not tried in it", shell)
	}
}

// incident returns the blocks of the incident.
func incident(t *testing.T) []string {
	t.Helper()
	blocks := fencedBelow(t, commandGuide, "## In an incident", "sh")
	if len(blocks) != 7 {
		t.Fatalf("the incident has %d blocks, want 7", len(blocks))
	}
	return blocks
}

// buildCommand returns the directory of the command.
func buildCommand(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "apptokens"), "./cmd/apptokens").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return dir
}

// runShell runs a script and returns its standard output, and its standard error. If the script fails, it ends the
// server that the script has started.
func runShell(t *testing.T, dir, binaries string, args []string, script string) (output, errors string) {
	t.Helper()
	script = `trap 'kill "${SERVER:-}" 2>/dev/null || :' EXIT` + "\n" + script
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, args[0], append(args[1:len(args):len(args)], script)...)
	run.Dir, run.Env = dir, []string{"HOME=" + dir, "PATH=" + binaries + ":" + os.Getenv("PATH")}
	run.WaitDelay = time.Minute // a server in the background may keep the output open
	var stderr strings.Builder
	run.Stderr = &stderr
	stdout, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, stdout, &stderr)
	}
	return string(stdout), stderr.String()
}

func countIn(t *testing.T, dir, name, word string) int {
	t.Helper()
	return strings.Count(contents(t, dir, name), word)
}

func contents(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Error(err)
	}
	return string(data)
}
