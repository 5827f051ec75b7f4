package output

import (
	"bytes"
	"io"
)

// streamPrinter encodes one row after the other.
type streamPrinter struct {
	w                        io.Writer
	encode                   func(any) ([]byte, error)
	first, next, last, empty string // before the first row, before each other, after the last, and in place of none
	rows                     int
}

func newStreamPrinter(o Options) *streamPrinter {
	switch o.Format {
	case JSON:
		return &streamPrinter{w: o.Writer, encode: encodeElement, first: "[\n  ", next: ",\n  ", last: "\n]\n", empty: "[]\n"}
	case JSONL:
		return &streamPrinter{w: o.Writer, encode: EncodeJSON}
	default:
		encode := func(value any) ([]byte, error) { return EncodeYAML([]any{value}) }
		return &streamPrinter{w: o.Writer, encode: encode, empty: "[]\n"}
	}
}

// encodeElement leaves out the line end, because a comma may follow.
func encodeElement(value any) ([]byte, error) {
	text, err := EncodeJSON(value)
	return bytes.TrimSuffix(text, []byte("\n")), err
}

func (p *streamPrinter) Print(r Row) error {
	text, err := p.encode(r.Value)
	if err != nil {
		return err
	}
	before := p.next
	if p.rows == 0 {
		before = p.first
	}
	p.rows++
	_, err = io.WriteString(p.w, before+string(text))
	return err
}

func (p *streamPrinter) Flush() error { return nil }

func (p *streamPrinter) Close() error {
	end := p.last
	if p.rows == 0 {
		end = p.empty
	}
	_, err := io.WriteString(p.w, end)
	return err
}
