package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
)

// EncodeJSON returns a line of JSON without escapes for HTML, as the API sends it.
func EncodeJSON(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return escapeControls(text.Bytes()), err
}

// escapeControls escapes what would move the cursor or turn the text around. To JSON it is the same.
func escapeControls(text []byte) []byte {
	isControl := func(r rune) bool {
		return r >= 0x7f && r < 0xa0 || unicode.Is(unicode.Cf, r) && r < 0x10000 && r != zeroWidthJoiner
	}
	if !bytes.ContainsFunc(text, isControl) {
		return text
	}
	var escaped bytes.Buffer
	for _, r := range string(text) {
		if isControl(r) {
			fmt.Fprintf(&escaped, `\u%04x`, r)
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
