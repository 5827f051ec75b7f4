package repository_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What a program's go.mod requires once it imports a package of this module: none of the build tools, and what checks
// the contract only where the contract is checked.
func TestConsumersRequireLittle(t *testing.T) {
	t.Parallel()
	generated := []string{
		"github.com/apapsch/go-jsonmerge/v2",
		"github.com/go-json-experiment/json",
		"github.com/google/uuid",
		"github.com/oapi-codegen/runtime",
	}
	client := slices.Concat(generated, []string{"golang.org/x/oauth2"})
	tests := map[string][]string{
		"api":          client,
		"api/oktatest": slices.Concat(generated, []string{"github.com/go-jose/go-jose/v4"}),
		"api/contract": slices.Concat(client, []string{
			"github.com/getkin/kin-openapi",
			"github.com/go-openapi/jsonpointer",
			"github.com/go-openapi/swag/jsonname",
			"github.com/santhosh-tekuri/jsonschema/v6",
			"go.yaml.in/yaml/v4",
			"golang.org/x/text",
		}),
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := consumer(t, "main.go", "package main\n\nimport _ \"example.com/apptokens/"+name+"\"\n\nfunc main() {}\n")
			var module struct{ Require []struct{ Path string } }
			if err := json.Unmarshal(run(t, dir, "go", "mod", "edit", "-json"), &module); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, required := range module.Require {
				if required.Path != "example.com/apptokens" {
					got = append(got, required.Path)
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("go.mod requires\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
		})
	}
}

// consumer makes a module of one file as the README says, and returns its folder.
func consumer(t *testing.T, name, text string) (dir string) {
	t.Helper()
	dir = besideCheckout(t)
	write(t, filepath.Join(dir, name), text)
	write(t, filepath.Join(dir, "go.sum"), document(t, "go.sum"))
	for line := range strings.Lines(fencedBelow(t, "README.md", "## Install", "sh")[1]) {
		words := strings.Fields(line)
		run(t, dir, words[0], words[1:]...)
	}
	return dir
}

// besideCheckout returns an empty folder with a checkout beside it.
func besideCheckout(t *testing.T) (dir string) {
	t.Helper()
	root, err := os.Getwd()
	parent := t.TempDir()
	dir = filepath.Join(parent, "yours")
	if err := errors.Join(err, os.Mkdir(dir, 0o755), os.Symlink(root, filepath.Join(parent, "apptokens"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// run runs a program in a folder and returns its output.
func run(t *testing.T, dir, name string, args ...string) []byte {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	var stderr strings.Builder
	command.Dir, command.Stderr = dir, &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, &stderr)
	}
	return output
}
