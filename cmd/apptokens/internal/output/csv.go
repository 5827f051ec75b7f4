package output

import (
	"encoding/csv"
	"strings"
	"unicode/utf8"
)

type csvPrinter struct{ *csv.Writer }

func newCSVPrinter(o Options) *csvPrinter {
	p := &csvPrinter{csv.NewWriter(o.Writer)}
	var fields []string
	for _, c := range o.Columns {
		fields = append(fields, c.Field)
	}
	if !o.NoHeaders {
		_ = p.Write(fields) // Flush returns the error
	}
	return p
}

func (p *csvPrinter) Print(r Row) error {
	cells := make([]string, len(r.Cells))
	for i, cell := range r.Cells {
		if cells[i] = Printable(cell); startsFormula(cell) {
			cells[i] = "'" + cells[i]
		}
	}
	return p.Write(cells)
}

func (p *csvPrinter) Flush() error { p.Writer.Flush(); return p.Error() }

func (p *csvPrinter) Close() error { return p.Flush() }

// startsFormula reports whether a cell begins with a character that starts a formula, in full width as well, or with
// white space that some spreadsheets skip.
func startsFormula(cell string) bool {
	first, _ := utf8.DecodeRuneInString(cell)
	return strings.ContainsRune("=+-@\t\r＝＋－＠", first)
}
