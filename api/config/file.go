package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"runtime"
	"strings"

	"go.yaml.in/yaml/v3"

	"example.com/apptokens/api"
)

// maxFile bounds what is read, in bytes.
const maxFile = 1 << 20

// readFile reads the settings of an okta.yaml. What the YAML parser says is not
// passed on, for it quotes the file.
func readFile(path string) (values map[Setting]value, warning string, err error) {
	refuse := func(format string, args ...any) (map[Setting]value, string, error) {
		return nil, "", fmt.Errorf("%w: %s: %w", api.ErrInvalidArgument, path, fmt.Errorf(format, args...))
	}
	data, warning, err := readSecret(path)
	if err != nil {
		return refuse("%w", err)
	}
	var document yaml.Node
	var whole any // which finds out about keys that are there twice
	if err := errors.Join(yaml.Unmarshal(data, &document), yaml.Unmarshal(data, &whole)); err != nil {
		return refuse("it is not valid YAML, or has a key twice%s", atLine(err))
	}
	if bytes.Contains(data, []byte("<<:")) {
		return refuse("merge keys (<<) are not supported; write the settings out")
	}
	if len(document.Content) == 0 {
		return nil, "", nil
	}
	values = map[Setting]value{}
	client := child(child(document.Content[0], "okta"), "client")
	for _, setting := range settings {
		node := client
		for name := range strings.SplitSeq(string(setting), ".") {
			node = child(node, name)
		}
		content, ok := scalar(setting, node)
		switch {
		case !ok:
			return refuse("line %d: okta.client.%s is not of the form that is wanted", node.Line, setting)
		case content != "":
			values[setting] = value{text: content, source: fmt.Sprintf("%s, line %d", path, node.Line), file: path}
		}
	}
	if values[Token].text == "" && !isKey(values[PrivateKey].text) {
		warning = "" // there is no secret in it
	}
	return values, warning, nil
}

var line = regexp.MustCompile(`line \d+`)

// atLine keeps of an error of the YAML parser where it is.
func atLine(err error) string {
	if at := line.FindString(err.Error()); at != "" {
		return ", at " + at
	}
	return ""
}

// child returns the value of a key, in whatever case it is written, or nil.
func child(node *yaml.Node, name string) *yaml.Node {
	node = resolve(node)
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if strings.EqualFold(node.Content[i].Value, name) {
			return resolve(node.Content[i+1])
		}
	}
	return nil
}

func resolve(node *yaml.Node) *yaml.Node {
	if node != nil && node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// scalar returns the text of a node. Scopes may be a list, and a JWK is a mapping to YAML unless it is quoted.
func scalar(setting Setting, node *yaml.Node) (content string, ok bool) {
	switch {
	case node == nil || node.Tag == "!!null":
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
	case node.Kind == yaml.MappingNode && setting == PrivateKey:
		jwk := map[string]string{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i+1].Kind == yaml.ScalarNode { // key_ops, a list, is of no use here
				jwk[node.Content[i].Value] = node.Content[i+1].Value
			}
		}
		encoded, err := json.Marshal(jwk)
		return string(encoded), err == nil
	}
	return "", false
}

// readSecret reads a file, and warns if everybody on the machine can.
func readSecret(path string) (data []byte, warning string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, "", withoutPath(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, "", withoutPath(err)
	}
	if info.Mode().IsRegular() && info.Mode().Perm()&0o004 != 0 && runtime.GOOS != "windows" {
		warning = fmt.Sprintf("%s holds a secret, and everybody on this machine can read it; chmod 600 %[1]s", path)
	}
	if data, err = io.ReadAll(io.LimitReader(file, maxFile+1)); err != nil {
		return nil, "", withoutPath(err)
	}
	if len(data) > maxFile {
		return nil, "", errors.New("it is larger than a mebibyte")
	}
	return data, warning, nil
}

// withoutPath keeps of an error what happened: what was taken for a path may be a key.
func withoutPath(err error) error {
	var failure *fs.PathError
	if errors.As(err, &failure) {
		return failure.Err
	}
	return err
}
