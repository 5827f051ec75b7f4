package interop_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// finding is a linter's finding about an OpenAPI document.
type finding struct {
	File, Linter, Rule, Message string
	IsError                     bool
}

// The usual linters for OpenAPI documents find nothing in the contract but what its owner has yet to decide. They do
// find an error in a document that has one.
func TestLintersPassTheContract(t *testing.T) {
	good, err := os.ReadFile(contract)
	if err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(t.TempDir(), "broken.yaml")
	bad := strings.Replace(string(good), "type: array", "type: list", 1)
	if err := os.WriteFile(broken, []byte(bad), 0o600); err != nil {
		t.Fatal(err)
	}
	lint := exec.CommandContext(t.Context(), "node", "lint.mjs", contract, broken)
	lint.Stderr = t.Output()
	output, err := lint.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	var findings []finding
	if err := json.Unmarshal(output, &findings); err != nil {
		t.Fatalf("%v in %q", err, output)
	}
	linters := map[string]struct {
		rules     string
		undecided []string
	}{
		"Spectral": {"all OpenAPI rules", []string{"info-contact", "info-license", "license-url"}},
		"Redocly":  {"recommended rules", []string{"info-license"}},
	}
	for linter, test := range linters {
		t.Run(linter, func(t *testing.T) {
			record(t, linter, "openapi.yaml", test.rules)
			caught := false
			for _, f := range findings {
				switch {
				case f.Linter != linter:
				case f.File == broken:
					caught = caught || f.IsError
				case f.IsError || !slices.Contains(test.undecided, f.Rule):
					t.Errorf("%s: %s", f.Rule, f.Message)
				}
			}
			if !caught {
				t.Error("a type that does not exist went unnoticed")
			}
		})
	}
}
