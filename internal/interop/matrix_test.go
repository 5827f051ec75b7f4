package interop_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
)

// outcome is a row of the table at the end of a run: the result of some operations of a peer in one mode.
type outcome struct{ peer, mode, result string }

// operations are the operations with each outcome. The tests that add to it are not parallel.
var operations = map[outcome][]string{}

// record adds the result of a test to the table, as that of an operation.
func record(t *testing.T, peer, mode, operation string) {
	t.Cleanup(func() {
		row := outcome{peer, mode, "passed"}
		if t.Failed() {
			row.result = "FAILED"
		}
		operations[row] = append(operations[row], operation)
	})
}

// recordImpossible adds to the table why a peer cannot do something.
func recordImpossible(peer, mode, operation, reason string) {
	row := outcome{peer, mode, "not possible, because " + reason}
	operations[row] = append(operations[row], operation)
}

func TestMain(m *testing.M) {
	code := m.Run()
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PEER\tMODE\tOPERATIONS\tRESULT")
	rows := slices.SortedFunc(maps.Keys(operations), func(a, b outcome) int {
		return cmp.Or(strings.Compare(a.peer, b.peer), strings.Compare(a.mode, b.mode), strings.Compare(a.result, b.result))
	})
	for _, row := range rows {
		names := strings.Join(slices.Sorted(slices.Values(operations[row])), ", ")
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", row.peer, row.mode, names, row.result)
	}
	_ = table.Flush()
	_, _ = sdkMatrix.WriteTo(os.Stdout)
	os.Exit(code)
}
