package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode"
	"unicode/utf16"

	"github.com/go-json-experiment/json/jsontext"
)

// EncodeJSON returns one line of JSON, without escapes for HTML. Raw JSON stays as it is, except for line ends between
// its tokens.
func EncodeJSON(value any) ([]byte, error) {
	if raw, ok := value.(json.RawMessage); ok {
		line := jsontext.Value(raw).Clone()
		if bytes.ContainsAny(line, "\r\n") {
			_ = line.Compact() // it was decoded, so it is valid
		}
		return escapeControls(append(line, '\n')), nil
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return escapeControls(text.Bytes()), err
}

// escapeControls escapes characters that would move the cursor or reverse the text, or that YAML parsers reject. The
// JSON keeps its meaning.
func escapeControls(text []byte) []byte {
	return escape(text, func(r rune) (escaped string) {
		for _, unit := range utf16.AppendRune(nil, r) {
			escaped += fmt.Sprintf(`\u%04x`, unit)
		}
		return escaped
	})
}

func escape(text []byte, form func(rune) string) []byte {
	isControl := func(r rune) bool {
		isFormat := unicode.Is(unicode.Cf, r) && r != zeroWidthJoiner
		return r >= 0x7f && r < 0xa0 || isFormat || r == 0xfffe || r == 0xffff
	}
	if !bytes.ContainsFunc(text, isControl) {
		return text
	}
	var escaped bytes.Buffer
	for _, r := range string(text) {
		if isControl(r) {
			escaped.WriteString(form(r))
		} else {
			escaped.WriteRune(r)
		}
	}
	return escaped.Bytes()
}
