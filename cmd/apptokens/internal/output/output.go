// Package output writes what a command prints: rows, as a table for people or in a format for programs. Whatever the
// server sent, it moves no cursor, changes no colour and starts no formula.
package output

import (
	"io"
)

// Row is one thing that a command prints: a value for JSON and YAML, and cells for tables and CSV.
type Row struct {
	Value any
	Cells []string
}

// Column is what a cell is called, by people in a table and by programs in CSV, and how wide it is.
type Column struct {
	Header, Field string
	// MinWidth is the width of the widest cell, in columns of the terminal, where it is known beforehand. Rows that are
	// flushed one by one are aligned by it.
	MinWidth int
	// Shrinks lets a terminal that is too narrow cut the cells.
	Shrinks bool
}

// Printer writes rows in one format. Rows may be held back until Flush.
type Printer interface {
	Print(Row) error
	Flush() error
	// Close ends the output after the last row. A JSON array is left open without it, so that nobody takes a part for
	// the whole.
	Close() error
}

// Options are what a [Printer] needs to know.
type Options struct {
	Writer    io.Writer
	Format    Format
	Columns   []Column
	NoHeaders bool // of tables and CSV
	Width     int  // of a line of a table, in columns of the terminal; 0 for no limit
	Colours   bool // in tables
}

// New returns a printer.
func New(o Options) Printer {
	switch o.Format {
	case JSON:
		return &jsonPrinter{w: o.Writer}
	case JSONL:
		return jsonLinePrinter{o.Writer}
	case YAML:
		return &yamlPrinter{w: o.Writer}
	case CSV:
		return newCSVPrinter(o)
	default:
		return newTable(o)
	}
}
