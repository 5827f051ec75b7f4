package output

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rivo/uniseg"
)

// tablePrinter aligns the rows between two flushes with each other, and with earlier rows as far as they fit.
type tablePrinter struct {
	w       io.Writer
	columns []Column
	rows    [][]string // not yet written; the header is the first
	widths  []int      // in terminal columns
	limit   int        // of a line; 0 for none
	colours bool
}

func newTable(o Options) *tablePrinter {
	p := &tablePrinter{w: o.Writer, columns: o.Columns, limit: o.Width, colours: o.Colours}
	var headers []string
	for _, c := range o.Columns {
		headers = append(headers, c.Header)
		p.widths = append(p.widths, c.MinWidth)
	}
	if !o.NoHeaders {
		p.rows = append(p.rows, headers)
	}
	return p
}

func (p *tablePrinter) Print(r Row) error {
	p.rows = append(p.rows, r.Cells)
	return nil
}

func (p *tablePrinter) Flush() error {
	for _, cells := range p.rows {
		for i, cell := range cells {
			cells[i] = Printable(cell)
			p.widths[i] = max(p.widths[i], uniseg.StringWidth(cells[i]))
		}
	}
	widths, widest := p.fit(), cmp.Or(p.limit, widestPadded)
	for _, cells := range p.rows {
		var line strings.Builder
		for i, cell := range cells {
			cell = Shorten(cell, widths[i])
			padding := strings.Repeat(" ", max(0, min(widths[i], widest)-uniseg.StringWidth(cell))+2)
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

func (p *tablePrinter) Close() error { return p.Flush() }

const (
	narrowest    = 8  // width to which a column shrinks
	widestPadded = 60 // width to which cells are padded off a terminal; otherwise one huge cell would lengthen every row
)

// fit narrows the widest columns that may shrink until a line fits, if it can.
func (p *tablePrinter) fit() []int {
	widths := slices.Clone(p.widths)
	total := 2 * (len(widths) - 1)
	for _, width := range widths {
		total += width
	}
	for p.limit > 0 && total > p.limit {
		widest := -1
		for i, c := range p.columns {
			if c.Shrinks && widths[i] > narrowest && (widest < 0 || widths[i] > widths[widest]) {
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

// colours maps words to the SGR parameters of their colour (ECMA-48).
var colours = map[string]string{
	"revoked": "32", "ACTIVE": "32", "passed": "32",
	"failed": "31", "unknown": "31", "REVOKED": "31",
	"not found": "33", "not attempted": "33", "already gone": "33", "skipped": "33",
}

func (p *tablePrinter) paint(cell string) string {
	if colour := colours[cell]; p.colours && colour != "" {
		return "\x1b[" + colour + "m" + cell + "\x1b[0m"
	}
	return cell
}
