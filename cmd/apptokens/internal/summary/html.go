package summary

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	maxBars  = 20     // of a chart, to stay readable
	manyRows = 1_000  // of the table; beyond it, rows are laid out only when visible, or a browser takes seconds
	maxRows  = 10_000 // of the table; more make a browser slow in any case
)

var (
	//go:embed page.html.tmpl
	pageTemplate string
	//go:embed page.css
	style string
	//go:embed page.js
	script string

	pageHTML = template.Must(template.New("page").Funcs(template.FuncMap{
		"label": func(id, name string) Count { return Count{ID: id, Name: name} },
		"n":     number, "text": text, "when": when,
	}).Parse(pageTemplate))

	// policy allows only the page's own script and style, which their hashes identify, and no requests.
	policy = fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; img-src data:; "+
		"base-uri 'none'; form-action 'none'", source(script), source(style))
)

// page is the data of the template.
type page struct {
	Summary
	Policy string
	Style  template.CSS
	Script template.JS
	Charts []chart
	Rows   []Holder
	Left   int // holders without a row
}

func (p page) Many() bool { return len(p.Rows) > manyRows }

// WriteHTML writes a self-contained page: it makes no requests.
func (s Summary) WriteHTML(w io.Writer) error {
	s.Org = strings.TrimPrefix(s.Org, "https://")
	p := page{
		Summary: s, Policy: policy, Style: template.CSS(style), Script: template.JS(script),
		Charts: s.charts(), Rows: s.Holders,
	}
	if len(p.Rows) > maxRows {
		p.Rows, p.Left = s.Holders[:maxRows], len(s.Holders)-maxRows
	}
	buffered := bufio.NewWriter(w)
	if err := pageHTML.Execute(buffered, p); err != nil {
		return err
	}
	return buffered.Flush()
}

// chart shows counts as bars.
type chart struct {
	ID, Title, Column string
	Overlap           bool // a token may count for several bars
	Bars              []bar
	Others            *others
}

// bar is one line of a chart.
type bar struct {
	Count
	Width float64 // percent of all tokens
	Share string  // of all tokens
}

// others are the counts without a bar.
type others struct{ Name, Tokens, Share string }

func (s Summary) charts() []chart {
	charts := []chart{
		s.chart(chart{ID: "apps", Title: "Tokens by app", Column: "App"}, s.Apps),
		s.chart(chart{ID: "users", Title: "Tokens by user", Column: "User"}, s.Users),
		s.chart(chart{ID: "scopes", Title: "Tokens by scope", Column: "Scope", Overlap: true}, s.Scopes),
		s.chart(chart{ID: "ages", Title: "Time since tokens were issued", Column: "Issued"}, s.Ages),
		s.chart(chart{ID: "expiries", Title: "Time until tokens expire", Column: "Expires"}, s.Expiries),
	}
	// Most orgs have only one of each, and a single bar shows nothing.
	if len(s.Issuers) > 1 {
		charts = append(charts, s.chart(chart{ID: "issuers", Title: "Tokens by issuer", Column: "Issuer"}, s.Issuers))
	}
	if len(s.Statuses) > 1 {
		charts = append(charts, s.chart(chart{ID: "statuses", Title: "Tokens by status", Column: "Status"}, s.Statuses))
	}
	return charts
}

// chart adds the bars to a chart. The remaining counts are summed up without a bar.
func (s Summary) chart(c chart, counts []Count) chart {
	for _, count := range counts[:min(maxBars, len(counts))] {
		width := 100 * float64(count.Tokens) / float64(max(1, s.Tokens))
		c.Bars = append(c.Bars, bar{count, width, Share(count.Tokens, s.Tokens)})
	}
	if rest := counts[len(c.Bars):]; len(rest) > 0 {
		c.Others = s.others(rest, c.Overlap)
	}
	return c
}

func (s Summary) others(counts []Count, overlap bool) *others {
	name := number(len(counts)) + " others"
	if len(counts) == 1 {
		name = "1 other"
	}
	if overlap { // a sum would count some tokens twice
		return &others{name, "up to " + number(counts[0].Tokens), "each"}
	}
	tokens := 0
	for _, count := range counts {
		tokens += count.Tokens
	}
	return &others{name, number(tokens), Share(tokens, s.Tokens)}
}

// Share returns a percentage. It is never 0% of a part above zero, and never 100% of less than all.
func Share(part, whole int) string {
	percent := 100 * float64(part) / float64(max(whole, 1))
	switch {
	case part > 0 && percent < 1:
		return "<1%"
	case part < whole && percent > 99:
		return ">99%"
	}
	return strconv.FormatFloat(percent, 'f', 0, 64) + "%"
}

// number returns a number with separators, such as 1,234,567.
func number(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// text replaces characters that HTML does not allow, and those that override the order of letters, which can make a
// name look like another. The template escapes the rest.
func text(s string) string {
	const leftToRightOverride, rightToLeftOverride = '\u202d', '\u202e'
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == leftToRightOverride, r == rightToLeftOverride:
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// when returns a time in a form that sorts, and that HTML accepts as a time.
func when(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// source returns the name of a script or a style in a policy.
func source(content string) string {
	hash := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"
}
