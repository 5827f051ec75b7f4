package apptokens_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

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

// The incident in the README plays when it is pasted into a shell.
func TestTheReadmesIncidentPlays(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, script, found := strings.Cut(string(readme), "```sh\n")
	script, _, closed := strings.Cut(script, "```\n")
	if !found || !closed {
		t.Fatal("the README has no script")
	}
	dir := t.TempDir()
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "apptokens"), "./cmd/apptokens").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	run := exec.CommandContext(t.Context(), bash, "-m", "-euo", "pipefail", "-c", script)
	run.Dir, run.Env = dir, []string{"HOME=" + dir, "PATH=" + dir + ":" + os.Getenv("PATH")}
	output, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	if !strings.HasPrefix(lines[0], "600 tokens of 16 users in 2 apps") || strings.TrimSpace(lines[len(lines)-1]) != "0" {
		t.Errorf("it printed\n%s", output)
	}
	count := func(name, word string) int {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		}
		return strings.Count(string(data), word)
	}
	planned := count("planned.txt", "ACTIVE")
	if planned < 30 || count("revoked.txt", "revoked") != planned || count("incident.jsonl", `"revoked"`) != planned || count("tokens.html", "0oaWeb") == 0 {
		t.Errorf("%d planned, %d revoked, %d on record", planned, count("revoked.txt", "revoked"), count("incident.jsonl", `"revoked"`))
	}
}
