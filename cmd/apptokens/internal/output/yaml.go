package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// EncodeYAML returns a YAML document with the keys of the JSON, in the same order. It contains no raw control
// characters: the YAML encoder escapes most of them.
func EncodeYAML(value any) ([]byte, error) {
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var document yaml.Node // JSON is YAML, and a node keeps the order of its keys
	if err := yaml.Unmarshal(escape(encoded, yamlEscape), &document); err != nil {
		return nil, err
	}
	block(&document)
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	err = encoder.Encode(&document)
	return escape(text.Bytes(), yamlEscape), err
}

// yamlEscape escapes a character for double quotes, where block has put it. YAML has no surrogates.
func yamlEscape(r rune) string {
	if r > 0xffff {
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// block removes the JSON style: braces, and quotes where YAML needs none.
func block(node *yaml.Node) {
	node.Style = 0
	if node.Tag == "!!str" && strings.ContainsFunc(node.Value, isUnsafe) {
		node.Style = yaml.DoubleQuotedStyle
	}
	for _, child := range node.Content {
		block(child)
	}
}
