package output_test

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"example.com/apptokens/cmd/apptokens/internal/output"
)

// Whatever a server puts into a name, the output is YAML that moves no cursor and has the same name in it.
func TestEveryCharacterSurvivesInYAML(t *testing.T) {
	t.Parallel()
	characters := []rune{0, '\t', '\n', '\r', 0x1b, '"', '\\', ' ', 0xa0, 0xad, 0x200b, 0x200d, 0x2028, 0x2029, 0x202e, 0xe000, 0xfeff,
		0xfffd, 0xfffe, 0xffff, 0x1f600, 0x1fffe, 0x1ffff, 0xe0001, 0xf0000, 0x10ffff}
	for r := rune(0x7f); r < 0xa0; r++ {
		characters = append(characters, r)
	}
	for _, r := range characters {
		name := "a" + string(r) + " b" + string(r)
		text, err := output.EncodeYAML(map[string]string{name: name})
		if err != nil {
			t.Errorf("%U: %v", r, err)
			continue
		}
		var got map[string]string
		if err := yaml.Unmarshal(text, &got); err != nil || got[name] != name {
			t.Errorf("%U: %v, %q holds %q", r, err, text, got)
		}
		if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0xfeff {
			if strings.ContainsRune(string(text), r) {
				t.Errorf("%U is written as it is: %q", r, text)
			}
		}
	}
}
