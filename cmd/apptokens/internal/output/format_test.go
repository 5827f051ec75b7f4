package output_test

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"example.com/apptokens/cmd/apptokens/internal/output"
)

var _ pflag.Value = new(output.Format)

// A flag takes the name of every format that completion offers, and nothing else.
func TestAFormatIsSetByItsName(t *testing.T) {
	t.Parallel()
	for _, offered := range output.Formats {
		var format output.Format
		name, _, _ := strings.Cut(offered, "\t")
		if err := format.Set(name); err != nil || format.String() != name || format.Type() != "format" {
			t.Errorf("%q is %q, %v", name, format, err)
		}
	}
	for _, name := range []string{"", "xml", "JSON", "jso", "json\tone array", " csv"} {
		format := output.Table
		if err := format.Set(name); err == nil || !strings.HasPrefix(err.Error(), "want table, json, ") || format != output.Table {
			t.Errorf("%q is %q, %v", name, format, err)
		}
	}
}
