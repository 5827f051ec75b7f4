package config

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"example.com/apptokens/api/internal/text"
)

// parse reads the settings. It does not pass on the text of YAML errors, because they quote the file.
func (l *layer) parse(data []byte) error {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case err == io.EOF:
		return nil
	case err != nil:
		return errors.New("it is not valid YAML" + atLine(err))
	}
	if decoder.Decode(&second) != io.EOF {
		return errors.New("it contains a second YAML document; keep one")
	}
	return l.readSection(document.Content[0], "")
}

var line = regexp.MustCompile(`line \d+`)

// atLine returns only the line number of a YAML parser's error, which may be that of what the fault is part of.
func atLine(err error) string {
	if at := line.FindString(err.Error()); at != "" {
		return ", at or after " + at
	}
	return ""
}

// readSection reads a mapping whose keys have a prefix: at first "", then "okta.", and so on.
func (l *layer) readSection(node *yaml.Node, prefix string) error {
	if node = resolve(node); isNull(node) {
		return nil
	}
	if node.Kind != yaml.MappingNode {
		what := cmp.Or(strings.TrimSuffix(prefix, "."), "the file")
		return fmt.Errorf("line %d: %s is not a mapping of names to values", node.Line, what)
	}
	lines := map[string]int{}
	for pair := range slices.Chunk(node.Content, 2) {
		key, content := pair[0], pair[1]
		lower := strings.ToLower(key.Value)
		if lines[lower] > 0 {
			return fmt.Errorf("line %d: a key occurs twice, first at line %d; capitals make no difference",
				key.Line, lines[lower])
		}
		lines[lower] = key.Line
		if err := l.readKey(prefix, key, resolve(content)); err != nil {
			return err
		}
	}
	return nil
}

func (l *layer) readKey(prefix string, key, content *yaml.Node) error {
	name := prefix + key.Value
	setting, section := lookUp(name)
	switch {
	case key.Value == "<<":
		return fmt.Errorf("line %d: merge keys (<<) are not supported; write the settings out", key.Line)
	case section:
		return l.readSection(content, name+".")
	case setting != "":
		before, twice := l.values[setting]
		text, ok := scalar(setting, content)
		switch {
		case !ok:
			return fmt.Errorf("line %d: %s has the wrong type; want a string", content.Line, setting.names()[0])
		case twice && normal(setting, before.text) != normal(setting, text):
			return fmt.Errorf("line %d: %s occurs twice, first at %s", key.Line, setting.names()[0], before.source)
		case text != "":
			l.values[setting] = value{text: text, source: fmt.Sprintf("%s, line %d", l.path, content.Line), local: l.local}
		}
	default:
		l.warnUnknown(firstUnknown(name), key.Line)
	}
	return nil
}

func (l *layer) warnUnknown(name string, line int) {
	meant, warn := unknown(name)
	if !warn {
		return
	}
	if meant != "" {
		meant = "; did you mean " + meant + "?"
	}
	l.warnings = append(l.warnings, fmt.Sprintf("%s, line %d: %s is not a known setting and is ignored%s",
		l.path, line, text.Printable(name, text.MaxValue), meant))
}

func resolve(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }

// scalar returns the text of a node. Scopes may be a list. YAML takes an unquoted JWK or {placeholder} for a mapping.
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
		var jwk any
		if node.Decode(&jwk) != nil {
			return "", false
		}
		encoded, err := json.Marshal(jwk)
		return string(encoded), err == nil
	}
	return "", false
}
