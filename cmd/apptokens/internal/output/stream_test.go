package output_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"example.com/apptokens/cmd/apptokens/internal/output"
)

// The output is whole only once it is closed: until then, an array has no end.
func TestRowsInEachFormat(t *testing.T) {
	t.Parallel()
	columns := []output.Column{{Header: "ID", Field: "id"}, {Header: "N", Field: "n"}}
	type texts struct{ none, rows, end string } // closed without rows; after two rows; what closing adds to these
	for format, want := range map[output.Format]texts{
		output.JSON:  {"[]\n", "[\n  {\"id\":\"a\",\"count\":1},\n  {\"id\":\"b\",\"count\":2}", "\n]\n"},
		output.JSONL: {"", "{\"id\":\"a\",\"count\":1}\n{\"id\":\"b\",\"count\":2}\n", ""},
		output.YAML:  {"[]\n", "- id: a\n  count: 1\n- id: b\n  count: 2\n", ""},
		output.CSV:   {"id,n\n", "id,n\na,1\nb,2\n", ""},
		output.Table: {"ID  N\n", "ID  N\na   1\nb   2\n", ""},
		output.JUnit: {"ID  N\n", "ID  N\na   1\nb   2\n", ""}, // not a format of rows
	} {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			var none, some strings.Builder
			if err := output.New(output.Options{Writer: &none, Format: format, Columns: columns}).Close(); err != nil || none.String() != want.none {
				t.Errorf("without rows %q, %v; want %q", &none, err, want.none)
			}
			printer := output.New(output.Options{Writer: &some, Format: format, Columns: columns})
			for _, row := range []output.Row{
				{Value: json.RawMessage(`{"id":"a","count":1}`), Cells: []string{"a", "1"}}, {Value: json.RawMessage(`{"id":"b","count":2}`), Cells: []string{"b", "2"}},
			} {
				if err := printer.Print(row); err != nil {
					t.Fatal(err)
				}
			}
			if err := printer.Flush(); err != nil || some.String() != want.rows {
				t.Errorf("two rows are %q, %v; want %q", &some, err, want.rows)
			}
			if err := printer.Close(); err != nil || some.String() != want.rows+want.end {
				t.Errorf("closed, two rows are %q, %v; want %q", &some, err, want.rows+want.end)
			}
		})
	}
}

// A row that cannot be encoded is an error, and leaves no part of it in the output.
func TestARowThatCannotBeEncodedIsNotWritten(t *testing.T) {
	t.Parallel()
	for _, format := range []output.Format{output.JSON, output.JSONL, output.YAML} {
		var out strings.Builder
		if err := output.New(output.Options{Writer: &out, Format: format}).Print(output.Row{Value: math.NaN()}); err == nil || out.Len() > 0 {
			t.Errorf("%s: %v, %q", format, err, &out)
		}
	}
}

type fullDisk struct{}

var errFull = errors.New("no space left on device")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

// Whatever the format, rows that are lost are an error at the latest when the output is closed.
func TestRowsThatAreLostAreAnError(t *testing.T) {
	t.Parallel()
	for _, format := range []output.Format{output.JSON, output.JSONL, output.YAML, output.CSV, output.Table} {
		printer := output.New(output.Options{Writer: fullDisk{}, Format: format, Columns: []output.Column{{}}})
		err := errors.Join(printer.Print(output.Row{Value: 1, Cells: []string{"1"}}), printer.Flush(), printer.Close())
		if !errors.Is(err, errFull) {
			t.Errorf("%s: %v", format, err)
		}
	}
}
