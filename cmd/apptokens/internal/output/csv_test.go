package output_test

import (
	"strings"
	"testing"

	"example.com/apptokens/cmd/apptokens/internal/output"
)

// No cell begins like a formula of a spreadsheet, some of which take full-width signs and skip white space, too.
func TestCellsOfCSVAreNotFormulas(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"=1": "'=1", "+1": "'+1", "-1": "'-1", "@f": "'@f", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠f": "'＠f",
		"\t=1": "'�=1", "\r=1": "'�=1", "": "", "a=1": "a=1", "é": "é",
	} {
		var out strings.Builder
		rows := output.New(output.Options{Writer: &out, Format: output.CSV, Columns: []output.Column{{}, {}}, NoHeaders: true})
		_ = rows.Print(output.Row{Cells: []string{cell, "x"}})
		if err := rows.Close(); err != nil || out.String() != want+",x\n" {
			t.Errorf("%q is written as %q, %v", cell, out.String(), err)
		}
	}
}
