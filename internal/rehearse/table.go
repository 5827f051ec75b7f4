package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// printTable writes a row for each result, of as many lines as it takes.
func printTable(out io.Writer, results []*result) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(cells ...string) {
		for i, cell := range cells {
			if short := []rune(cell); len(short) > 90 {
				cells[i] = string(short[:89]) + "…"
			}
		}
		fmt.Fprintln(table, strings.TrimRight(strings.Join(cells, "\t"), "\t"))
	}
	row("CHANGE", "DRIFT", "CHECKLIST", "OUTCOME")
	for _, r := range results {
		lines := max(1, len(r.drift), len(r.files), len(r.outcome))
		columns := [][]string{{r.change.name}, r.drift, r.files, r.outcome}
		for i := range lines {
			var cells []string
			for _, column := range columns {
				cell := ""
				if i < len(column) {
					cell = column[i]
				}
				cells = append(cells, cell)
			}
			row(cells...)
		}
	}
	return table.Flush()
}
