package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// format is the value of --output.
type format string

const (
	formatTable format = "table"
	formatJSON  format = "json"
	formatJSONL format = "jsonl"
	formatCSV   format = "csv"
	formatJUnit format = "junit" // of contract alone
)

func (f *format) String() string { return string(*f) }

func (f *format) Type() string { return "format" }

func (f *format) Set(value string) error {
	switch format(value) {
	case formatTable, formatJSON, formatJSONL, formatCSV, formatJUnit:
		*f = format(value)
		return nil
	}
	return errors.New("want table, json, jsonl or csv; or, with contract, junit")
}

// row is one thing that a command prints: a value for the JSON formats, and cells for the others.
type row struct {
	value any
	cells []string
}

// printer writes rows in one format. Rows may be held back until flush.
type printer interface {
	print(row) error
	flush() error
	// close ends the output after the last row. A JSON array is left open without it, so that nobody takes it for all.
	close() error
}

// newPrinter returns a printer whose columns have names for people in a table, and for programs in CSV.
func (f format) newPrinter(w io.Writer, table, fields []string) printer {
	switch f {
	case formatJSON:
		return &jsonPrinter{w: w}
	case formatJSONL:
		return jsonLinePrinter{w}
	case formatCSV:
		p := &csvPrinter{csv.NewWriter(w)}
		_ = p.Write(fields) // an error comes back from flush
		return p
	default:
		return &tablePrinter{w: w, rows: [][]string{slices.Clone(table)}, widths: make([]int, len(table))}
	}
}

// encode returns JSON without a line end, and as the API sends it, without escapes for HTML.
func encode(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
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
		cells[i] = printable(cell)
	}
	return p.Write(cells)
}

func (p *csvPrinter) flush() error { p.Flush(); return p.Error() }

func (p *csvPrinter) close() error { return p.flush() }

// tablePrinter aligns the rows between two flushes with each other, and with all before them as far as they fit.
type tablePrinter struct {
	w      io.Writer
	rows   [][]string // not yet written; the header is the first
	widths []int      // in characters
}

func (p *tablePrinter) print(r row) error {
	p.rows = append(p.rows, r.cells)
	return nil
}

func (p *tablePrinter) flush() error {
	for _, cells := range p.rows {
		for i, cell := range cells {
			cells[i] = printable(cell)
			p.widths[i] = max(p.widths[i], utf8.RuneCountInString(cells[i]))
		}
	}
	for _, cells := range p.rows {
		var line strings.Builder
		for i, cell := range cells {
			fmt.Fprintf(&line, "%-*s  ", p.widths[i], cell)
		}
		if _, err := fmt.Fprintln(p.w, strings.TrimRight(line.String(), " ")); err != nil {
			return err
		}
	}
	p.rows = p.rows[:0]
	return nil
}

func (p *tablePrinter) close() error { return p.flush() }

// printable keeps what the server sends from moving the cursor or changing the colours.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}
