package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// A mutation of openapi.yaml is a change that Okta could make to its document, and what is to be said of it.
type mutation struct {
	name  string
	edits edits
	want  []string
}

// edits are the new values, in YAML, of places that start with the name of an operation or a schema, or at the root. An
// empty value removes.
type edits map[string]string

var starts = map[string][]string{
	"listTokens":  {"paths", "/api/v1/apps/{appId}/tokens", "get"},
	"token path":  {"paths", "/api/v1/apps/{appId}/tokens/{tokenId}"},
	"getToken":    {"paths", "/api/v1/apps/{appId}/tokens/{tokenId}", "get"},
	"revokeToken": {"paths", "/api/v1/apps/{appId}/tokens/{tokenId}", "delete"},
	"Token":       {"components", "schemas", "Token"},
	"TokenStatus": {"components", "schemas", "TokenStatus"},
	"SelfLink":    {"components", "schemas", "SelfLink"},
	"Error":       {"components", "schemas", "Error"},
	"parameters":  {"components", "parameters"},
}

func (e edits) apply(t *testing.T, document map[string]any) {
	t.Helper()
	for place, text := range e {
		words := strings.Split(place, "/")
		if start, ok := starts[words[0]]; ok {
			words = slices.Concat(start, words[1:])
		}
		object, last := document, len(words)-1
		for _, word := range words[:last] {
			object = object[word].(map[string]any)
		}
		if text == "" {
			delete(object, words[last])
			continue
		}
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		object[words[last]] = value
	}
}

func TestAMutationIsReportedAsWhatItIs(t *testing.T) {
	t.Parallel()
	for _, mutation := range slices.Concat(schemaMutations, operationMutations) {
		t.Run(mutation.name, func(t *testing.T) {
			t.Parallel()
			var document map[string]any
			if err := yaml.Unmarshal([]byte(read(t, "../..", contractFile)), &document); err != nil {
				t.Fatal(err)
			}
			mutation.edits.apply(t, document)
			text, err := yaml.Marshal(document)
			if err != nil {
				t.Fatal(err)
			}
			got := compareWith(t, string(text))
			if !slices.Equal(got, mutation.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(mutation.want, "\n  "))
			}
			for _, line := range got {
				if _, printed, _ := strings.Cut(line, ": "); len(printed) > 98 {
					t.Errorf("%d columns with the indentation, want 100 at most: %s", len(printed)+2, printed)
				}
			}
		})
	}
}

func TestPathParametersMayHaveOtherNames(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer("{appId}", "{id}", "name: appId", "name: id").Replace(read(t, "../..", contractFile))
	if got := compareWith(t, text); got != nil {
		t.Errorf("got %q, want nothing", got)
	}
}

// compareWith compares the contract with another text of it.
func compareWith(t *testing.T, text string) (lines []string) {
	t.Helper()
	contract, err := load(filepath.Join("..", "..", contractFile))
	if err != nil {
		t.Fatal(err)
	}
	upstream, err := parse("upstream.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	differences, err := compare(contract, upstream)
	if err != nil {
		t.Fatal(err)
	}
	for _, difference := range differences {
		lines = append(lines, difference.effect.String()+": "+difference.String())
	}
	return lines
}
