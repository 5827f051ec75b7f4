package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rivo/uniseg"

	"example.com/apptokens/gen"
)

// tablePrinter aligns the rows between two flushes with each other, and with all before them as far as they fit.
type tablePrinter struct {
	w       io.Writer
	columns []column
	rows    [][]string // not yet written; the header is the first
	widths  []int      // in columns of the terminal
	limit   int        // of a line; 0 for none
	colours bool
}

func newTable(w io.Writer, columns []column) *tablePrinter {
	var headers []string
	for _, c := range columns {
		headers = append(headers, c.header)
	}
	return &tablePrinter{w: w, columns: columns, rows: [][]string{headers}, widths: make([]int, len(columns))}
}

// newTable is for standard output. On a terminal, it fits and has colours.
func (a *app) newTable(columns []column) *tablePrinter {
	t := newTable(a.out, columns)
	if a.showTables {
		t.limit, t.colours = a.console.columns(), a.colours
	}
	return t
}

func (p *tablePrinter) print(r row) error {
	p.rows = append(p.rows, r.cells)
	return nil
}

func (p *tablePrinter) flush() error {
	for _, cells := range p.rows {
		for i, cell := range cells {
			cells[i] = printable(cell)
			p.widths[i] = max(p.widths[i], uniseg.StringWidth(cells[i]))
		}
	}
	widths := p.fit()
	for _, cells := range p.rows {
		var line strings.Builder
		for i, cell := range cells {
			cell = shorten(cell, widths[i])
			padding := strings.Repeat(" ", max(0, widths[i]-uniseg.StringWidth(cell))+2)
			if i == len(cells)-1 {
				padding = ""
			}
			line.WriteString(p.paint(cell) + padding)
		}
		if _, err := fmt.Fprintln(p.w, strings.TrimRight(line.String(), " ")); err != nil {
			return err
		}
	}
	p.rows = p.rows[:0]
	return nil
}

func (p *tablePrinter) close() error { return p.flush() }

// narrowest is how far a column shrinks.
const narrowest = 8

// fit takes from the widest columns that may shrink until a line fits, if it can.
func (p *tablePrinter) fit() []int {
	widths := slices.Clone(p.widths)
	total := 2 * (len(widths) - 1)
	for _, width := range widths {
		total += width
	}
	for p.limit > 0 && total > p.limit {
		widest := -1
		for i, c := range p.columns {
			if c.shrinks && widths[i] > narrowest && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
		total--
	}
	return widths
}

// shorten cuts a cell to a width, between characters as people see them.
func shorten(cell string, width int) string {
	if uniseg.StringWidth(cell) <= width {
		return cell
	}
	var short strings.Builder
	left := width - 1 // for the ellipsis
	for g := uniseg.NewGraphemes(cell); g.Next() && g.Width() <= left; left -= g.Width() {
		short.WriteString(g.Str())
	}
	return short.String() + "…"
}

// colours of the words that matter, as escape sequences of terminals (ECMA-48, SGR).
var colours = map[string]string{
	string(revoked): "32", string(gen.TokenStatusActive): "32", "passed": "32",
	string(failed): "31", string(unknown): "31", string(gen.TokenStatusRevoked): "31",
	string(notFound): "33", string(notAttempted): "33", "already gone": "33", "skipped": "33",
}

func (p *tablePrinter) paint(cell string) string {
	if !p.colours {
		return cell
	}
	return paint(cell, colours[cell])
}

func paint(text, colour string) string {
	if colour == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}
