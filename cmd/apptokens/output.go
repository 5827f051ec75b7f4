package main

import (
	"encoding/csv"
	"encoding/json"
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
)

func (f *format) String() string { return string(*f) }

func (f *format) Type() string { return "format" }

func (f *format) Set(value string) error {
	switch format(value) {
	case formatTable, formatJSON, formatJSONL, formatCSV:
		*f = format(value)
		return nil
	}
	return fmt.Errorf("want table, json, jsonl or csv")
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
		return &jsonPrinter{w: w, before: "[\n  ", between: ",\n  ", after: "\n]\n", empty: "[]\n"}
	case formatJSONL:
		return &jsonPrinter{w: w, between: "\n", after: "\n"}
	case formatCSV:
		p := &csvPrinter{csv.NewWriter(w)}
		_ = p.Write(fields) // an error comes back from flush
		return p
	default:
		return &tablePrinter{w: w, rows: [][]string{slices.Clone(table)}, widths: make([]int, len(table))}
	}
}

type jsonPrinter struct {
	w                             io.Writer
	before, between, after, empty string
	rows                          int
}

func (p *jsonPrinter) print(r row) error {
	text, err := json.Marshal(r.value)
	if err != nil {
		return err
	}
	separator := p.between
	if p.rows == 0 {
		separator = p.before
	}
	p.rows++
	_, err = io.WriteString(p.w, separator+string(text))
	return err
}

func (p *jsonPrinter) flush() error { return nil }

func (p *jsonPrinter) close() error {
	end := p.after
	if p.rows == 0 {
		end = p.empty
	}
	_, err := io.WriteString(p.w, end)
	return err
}

type csvPrinter struct{ *csv.Writer }

func (p *csvPrinter) print(r row) error { return p.Write(r.cells) }

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
