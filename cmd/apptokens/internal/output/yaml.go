package output

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yamlPrinter writes a sequence. Its keys are those of JSON, in the same order.
type yamlPrinter struct {
	w    io.Writer
	rows int
}

func (p *yamlPrinter) Print(r Row) error {
	text, err := EncodeYAML([]any{r.Value})
	if err != nil {
		return err
	}
	p.rows++
	_, err = p.w.Write(text)
	return err
}

func (p *yamlPrinter) Flush() error { return nil }

func (p *yamlPrinter) Close() error {
	if p.rows > 0 {
		return nil
	}
	_, err := io.WriteString(p.w, "[]\n")
	return err
}

// EncodeYAML returns a YAML document with the keys that JSON has. The YAML encoder escapes control characters.
func EncodeYAML(value any) ([]byte, error) {
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var document yaml.Node // JSON is YAML, and a node keeps the order of its keys
	if err := yaml.Unmarshal(encoded, &document); err != nil {
		return nil, err
	}
	block(&document)
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	err = encoder.Encode(&document)
	return text.Bytes(), err
}

// block takes off the style of JSON: braces, and quotes where YAML needs none.
func block(node *yaml.Node) {
	node.Style = 0
	if node.Tag == "!!str" && strings.ContainsFunc(node.Value, isUnsafe) {
		node.Style = yaml.DoubleQuotedStyle
	}
	for _, child := range node.Content {
		block(child)
	}
}
