package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A document is an OpenAPI document. Only the parts that a comparison reaches are decoded, so that a defect anywhere
// else does no harm.
type document struct {
	root           *yaml.Node
	title, version string
	openAPI        string         // without the patch number: 3.0 or 3.1
	followed       map[string]any // references, and what they lead to
}

func load(file string) (*document, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return parse(filepath.Base(file), text)
}

func parse(name string, text []byte) (*document, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, fmt.Errorf("%s cannot be read as YAML: %w", name, err)
	}
	if root.Kind == yaml.DocumentNode {
		root = *root.Content[0]
	}
	return newDocument(name, &root)
}

func newDocument(name string, root *yaml.Node) (*document, error) {
	d := &document{root: root, followed: map[string]any{}}
	openAPI := d.word("openapi")
	if !strings.HasPrefix(openAPI, "3.0.") && !strings.HasPrefix(openAPI, "3.1.") {
		return nil, fmt.Errorf("%s has openapi: %q; want a document of OpenAPI 3.0 or 3.1", name, openAPI)
	}
	d.openAPI = openAPI[:len("3.x")]
	if d.title, d.version = d.word("info", "title"), d.word("info", "version"); d.version == "" {
		return nil, fmt.Errorf("%s has no info.version", name)
	}
	return d, nil
}

// at returns the node at the end of some keys, or nil.
func (d *document) at(keys ...string) *yaml.Node { return under(d.root, keys...) }

func (d *document) word(keys ...string) string {
	if node := d.at(keys...); node != nil && node.Kind == yaml.ScalarNode {
		return node.Value
	}
	return ""
}

func under(node *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		var next *yaml.Node
		for name, value := range members(node) {
			if name == key {
				next = value
			}
		}
		node = next
	}
	return node
}

// members ranges over the keys and values of a mapping; anything else has none.
func members(node *yaml.Node) func(yield func(string, *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		if node != nil && node.Kind == yaml.AliasNode {
			node = node.Alias
		}
		if node == nil || node.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			if !yield(node.Content[i].Value, node.Content[i+1]) {
				return
			}
		}
	}
}

// decode returns a node as maps, lists and scalars, and nil for none. For one that YAML does not allow it is what is wrong with it.
func decode(node *yaml.Node) (value any) {
	if node == nil {
		return nil
	}
	if err := node.Decode(&value); err != nil {
		return err.Error()
	}
	return value
}

// follow returns what a reference such as #/components/schemas/Token leads to.
func (d *document) follow(ref string) (target any, found bool) {
	pointer, local := strings.CutPrefix(ref, "#/")
	if _, known := d.followed[ref]; local && !known {
		keys := strings.Split(pointer, "/")
		for i, key := range keys {
			keys[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(key)
		}
		d.followed[ref] = decode(d.at(keys...))
	}
	target = d.followed[ref]
	return target, target != nil
}
