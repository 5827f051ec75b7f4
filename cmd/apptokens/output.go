package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// format is the value of --output.
type format string

const (
	formatTable format = "table"
	formatJSON  format = "json"
	formatJSONL format = "jsonl"
	formatCSV   format = "csv"
	formatJUnit format = "junit"
	formatHTML  format = "html"
)

// onlyOf are the commands that alone have a format.
var onlyOf = map[format]string{formatJUnit: "contract", formatHTML: "summary"}

func (f *format) String() string { return string(*f) }

func (f *format) Type() string { return "format" }

func (f *format) Set(value string) error {
	switch format(value) {
	case formatTable, formatJSON, formatJSONL, formatCSV, formatJUnit, formatHTML:
		*f = format(value)
		return nil
	}
	return errors.New("want table, json, jsonl or csv; junit with contract, html with summary")
}

// row is one thing that a command prints: a value for the JSON formats, and cells for the others.
type row struct {
	value any
	cells []string
}

// column is what a cell is called: by people in a table, and by programs in CSV.
type column struct {
	header, field string
	shrinks       bool // where a terminal is too narrow
}

// What becomes of a column where a terminal is too narrow.
const (
	fixed   = false
	shrinks = true
)

// printer writes rows in one format. Rows may be held back until flush.
type printer interface {
	print(row) error
	flush() error
	// close ends the output after the last row. A JSON array is left open without it, so that nobody takes it for all.
	close() error
}

// printer returns a printer of the format that was asked for.
func (a *app) printer(columns []column) printer {
	switch a.format {
	case formatJSON:
		return &jsonPrinter{w: a.out}
	case formatJSONL:
		return jsonLinePrinter{a.out}
	case formatCSV:
		var fields []string
		for _, c := range columns {
			fields = append(fields, c.field)
		}
		p := &csvPrinter{csv.NewWriter(a.out)}
		_ = p.Write(fields) // an error comes back from flush
		return p
	}
	return a.newTable(columns)
}

// encode returns JSON without a line end, and as the API sends it, without escapes for HTML.
func encode(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return escapeControls(bytes.TrimSuffix(text.Bytes(), []byte("\n"))), err
}

// escapeControls writes what would move the cursor or turn the text around as escapes. To JSON it is the same.
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

func (p jsonLinePrinter) print(r row) error {
	text, err := encode(r.value)
	if err != nil {
		return err
	}
	_, err = p.w.Write(append(text, '\n'))
	return err
}

func (p jsonLinePrinter) flush() error { return nil }

func (p jsonLinePrinter) close() error { return nil }

type jsonPrinter struct {
	w    io.Writer
	rows int
}

func (p *jsonPrinter) print(r row) error {
	text, err := encode(r.value)
	if err != nil {
		return err
	}
	separator := ",\n  "
	if p.rows == 0 {
		separator = "[\n  "
	}
	p.rows++
	_, err = io.WriteString(p.w, separator+string(text))
	return err
}

func (p *jsonPrinter) flush() error { return nil }

func (p *jsonPrinter) close() error {
	end := "\n]\n"
	if p.rows == 0 {
		end = "[]\n"
	}
	_, err := io.WriteString(p.w, end)
	return err
}

type csvPrinter struct{ *csv.Writer }

func (p *csvPrinter) print(r row) error {
	cells := make([]string, len(r.cells))
	for i, cell := range r.cells {
		if cells[i] = printable(cell); cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
			cells[i] = "'" + cells[i] // or a spreadsheet would take it for a formula
		}
	}
	return p.Write(cells)
}

func (p *csvPrinter) flush() error { p.Flush(); return p.Error() }

func (p *csvPrinter) close() error { return p.flush() }

// zeroWidthJoiner makes one picture of several.
const zeroWidthJoiner = '\u200d'

// printable keeps what the server sends from moving the cursor or changing the colours.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) || r == zeroWidthJoiner {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}
