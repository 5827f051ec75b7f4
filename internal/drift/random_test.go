package main

import (
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// However a document is damaged, drift answers. It finds every change that a client can see, and no other.
func TestARandomEditIsSeenIfAClientCanSeeIt(t *testing.T) {
	t.Parallel()
	contract, err := load(filepath.Join("..", "..", contractFile))
	if err != nil {
		t.Fatal(err)
	}
	published := asOktaWouldPublish(t)
	for seed := range uint64(1000) {
		random := rand.New(rand.NewPCG(seed, 0))
		copied := clone(published)
		spots := spotsOf(copied, nil)
		spot := spots[random.IntN(len(spots))]
		edit := spot.edit(random)
		var root yaml.Node
		if err := root.Encode(copied); err != nil {
			t.Fatal(err)
		}
		upstream, err := newDocument("upstream.yaml", &root)
		if err != nil {
			if spot.path[0].key != "info" && spot.path[0].key != "openapi" {
				t.Errorf("seed %d: %s at %s: %v", seed, edit, spot, err)
			}
			continue
		}
		found, err := compare(contract, upstream)
		if seen := err != nil || len(found) > 0; seen != spot.visible(edit) {
			t.Errorf("seed %d: %s at %s: seen is %v, want %v: %v", seed, edit, spot, seen, !seen, found)
		}
	}
}

func clone(value any) any {
	switch value := value.(type) {
	case map[string]any:
		copied := map[string]any{}
		for key, value := range value {
			copied[key] = clone(value)
		}
		return copied
	case []any:
		copied := make([]any, len(value))
		for i := range value {
			copied[i] = clone(value[i])
		}
		return copied
	}
	return value
}

// asOktaWouldPublish returns the contract without what goes beyond Okta's document.
func asOktaWouldPublish(t *testing.T) map[string]any {
	t.Helper()
	var document map[string]any
	if err := yaml.Unmarshal([]byte(read(t, "../..", contractFile)), &document); err != nil {
		t.Fatal(err)
	}
	components := document["components"].(map[string]any)
	for _, item := range document["paths"].(map[string]any) {
		for _, operation := range item.(map[string]any) {
			operation, ok := operation.(map[string]any)
			if !ok {
				continue // the parameters of the path
			}
			operation["operationId"] = operation["x-upstream-operation-id"]
			delete(operation, "x-upstream-operation-id")
			responses := operation["responses"].(map[string]any)
			for _, ours := range []string{"400", "401", "default"} {
				delete(responses, ours)
			}
			for _, response := range responses {
				delete(response.(map[string]any), "headers")
			}
		}
	}
	for _, name := range []string{"BadRequest", "Unauthorized", "Unexpected"} {
		delete(components["responses"].(map[string]any), name)
	}
	for _, response := range components["responses"].(map[string]any) {
		delete(response.(map[string]any), "headers")
	}
	for _, parameter := range components["parameters"].(map[string]any) {
		schema := parameter.(map[string]any)["schema"].(map[string]any)
		for _, key := range list(schema[beyondUpstream]) {
			delete(schema, key.(string))
		}
		delete(schema, beyondUpstream)
	}
	delete(components, "headers")
	return document
}

// A spot is a place where a document can be edited.
type spot struct {
	path  []step
	value any
	put   func(any)
	// In a map alone:
	remove    func()
	rename    func(string)
	besideRef bool
}

type step struct {
	key    string
	isName bool // and not a keyword
}

func (s spot) String() string {
	var keys []string
	for _, step := range s.path {
		keys = append(keys, step.key)
	}
	return strings.Join(keys, " ")
}

// namesAreBelow are the keywords whose keys are names.
var namesAreBelow = []string{
	"paths", "properties", "responses", "content", "schemas", "securitySchemes", "scopes", "flows", "variables",
	"parameters", "examples",
}

// spotsOf returns the spots of a document, always in the same order.
func spotsOf(value any, path []step) (spots []spot) {
	switch value := value.(type) {
	case map[string]any:
		isName := len(path) > 0 && !path[len(path)-1].isName && slices.Contains(namesAreBelow, path[len(path)-1].key)
		for _, key := range slices.Sorted(maps.Keys(value)) {
			below := append(slices.Clone(path), step{key, isName})
			spots = append(spots, spot{
				path: below, value: value[key],
				put:       func(other any) { value[key] = other },
				remove:    func() { delete(value, key) },
				rename:    func(name string) { value[name] = value[key]; delete(value, key) },
				besideRef: key != "$ref" && value["$ref"] != nil,
			})
			spots = append(spots, spotsOf(value[key], below)...)
		}
	case []any:
		for i := range value {
			below := append(slices.Clone(path), step{key: strconv.Itoa(i)})
			spots = append(spots, spot{path: below, value: value[i], put: func(other any) { value[i] = other }})
			spots = append(spots, spotsOf(value[i], below)...)
		}
	}
	return spots
}

// edit changes the document, and returns how.
func (s spot) edit(random *rand.Rand) string {
	edits := map[string]func(){
		"string": func() { s.put("damaged") },
		"list":   func() { s.put([]any{"damaged"}) },
		"map":    func() { s.put(map[string]any{"damaged": 1}) },
		"null":   func() { s.put(nil) },
	}
	if s.remove != nil {
		edits["remove"] = s.remove
		edits["rename"] = func() { s.rename("damaged") }
	}
	if object, ok := s.value.(map[string]any); ok {
		edits["add"] = func() { object["damaged"] = map[string]any{"damaged": 1} }
	}
	names := slices.Sorted(maps.Keys(edits))
	name := names[random.IntN(len(names))]
	edits[name]()
	return name
}

// visible reports whether a client can see what was done.
func (s spot) visible(edit string) bool {
	depth := len(s.path)
	last, top := s.path[depth-1].key, s.path[0].key
	documentation := slices.IndexFunc(s.path, func(step step) bool {
		return !step.isName && (strings.HasPrefix(step.key, "x-") || slices.Contains([]string{
			"description", "summary", "title", "example", "examples", "info",
		}, step.key))
	})
	_, hasRef := asMap(s.value)["$ref"]
	switch {
	case documentation >= 0 && documentation < depth-1, documentation >= 0 && edit != "rename":
		return false
	case top == "tags", s.besideRef, edit == "add" && hasRef: // OpenAPI 3.0 ignores it
		return false
	case documentation >= 0 && (depth == 1 || top == "components" && depth == 2):
		return false
	case edit == "add" && (top == "paths" && depth <= 2 || top == "components" && depth <= 2 || s.isScopes(depth-1)):
		return false
	case depth > 1 && s.isScopes(depth-2): // whose values are descriptions
		return edit == "remove" || edit == "rename"
	case last == "$ref" && s.path[depth-2].key == "204": // which has no body
		return edit != "remove" && edit != "null"
	}
	return true
}

// isScopes reports whether a step leads to the scopes of a flow.
func (s spot) isScopes(i int) bool { return s.path[i].key == "scopes" && !s.path[i].isName }
