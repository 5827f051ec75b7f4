package output_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/rivo/uniseg"

	"example.com/apptokens/cmd/apptokens/internal/output"
)

// On a terminal, what can be cut is cut so that lines fit, between characters, and IDs stay whole.
func TestTablesFitTheTerminal(t *testing.T) {
	t.Parallel()
	long := "Ana María Ejemplo Muestra de la Prueba y Ficción, née 見本 花子 " + strings.Repeat("👩‍👩‍👧", 20)
	columns := []output.Column{{Header: "ID"}, {Header: "NAME", Shrinks: true}, {Header: "SCOPES", Shrinks: true}, {Header: "STATUS"}}
	for _, width := range []int{40, 80, 200} {
		for _, colours := range []bool{false, true} {
			var out bytes.Buffer
			table := output.New(output.Options{Writer: &out, Columns: columns, Width: width, Colours: colours})
			_ = table.Print(output.Row{Cells: []string{"oarT4npx1yT6lrws7LFf", long, strings.Repeat("scope ", 30), "ACTIVE"}})
			_ = table.Print(output.Row{Cells: []string{"oar2", "李示例", "openid", "failed"}})
			if err := table.Close(); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(out.String(), "\x1b[") != colours {
				t.Errorf("colours %v:\n%s", colours, out.String())
			}
			plain := strings.NewReplacer("\x1b[32m", "", "\x1b[31m", "", "\x1b[0m", "").Replace(out.String())
			lines := strings.Split(strings.TrimSuffix(plain, "\n"), "\n")
			for _, line := range lines {
				if w := uniseg.StringWidth(line); w > max(width, 56) { // what cannot shrink takes 56
					t.Errorf("width %d: a line takes %d:\n%s", width, w, line)
				}
			}
			if !strings.Contains(plain, "oarT4npx1yT6lrws7LFf") || !strings.Contains(plain, "…") || strings.Contains(plain, "�") {
				t.Errorf("width %d:\n%s", width, plain)
			}
			status := func(line, word string) int { return uniseg.StringWidth(line[:strings.LastIndex(line, word)]) }
			if status(lines[0], "STATUS") != status(lines[1], "ACTIVE") || status(lines[1], "ACTIVE") != status(lines[2], "failed") {
				t.Errorf("width %d: the last column is not aligned:\n%s", width, plain)
			}
		}
	}
}

// Rows that are written one by one are aligned by the widths that are known beforehand, and a header can be left out.
func TestTablesThatAreWrittenRowByRow(t *testing.T) {
	t.Parallel()
	columns := []output.Column{{Header: "APP", MinWidth: 6}, {Header: "N"}}
	for noHeaders, want := range map[bool]string{false: "APP     N\n0oa1    1\n0oaWeb  2\n", true: "0oa1    1\n0oaWeb  2\n"} {
		var out bytes.Buffer
		table := output.New(output.Options{Writer: &out, Columns: columns, NoHeaders: noHeaders})
		for _, cells := range [][]string{{"0oa1", "1"}, {"0oaWeb", "2"}} {
			_ = table.Print(output.Row{Cells: cells})
			_ = table.Flush()
		}
		if out.String() != want {
			t.Errorf("no headers %v:\n%swant\n%s", noHeaders, &out, want)
		}
	}
}
