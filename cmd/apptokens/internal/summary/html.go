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
	maxBars  = 20     // of a chart: more is no picture any more
	manyRows = 1_000  // of the table: more are laid out only when somebody looks at them, or a browser takes seconds
	maxRows  = 10_000 // of the table: more make a browser slow all the same
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

	// The page runs no script and takes no style but its own, which their hashes tell, and reaches nothing and nobody.
	policy = fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; img-src data:; base-uri 'none'; form-action 'none'",
		source(script), source(style))
)

// page is what the template shows.
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

// WriteHTML writes a page for people: one file, which needs no other and asks nobody for anything.
func (s Summary) WriteHTML(w io.Writer) error {
	s.Org = strings.TrimPrefix(s.Org, "https://")
	p := page{Summary: s, Policy: policy, Style: template.CSS(style), Script: template.JS(script), Charts: s.charts(), Rows: s.Holders}
	if len(p.Rows) > maxRows {
		p.Rows, p.Left = s.Holders[:maxRows], len(s.Holders)-maxRows
	}
	buffered := bufio.NewWriter(w)
	if err := pageHTML.Execute(buffered, p); err != nil {
		return err
	}
	return buffered.Flush()
}

// chart shows some counts as bars.
type chart struct {
	ID, Title, Column string
	Overlap           bool // a token may count for several bars
	Bars              []bar
	Others            *others
}

// bar is one line of a chart.
type bar struct {
	Count
	Width float64 // percent of all tokens, as the share that stands beside it
	Share string  // of all tokens
}

// others are what has no bar, since there are too many of them.
type others struct{ Name, Tokens, Share string }

func (s Summary) charts() []chart {
	charts := []chart{
		s.chart(chart{ID: "apps", Title: "Tokens by app", Column: "App"}, s.Apps),
		s.chart(chart{ID: "users", Title: "Tokens by user", Column: "User"}, s.Users),
		s.chart(chart{ID: "scopes", Title: "Tokens by scope", Column: "Scope", Overlap: true}, s.Scopes),
		s.chart(chart{ID: "ages", Title: "Time since tokens were issued", Column: "Issued"}, s.Ages),
		s.chart(chart{ID: "expiries", Title: "Time until tokens expire", Column: "Expires"}, s.Expiries),
	}
	// Most orgs have but one of each, and a single bar is no picture.
	if len(s.Issuers) > 1 {
		charts = append(charts, s.chart(chart{ID: "issuers", Title: "Tokens by issuer", Column: "Issuer"}, s.Issuers))
	}
	if len(s.Statuses) > 1 {
		charts = append(charts, s.chart(chart{ID: "statuses", Title: "Tokens by status", Column: "Status"}, s.Statuses))
	}
	return charts
}

// chart adds the bars to a chart. What is left over gets a number, but no bar.
func (s Summary) chart(c chart, counts []Count) chart {
	for _, count := range counts[:min(maxBars, len(counts))] {
		c.Bars = append(c.Bars, bar{count, 100 * float64(count.Tokens) / float64(max(1, s.Tokens)), share(count.Tokens, s.Tokens)})
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
	if overlap { // a sum would count tokens twice
		return &others{name, "up to " + number(counts[0].Tokens), "each"}
	}
	tokens := 0
	for _, count := range counts {
		tokens += count.Tokens
	}
	return &others{name, number(tokens), share(tokens, s.Tokens)}
}

// share returns how much of a whole a part is, never 0% of something and never 100% of less than all.
func share(part, whole int) string {
	percent := 100 * float64(part) / float64(max(whole, 1))
	switch {
	case part > 0 && percent < 1:
		return "<1%"
	case part < whole && percent > 99:
		return ">99%"
	}
	return strconv.FormatFloat(percent, 'f', 0, 64) + "%"
}

// number returns a number as people read it: 1,234,567.
func number(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// text returns a text without what HTML does not allow, and without what shows letters in another order than theirs: by
// that, a name can look like another. The template does the rest.
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

// when returns a time as the table shows and sorts it, which HTML knows as a time too.
func when(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// source returns how a policy names a script or a style.
func source(content string) string {
	hash := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"
}
