package apptokens_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/apptokens/api/oktatest"
)

// The program in the README, in a module of its own, builds and lists.
func TestTheReadmesProgramRuns(t *testing.T) {
	t.Parallel()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, program, found := strings.Cut(string(readme), "```go\npackage main\n")
	program, _, closed := strings.Cut(program, "```\n")
	if !found || !closed {
		t.Fatal("the README has no program")
	}
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"main.go": "package main\n" + program,
		"go.mod":  "module consumer\n\ngo 1.26\n\nrequire example.com/apptokens v0.0.0\n\nreplace example.com/apptokens => " + root + "\n",
		"go.sum":  string(sums),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 450))
	defer org.Close()
	build := exec.CommandContext(t.Context(), "go", "build", "-mod=mod", "-o", "consumer", ".")
	build.Dir = dir
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	run := exec.CommandContext(t.Context(), filepath.Join(dir, "consumer"), "0oa1")
	run.Env = append(os.Environ(), "OKTA_CLIENT_ORGURL="+org.URL, "OKTA_CLIENT_TOKEN="+org.APIToken())
	output, err := run.CombinedOutput()
	if err != nil || strings.Count(string(output), "\n") != 450 {
		t.Errorf("%d lines, %v\n%.500s", strings.Count(string(output), "\n"), err, output)
	}
}
