package apptokens_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
)

// The programs in the README, each in a module of its own, build and do what they should.
func TestTheReadmesProgramsRun(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	programs := strings.Split(string(readme), "```go\npackage main\n")[1:]
	if len(programs) != 2 {
		t.Fatalf("the README has %d programs, want 2", len(programs))
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 450), oktatest.WithServiceApp(oktatest.ServiceApp{
		ClientID: "0oaServiceApp", Keys: map[string]crypto.PublicKey{"": key.Public()},
	}))
	defer org.Close()

	output := runProgram(t, programs[0], "OKTA_CLIENT_ORGURL="+org.URL, "OKTA_CLIENT_TOKEN="+org.APIToken())
	if n := strings.Count(output, "\n"); n != 450 {
		t.Errorf("%d lines, want 450\n%.500s", n, output)
	}
	runProgram(t, programs[1], "OKTA_CLIENT_ORGURL="+org.URL, "OKTA_CLIENT_CLIENTID=0oaServiceApp",
		"OKTA_CLIENT_PRIVATEKEY="+string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	if left := len(org.Tokens("0oa1")); left != 0 {
		t.Errorf("%d tokens are left", left)
	}
}

// runProgram builds a program that is followed by the end of its code block, and returns what it prints for app 0oa1.
func runProgram(t *testing.T, program string, env ...string) string {
	t.Helper()
	program, _, closed := strings.Cut(program, "```\n")
	if !closed {
		t.Fatal("the code block does not end")
	}
	dir := consumer(t, "package main\n"+program)
	run(t, dir, "go", "build", "-o", "consumer", ".")
	command := exec.CommandContext(t.Context(), filepath.Join(dir, "consumer"), "0oa1")
	command.Dir, command.Env = dir, append(env, "HOME="+dir)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%.500s", err, output)
	}
	return string(output)
}

// The incident in the README plays, block by block, in every shell that people paste it into.
func TestTheReadmesIncidentPlays(t *testing.T) {
	t.Parallel()
	binaries, blocks := buildCommand(t), incident(t)
	for name, args := range shells(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			output := runShell(t, dir, binaries, args, strings.Join(blocks, ""))
			if !strings.HasPrefix(output, "600 tokens of 16 users in 2 apps") {
				t.Errorf("it printed\n%s", output)
			}
			planned := countIn(t, dir, "planned.txt", "ACTIVE")
			if planned < 30 || countIn(t, dir, "revoked.txt", "revoked") != planned || countIn(t, dir, "incident.jsonl", `"revoked"`) != planned || countIn(t, dir, "tokens.html", "0oaWeb") == 0 {
				t.Errorf("%d planned, %d revoked, %d on record", planned, countIn(t, dir, "revoked.txt", "revoked"), countIn(t, dir, "incident.jsonl", `"revoked"`))
			}
		})
	}
}

// Killed at a random moment, the sweep of the README is finished by the same line again: the proof then succeeds, and
// every token that was planned has a last receipt which says that it is gone.
func TestTheReadmesSweepIsFinishedAfterAKill(t *testing.T) {
	t.Parallel()
	binaries, blocks := buildCommand(t), incident(t)
	line := blocks[3][strings.Index(blocks[3], "\n")+1:]
	all := shells(t)
	names := slices.Sorted(maps.Keys(all))
	for i := range 20 {
		name, delay := names[i%len(names)], time.Duration(mathrand.Int64N(int64(400*time.Millisecond)))
		t.Run(fmt.Sprintf("%s after %v", name, delay), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			killed := fmt.Sprintf("%s &\nSWEEP=$!\nsleep %.3f\nkill -9 $SWEEP || true\nwait $SWEEP || true\n", strings.TrimSpace(line), delay.Seconds())
			script := strings.Join([]string{blocks[0], blocks[2], killed, line, blocks[4], blocks[5]}, "")
			runShell(t, dir, binaries, all[name], script)
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

// shells returns the shells that are at hand, each with its command line but for the script.
func shells(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{"bash": {"bash", "-euo", "pipefail", "-c"}, "dash": {"dash", "-e", "-c"}, "zsh": {"zsh", "-f", "-i", "-e", "-c"}}
	for name := range all {
		if _, err := exec.LookPath(name); err != nil {
			t.Logf("%s is not installed: the README's incident was not played in it", name)
			delete(all, name)
		}
	}
	if len(all) == 0 {
		t.Fatal("there is no shell")
	}
	return all
}

// incident returns the blocks of the README's incident.
func incident(t *testing.T) (blocks []string) {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, rest := range strings.Split(string(readme), "```sh\n")[1:] {
		block, _, closed := strings.Cut(rest, "```\n")
		if !closed {
			t.Fatal("a block of the README is not closed")
		}
		blocks = append(blocks, block)
	}
	if len(blocks) != 6 {
		t.Fatalf("the README's incident has %d blocks, want 6", len(blocks))
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

// runShell runs a script and returns its standard output.
func runShell(t *testing.T, dir, binaries string, args []string, script string) string {
	t.Helper()
	run := exec.CommandContext(t.Context(), args[0], append(args[1:len(args):len(args)], script)...)
	run.Dir, run.Env = dir, []string{"HOME=" + dir, "PATH=" + binaries + ":" + os.Getenv("PATH")}
	run.WaitDelay = time.Second // a script that fails leaves its server behind, which holds standard error open
	var stderr strings.Builder
	run.Stderr = &stderr
	output, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, output, &stderr)
	}
	return string(output)
}

func countIn(t *testing.T, dir, name, word string) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Error(err)
	}
	return strings.Count(string(data), word)
}
