// Package output writes the rows that a command prints, as a table for people or in a format for programs. Whatever the
// server sent moves no cursor, changes no colour and starts no formula.
package output

import "io"

// Row is one row of the output: a value for JSON and YAML, and cells for tables and CSV.
type Row struct {
	Value any
	Cells []string
}

// Column describes the cells of a column.
type Column struct {
	Header string // in tables
	Field  string // in CSV
	// MinWidth is the width of the widest cell in terminal columns, if it is known beforehand. It aligns rows that are
	// flushed one by one.
	MinWidth int
	// Shrinks allows the cells to be cut if the terminal is too narrow.
	Shrinks bool
}

// Printer writes rows in one format. It may hold rows back until Flush.
type Printer interface {
	Print(Row) error
	Flush() error
	// Close flushes, and ends the output after the last row. Without it a JSON array stays open, so that nobody takes an
	// incomplete listing for a complete one.
	Close() error
}

// Options configure a [Printer].
type Options struct {
	Writer    io.Writer
	Format    Format
	Columns   []Column
	NoHeaders bool // of tables and CSV
	Width     int  // of the lines of a table, in terminal columns; 0 for no limit
	Colours   bool // in tables
}

// New returns a Printer for o.Format; unless that is a format of rows, it prints a table.
func New(o Options) Printer {
	switch o.Format {
	case JSON, JSONL, YAML:
		return newStreamPrinter(o)
	case CSV:
		return newCSVPrinter(o)
	default:
		return newTable(o)
	}
}
