package repository_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A newcomer's first hour, with Go, a shell, and a folder beside a checkout: the guides' own lines install the command,
// try it, import the client, run a program and a test, and check the contract. A checkout is given because "go install"
// and "go get" need a home to load from.
func TestANewcomersHour(t *testing.T) {
	t.Parallel()
	install, try := fencedBelow(t, "README.md", "## Install", "sh"), fencedBelow(t, commandGuide, "## Try it", "sh")
	if len(install) != 2 || len(try) != 3 {
		t.Fatalf("%d blocks to install and %d to try, want 2 and 3", len(install), len(try))
	}
	dir := besideCheckout(t)
	write(t, filepath.Join(dir, "main.go"), fenced(t, "README.md", "go")[0])
	test := strings.Replace(fenced(t, oktatestGuide, "go")[0], "package yours", "package main", 1)
	write(t, filepath.Join(dir, "main_test.go"), test)
	hour := []string{
		install[0], try[0], try[1], install[1],
		codeBeginning(t, "README.md", "go run . "),
		codeBeginning(t, oktatestGuide, "go mod tidy"),
		codeBeginning(t, contractGuide, "apptokens contract 0oa"),
		try[2],
	}
	// The caches are those of the machine, so that nothing is downloaded, and no checksum either.
	env := "export GOSUMDB=off"
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOFLAGS", "GOPROXY", "GOTOOLCHAIN"} {
		env += fmt.Sprintf(" %s='%s'", name, bytes.TrimSpace(run(t, ".", "go", "env", name)))
	}
	output, stderr := runShell(t, dir, "", []string{"sh", "-e", "-c"}, env+"\n"+strings.Join(hour, "\n"))
	for said, times := range map[string]int{
		`^6\. Done: `: 1,       // the demo
		`^oar\w+ `:    2 * 450, // list, and the program
		`^ok\s+yours`: 1,       // the test
		` 0 failed, `: 1,       // the contract
	} {
		if found := len(regexp.MustCompile("(?m)"+said).FindAllString(output, -1)); found != times {
			t.Errorf("%q comes %d times, want %d\n%s\n%s", said, found, times, output, stderr)
		}
	}
}

// codeBeginning returns the first code of a document, indented or between backquotes, that begins with some words.
func codeBeginning(t *testing.T, file, words string) string {
	t.Helper()
	match := regexp.MustCompile("(?m)(?:^    |`)(" + regexp.QuoteMeta(words) + "[^`\n]*)").FindStringSubmatch(document(t, file))
	if match == nil {
		t.Fatalf("%s has no code that begins with %q", file, words)
	}
	return match[1]
}
