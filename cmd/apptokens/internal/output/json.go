package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"

	"github.com/go-json-experiment/json/jsontext"
)

// EncodeJSON returns a line of JSON without escapes for HTML. Raw JSON stays as it is, but for line ends between its tokens.
func EncodeJSON(value any) ([]byte, error) {
	if raw, ok := value.(jsontext.Value); ok {
		raw = raw.Clone()
		if bytes.ContainsAny(raw, "\r\n") {
			_ = raw.Compact() // it was decoded, so it is valid
		}
		return escapeControls(append(raw, '\n')), nil
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return escapeControls(text.Bytes()), err
}

// escapeControls escapes what would move the cursor, turn the text around, or be refused by a parser of YAML. To JSON it
// is the same.
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
		return r >= 0x7f && r < 0xa0 || unicode.Is(unicode.Cf, r) && r != zeroWidthJoiner || r == 0xfffe || r == 0xffff
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

type jsonLinePrinter struct{ w io.Writer }

func (p jsonLinePrinter) Print(r Row) error {
	text, err := EncodeJSON(r.Value)
	if err != nil {
		return err
	}
	_, err = p.w.Write(text)
	return err
}

func (p jsonLinePrinter) Flush() error { return nil }

func (p jsonLinePrinter) Close() error { return nil }

type jsonPrinter struct {
	w    io.Writer
	rows int
}

func (p *jsonPrinter) Print(r Row) error {
	text, err := EncodeJSON(r.Value)
	if err != nil {
		return err
	}
	separator := ",\n  "
	if p.rows == 0 {
		separator = "[\n  "
	}
	p.rows++
	_, err = io.WriteString(p.w, separator+string(bytes.TrimSuffix(text, []byte("\n"))))
	return err
}

func (p *jsonPrinter) Flush() error { return nil }

func (p *jsonPrinter) Close() error {
	end := "\n]\n"
	if p.rows == 0 {
		end = "[]\n"
	}
	_, err := io.WriteString(p.w, end)
	return err
}
