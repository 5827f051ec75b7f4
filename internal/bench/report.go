package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// values are the values of one measurement in several rounds.
type values []float64

func each(costs []cost, value func(cost) float64) (v values) {
	for _, c := range costs {
		v = append(v, value(c))
	}
	return v
}

func (v values) median() float64 {
	sorted := slices.Sorted(slices.Values(v))
	return sorted[len(sorted)/2]
}

// text returns the median with the range.
func (v values) text(decimals int) string {
	if len(v) == 1 {
		return fmt.Sprintf("%.*f", decimals, v[0])
	}
	return fmt.Sprintf("%.*f (%.*f..%.*f)", decimals, v.median(), decimals, slices.Min(v), decimals, slices.Max(v))
}

// series are the values of several clients.
type series map[string]values

// ratio is the median of the rounds' ratios, because a machine may be slower in one round than in another.
func (s series) ratio(of, to string) float64 {
	var ratios values
	for i, value := range s[of] {
		ratios = append(ratios, value/s[to][i])
	}
	return ratios.median()
}

// report collects tables and targets, a comparison with the peers, and what the README quotes of that.
type report struct {
	tables     []*table
	targets    []target
	comparison [][]string
	quotes     [][]string
}

type table struct {
	title string
	rows  [][]string // the first is the header
}

// target is a value with an upper or a lower bound.
type target struct {
	name        string
	value, want float64
	atLeast     bool
}

func (t target) holds() bool {
	if t.atLeast {
		return t.value >= t.want
	}
	return t.value <= t.want
}

func (r *report) table(title string, columns ...string) *table {
	t := &table{title: title, rows: [][]string{columns}}
	r.tables = append(r.tables, t)
	fmt.Fprintln(os.Stderr, title)
	return t
}

func (t *table) row(cells ...string) {
	t.rows = append(t.rows, cells)
	fmt.Fprintln(os.Stderr, "  "+strings.Join(cells, "  "))
}

// target records a value that must be at most want.
func (r *report) target(name string, value, want float64) {
	r.targets = append(r.targets, target{name: name, value: value, want: want})
}

// floor records a value that must be at least want.
func (r *report) floor(name string, value, want float64) {
	r.targets = append(r.targets, target{name: name, value: value, want: want, atLeast: true})
}

// compare adds the medians of a measurement to the comparison. A client that was not measured has a dash.
func (r *report) compare(what string, s series, decimals int) {
	row := []string{what}
	for _, client := range []string{"std", "apptokens", "okta"} {
		cell := "–"
		if v := s[client]; v != nil {
			cell = fmt.Sprintf("%.*f", decimals, v.median())
		}
		row = append(row, cell)
	}
	r.comparison = append(r.comparison, row)
}

// quote adds the medians of a measurement to the comparison, and to the table in the README.
func (r *report) quote(what string, s series, decimals int) {
	r.compare(what, s, decimals)
	r.quotes = append(r.quotes, r.comparison[len(r.comparison)-1])
}

func (r *report) missed() (names []string) {
	for _, t := range r.targets {
		if !t.holds() {
			names = append(names, t.name)
		}
	}
	return names
}

func (r *report) markdown(machine string, took time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Results\n\nWritten by `make bench`. %s The run took %v. Numbers are medians of the rounds, with the range.\n\n", machine, took.Round(time.Second))
	targets := &table{title: "Targets", rows: [][]string{{"what", "measured", "target", "holds"}}}
	for _, t := range r.targets {
		sign, holds := "≤", "yes"
		if t.atLeast {
			sign = "≥"
		}
		if !t.holds() {
			holds = "**no**"
		}
		targets.rows = append(targets.rows,
			[]string{t.name, fmt.Sprintf("%.3g", t.value), fmt.Sprintf("%s %g", sign, t.want), holds})
	}
	comparison := &table{title: "Beside the peers", rows: withPeers(r.comparison)}
	for _, t := range append([]*table{comparison, targets}, r.tables...) {
		fmt.Fprintf(&b, "## %s\n\n%s\n", t.title, markdownTable(t.rows))
	}
	b.WriteString("A limit of 100 requests per window, met by 16 goroutines. The crosses are requests that were answered 429:\n\n" +
		"![revoked over time](limit.svg)\n\n")
	b.WriteString("The clients: `floor` is net/http that counts bytes; `std` is net/http with encoding/json into plain structs; `jsonv2` the same with\n" +
		"encoding/json/v2; `generated` the generated client as it comes; `okta` is okta-sdk-golang 5.0.2 with its own paging and its cache off.\n")
	return b.String()
}

func markdownTable(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			fmt.Fprintf(&b, "|%s\n", strings.Repeat("---|", len(row)))
		}
	}
	return b.String()
}

// updateReadme puts the quotes into the README, between two comments.
func (r *report) updateReadme(path string) error {
	const begin, end = "<!-- make bench writes this table -->\n", "<!-- to here -->\n"
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		return fmt.Errorf("%s has no place for the results", path)
	}
	return os.WriteFile(path, []byte(before+begin+markdownTable(withPeers(r.quotes))+end+after), 0o644)
}

// withPeers returns rows below a header that names the clients.
func withPeers(rows [][]string) [][]string {
	return append([][]string{{"", "net/http and encoding/json", "apptokens", "okta-sdk-golang 5.0.2"}}, rows...)
}

// describe returns a sentence about the machine.
func describe() string {
	cpu := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
				cpu = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("The machine: %s, %d cores, %s, %s.", cpu, runtime.NumCPU(), runtime.GOOS, runtime.Version())
}
