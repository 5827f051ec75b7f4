package output

import (
	"fmt"
	"slices"
	"strings"
)

// Format is how rows are written. It is a flag's value.
type Format string

// The formats. JUnit and HTML are not written by a [Printer]: they belong to one command each.
const (
	Table Format = "table"
	JSON  Format = "json"  // one array, which stays open if the output is not complete
	JSONL Format = "jsonl" // one object per line
	CSV   Format = "csv"
	YAML  Format = "yaml" // one sequence
	JUnit Format = "junit"
	HTML  Format = "html"
)

// Formats are all of them, with a description for shell completion.
var Formats = []string{
	"table\tfor people", "json\tone array", "jsonl\tone JSON object per line", "csv\tfor spreadsheets", "yaml\tone sequence",
	"junit\tcontract only: for CI systems", "html\tsummary only: a page for browsers",
}

// String returns the name.
func (f *Format) String() string { return string(*f) }

// Type is what the flag's help calls a value.
func (f *Format) Type() string { return "format" }

// Set reads a name.
func (f *Format) Set(name string) error {
	if !slices.ContainsFunc(Formats, func(s string) bool { return strings.HasPrefix(s, name+"\t") }) {
		return fmt.Errorf("want table, json, jsonl, csv or yaml; contract has junit, summary has html")
	}
	*f = Format(name)
	return nil
}
