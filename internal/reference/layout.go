package main

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// table is a table in Markdown. Its columns, except the last, are padded, so that it is readable as plain text, too.
type table struct {
	head []string
	rows [][]string
}

func (t *table) add(cells ...string) {
	for i, cell := range cells {
		cells[i] = strings.ReplaceAll(strings.Join(strings.Fields(cell), " "), "|", `\|`)
	}
	t.rows = append(t.rows, cells)
}

func (t table) String() string {
	last := len(t.head) - 1
	rule := make([]string, len(t.head))
	for column, name := range t.head {
		width := utf8.RuneCountInString(name)
		for _, row := range t.rows {
			if column < last {
				width = max(width, utf8.RuneCountInString(row[column]))
			}
		}
		rule[column] = strings.Repeat("-", width)
	}
	var b strings.Builder
	for i, row := range slices.Concat([][]string{t.head, rule}, t.rows) {
		if i > 0 {
			b.WriteString("\n")
		}
		for column, cell := range row {
			b.WriteString("| " + cell + " ")
			if column < last {
				b.WriteString(strings.Repeat(" ", len(rule[column])-utf8.RuneCountInString(cell)))
			}
		}
		b.WriteString("|")
	}
	return b.String()
}

// wrap breaks paragraphs into lines of at most 120 columns. All lines but the first begin with the indent.
func wrap(text, indent string) string {
	var paragraphs []string
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		var b strings.Builder
		column := 0
		for i, word := range strings.Fields(paragraph) {
			width := utf8.RuneCountInString(word)
			switch {
			case i == 0:
			case column+1+width > 120:
				b.WriteString("\n" + indent)
				column = len(indent)
			default:
				b.WriteString(" ")
				column++
			}
			b.WriteString(word)
			column += width
		}
		paragraphs = append(paragraphs, b.String())
	}
	return strings.Join(paragraphs, "\n\n"+indent)
}

var symbol = regexp.MustCompile(`\[(\*?[A-Za-z][\w.]*)\]`)

// markdown converts a Go doc comment to Markdown. It supports what the comments of these packages use: paragraphs and
// links to symbols.
func markdown(comment string) string { return symbol.ReplaceAllString(comment, "`$1`") }

// bullet returns a list item: shown as code, followed by the doc comment, which begins with name.
func bullet(shown, name, comment string) string {
	return wrap("- "+code(shown)+strings.TrimPrefix(markdown(comment), name), "  ")
}

func code(text string) string { return "`" + text + "`" }

// linkTo returns a link to a section of the page.
func linkTo(section, text string) string { return "[" + text + "](#" + strings.ToLower(section) + ")" }
