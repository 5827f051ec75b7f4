package repository_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The recipes in Go, in the guide to the in-memory org, are tests of one package, and pass.
func TestTheReadmesRecipesInGoPass(t *testing.T) {
	t.Parallel()
	recipes := fenced(t, oktatestGuide, "go")
	dir := consumer(t, "recipe_test.go", recipes[0])
	for i, recipe := range recipes[1:] {
		write(t, filepath.Join(dir, fmt.Sprintf("recipe%d_test.go", i)), recipe)
	}
	output := string(run(t, dir, "go", "test", "-v", "."))
	if passed := len(regexp.MustCompile(`(?m)^--- PASS: `).FindAllString(output, -1)); passed != len(recipes) {
		t.Errorf("%d of %d tests passed\n%s", passed, len(recipes), output)
	}
}

// The recipes in other languages pass with the script that runs them. It fails if what it runs does.
func TestTheReadmesRecipesInOtherLanguagesPass(t *testing.T) {
	t.Parallel()
	binaries, dir := buildCommand(t), t.TempDir()
	files := map[string]string{
		"sh": "with-okta.sh", "python": "test_tokens.py", "js": "tokens.test.mjs", "java": "TokensTest.java",
	}
	for language, name := range files {
		write(t, filepath.Join(dir, name), strings.Join(fenced(t, oktatestGuide, language), ""))
	}
	invocation := regexp.MustCompile(`(?m)^    (sh with-okta\.sh (\S+) .*)$`)
	lines := invocation.FindAllStringSubmatch(document(t, oktatestGuide), -1)
	if len(lines) != len(files)-1 {
		t.Fatalf("%s runs %q, want %d programs", oktatestGuide, lines, len(files)-1)
	}
	shell := []string{"sh", "-c"}
	runShell(t, dir, binaries, shell, "! sh with-okta.sh false")
	for _, line := range lines {
		command, program := line[1], line[2]
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			if err := exec.CommandContext(t.Context(), program, "--version").Run(); err != nil {
				t.Skipf("%s does not run here, and neither did its recipe: %v", program, err)
			}
			runShell(t, dir, binaries, shell, command)
		})
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
