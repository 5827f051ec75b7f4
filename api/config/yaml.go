package config

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"example.com/apptokens/api/internal/text"
)

// yamlFile collects what an okta.yaml says.
type yamlFile struct {
	path     string
	local    bool
	values   map[Setting]value
	warnings []string
}

// parse reads the settings. What the YAML parser says is not passed on, since it quotes the file.
func (y *yamlFile) parse(data []byte) error {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case err == io.EOF:
		return nil
	case err != nil:
		return errors.New("it is not valid YAML" + atLine(err))
	}
	if err := decoder.Decode(&second); err != io.EOF {
		return errors.New("it holds a second YAML document; keep one")
	}
	return y.readSection(document.Content[0], "")
}

var line = regexp.MustCompile(`line \d+`)

// atLine keeps of an error of the YAML parser where it is.
func atLine(err error) string {
	if at := line.FindString(err.Error()); at != "" {
		return ", at " + at
	}
	return ""
}

// readSection reads a mapping whose keys have a prefix: first none, then "okta.", and so on.
func (y *yamlFile) readSection(node *yaml.Node, prefix string) error {
	if node = resolve(node); isNull(node) {
		return nil
	}
	if node.Kind != yaml.MappingNode {
		what := cmp.Or(strings.TrimSuffix(prefix, "."), "the file")
		return fmt.Errorf("line %d: %s is not a mapping of names to values", node.Line, what)
	}
	lines := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, content := node.Content[i], resolve(node.Content[i+1])
		name := prefix + key.Value
		lower := strings.ToLower(name)
		switch {
		case key.Value == "<<":
			return fmt.Errorf("line %d: merge keys (<<) are not supported; write the settings out", key.Line)
		case lines[lower] > 0:
			return fmt.Errorf("line %d: a key is there twice, first at line %d; capitals make no difference",
				key.Line, lines[lower])
		}
		lines[lower] = key.Line
		if err := y.readKey(key, name, content); err != nil {
			return err
		}
	}
	return nil
}

func (y *yamlFile) readKey(key *yaml.Node, name string, content *yaml.Node) error {
	setting, section := lookUp(name)
	switch {
	case section:
		return y.readSection(content, name+".")
	case setting != "":
		value, ok := scalar(setting, content)
		if !ok {
			return fmt.Errorf("line %d: %s has the wrong type; want a string", content.Line, setting.names()[0])
		}
		y.set(setting, value, content.Line)
	case strings.Count(name, ".") > 1: // below okta.client or okta.testing
		if hint, warn := unknown(name); warn {
			y.warnings = append(y.warnings, fmt.Sprintf("%s, line %d: %s is not a known setting, and is ignored%s",
				y.path, key.Line, text.Printable(name, 80), hint))
		}
	}
	return nil
}

func (y *yamlFile) set(setting Setting, content string, line int) {
	if content != "" {
		y.values[setting] = value{text: content, source: fmt.Sprintf("%s, line %d", y.path, line), local: y.local}
	}
}

func resolve(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }

// scalar returns the text of a node. Scopes may be a list, a JWK is a mapping to YAML unless it is quoted, and so is a
// {placeholder}.
func scalar(setting Setting, node *yaml.Node) (content string, ok bool) {
	switch {
	case isNull(node):
		return "", true
	case node.Kind == yaml.ScalarNode:
		return node.Value, true
	case node.Kind == yaml.SequenceNode && setting == Scopes:
		for _, item := range node.Content {
			if item.Kind != yaml.ScalarNode {
				return "", false
			}
			content += item.Value + " "
		}
		return content, true
	case node.Kind == yaml.MappingNode && len(node.Content) == 2 && isNull(node.Content[1]):
		return "{" + node.Content[0].Value + "}", true
	case node.Kind == yaml.MappingNode && setting == PrivateKey:
		encoded, err := json.Marshal(jsonValue(node))
		return string(encoded), err == nil
	}
	return "", false
}

// jsonValue returns what a JWK or a set of them is in JSON, where all of it is text. It follows no alias, since that
// could lead in a circle.
func jsonValue(node *yaml.Node) any {
	switch node.Kind {
	case yaml.MappingNode:
		object := map[string]any{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			object[node.Content[i].Value] = jsonValue(node.Content[i+1])
		}
		return object
	case yaml.SequenceNode:
		var list []any
		for _, item := range node.Content {
			list = append(list, jsonValue(item))
		}
		return list
	}
	return node.Value
}
