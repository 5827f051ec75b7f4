package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// EncodeJSON returns one line of JSON, without escapes for HTML. Raw JSON stays as it is, byte for byte, except for
// line ends between its tokens and what a terminal would obey.
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

// escape also escapes bytes from 0x80 to 0x9f that are not UTF-8, because a terminal that falls back to Latin-1 obeys
// them: as the replacement character, which decoders read in their place. It copies other bytes that are not UTF-8.
func escape(text []byte, form func(rune) string) []byte {
	escaped := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		isC1Byte := text[0] >= 0x80 && text[0] < 0xa0 // no character in UTF-8 begins with such a byte
		isFormat := unicode.Is(unicode.Cf, r) && r != zeroWidthJoiner
		if isC1Byte || isFormat || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff {
			escaped = append(escaped, form(r)...)
		} else {
			escaped = append(escaped, text[:size]...)
		}
		text = text[size:]
	}
	return escaped
}
