package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// CONTRIBUTING.md leads through the files of the walk, which are few.
func TestTheWalkIsShortAndWritten(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	patch, err := os.ReadFile(filepath.Join(root, walk))
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile(filepath.Join(root, ".github", "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	files := regexp.MustCompile(`(?m)^\+\+\+ b/(.*)$`).FindAllStringSubmatch(string(patch), -1)
	if len(files) == 0 || len(files) > 8 {
		t.Errorf("%d files, want up to 8", len(files))
	}
	for _, file := range files {
		if !strings.Contains(string(guide), ". `"+file[1]+"`: ") {
			t.Errorf("CONTRIBUTING.md does not lead to %s", file[1])
		}
	}
}
