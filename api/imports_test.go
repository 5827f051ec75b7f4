package api_test

import (
	"os/exec"
	"strings"
	"testing"
)

// What a program links when it imports api: the generated client's runtime, JSON and OAuth, and none of the tools.
func TestImportsAreFew(t *testing.T) {
	t.Parallel()
	output, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "example.com/apptokens/api").Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, output)
	}
	allowed := map[string]bool{
		"example.com/apptokens":              true,
		"github.com/apapsch/go-jsonmerge/v2": true, // of runtime
		"github.com/go-json-experiment/json": true,
		"github.com/google/uuid":             true, // of runtime
		"github.com/oapi-codegen/runtime":    true,
		"golang.org/x/oauth2":                true,
	}
	for module := range strings.FieldsSeq(string(output)) {
		if !allowed[module] {
			t.Errorf("api links %s", module)
			allowed[module] = true // once is enough
		}
	}
}
