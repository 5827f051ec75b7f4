package output

import (
	"encoding/csv"
	"strings"
)

type csvPrinter struct{ *csv.Writer }

func newCSVPrinter(o Options) *csvPrinter {
	p := &csvPrinter{csv.NewWriter(o.Writer)}
	var fields []string
	for _, c := range o.Columns {
		fields = append(fields, c.Field)
	}
	if !o.NoHeaders {
		_ = p.Write(fields) // an error comes back from Flush
	}
	return p
}

func (p *csvPrinter) Print(r Row) error {
	cells := make([]string, len(r.Cells))
	for i, cell := range r.Cells {
		if cells[i] = Printable(cell); cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
			cells[i] = "'" + cells[i] // or a spreadsheet would take it for a formula
		}
	}
	return p.Write(cells)
}

func (p *csvPrinter) Flush() error { p.Writer.Flush(); return p.Error() }

func (p *csvPrinter) Close() error { return p.Flush() }
