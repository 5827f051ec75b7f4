package output

import (
	"errors"
	"slices"
	"strings"
)

// Format is an output format. It is a [pflag.Value].
type Format string

// The formats. No [Printer] writes JUnit and HTML: one command each does.
const (
	Table Format = "table"
	JSON  Format = "json"  // one array, left open if the output is incomplete
	JSONL Format = "jsonl" // one object per line
	CSV   Format = "csv"
	YAML  Format = "yaml" // one sequence
	JUnit Format = "junit"
	HTML  Format = "html"
)

// Formats lists the formats, each with a description for shell completion after a tab.
var Formats = []string{
	"table\tfor people", "json\tone array", "jsonl\tone JSON object per line", "csv\tfor spreadsheets",
	"yaml\tone sequence",
	"junit\tcontract only: for CI systems", "html\tsummary only: a page for browsers",
}

// String returns the name.
func (f *Format) String() string { return string(*f) }

// Type returns the name of the value in a flag's help.
func (f *Format) Type() string { return "format" }

// Set sets the format by its name.
func (f *Format) Set(name string) error {
	if !slices.ContainsFunc(Formats, func(s string) bool { return strings.HasPrefix(s, name+"\t") }) {
		return errors.New("want table, json, jsonl, csv or yaml; contract has junit, summary has html")
	}
	*f = Format(name)
	return nil
}
