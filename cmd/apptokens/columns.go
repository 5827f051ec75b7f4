package main

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/output"
)

// tokenColumn is a column of a table of tokens. Its Field is the name of the property.
type tokenColumn struct {
	output.Column
	width int                  // of Okta's own values; the least if it shrinks
	cell  func(bulk.Match) any // a string or a time
}

var tokenColumns = []tokenColumn{
	fixed("ID", "id", 20, func(m bulk.Match) any { return m.Token.ID }),
	fixed("STATUS", "status", 7, func(m bulk.Match) any { return string(m.Token.Status) }),
	fixed("APP", "appId", 20, func(m bulk.Match) any { return m.AppID }),
	shrinking("APP NAME", "appName", 8, func(m bulk.Match) any { return m.Token.Links.App.Title }),
	fixed("CLIENT", "clientId", 20, func(m bulk.Match) any { return m.Token.ClientID }),
	fixed("USER", "userId", 20, func(m bulk.Match) any { return m.Token.UserID }),
	shrinking("USER NAME", "userName", 9, func(m bulk.Match) any { return m.Token.Links.User.Title }),
	fixed("CREATED", "created", 16, func(m bulk.Match) any { return m.Token.Created }),
	fixed("UPDATED", "lastUpdated", 16, func(m bulk.Match) any { return m.Token.LastUpdated }),
	fixed("EXPIRES", "expiresAt", 16, func(m bulk.Match) any { return m.Token.ExpiresAt }),
	shrinking("ISSUER", "issuer", 8, func(m bulk.Match) any { return m.Token.Issuer }),
	shrinking("SCOPES", "scopes", 8, func(m bulk.Match) any { return strings.Join(m.Token.Scopes, " ") }),
}

func fixed(header, field string, width int, cell func(bulk.Match) any) tokenColumn {
	return tokenColumn{output.Column{Header: header, Field: field}, width, cell}
}

func shrinking(header, field string, least int, cell func(bulk.Match) any) tokenColumn {
	return tokenColumn{output.Column{Header: header, Field: field, Shrinks: true}, least, cell}
}

var defaultColumns = []string{"id", "status", "appId", "userId", "created", "expiresAt", "scopes"}

// columnsFlag is the flag --columns.
type columnsFlag struct{ names []string }

// add adds the flag. of says whose columns it chooses.
func (f *columnsFlag) add(command *cobra.Command, of string) {
	command.Flags().StringSliceVar(&f.names, "columns", nil,
		"columns of "+of+"; +NAME,... adds to the default ("+strings.Join(defaultColumns, ", ")+
			"); choose from "+columnNames())
}

func columnNames() string {
	var names []string
	for _, c := range tokenColumns {
		names = append(names, c.Field)
	}
	return strings.Join(names, ", ")
}

// choose returns the chosen columns, each once, for tokens of some apps.
func (f *columnsFlag) choose(a *app, command *cobra.Command, appIDs []string) (table tokenTable, err error) {
	names, added := f.names, []string(nil)
	if len(names) == 0 || strings.HasPrefix(names[0], "+") {
		names, added = defaultColumns, f.names
	}
	for _, name := range slices.Concat(names, added) {
		name = strings.TrimPrefix(strings.TrimSpace(name), "+")
		i := slices.IndexFunc(tokenColumns, func(c tokenColumn) bool { return strings.EqualFold(c.Field, name) })
		if i < 0 {
			return table, usage("--columns: %q is not a column; choose from %s", name, columnNames())
		}
		c := tokenColumns[i]
		if slices.ContainsFunc(table.columns, func(shown tokenColumn) bool { return shown.Field == c.Field }) {
			continue
		}
		table.columns = append(table.columns, c)
	}
	switch {
	case command.Flags().Changed("columns") && len(f.names) == 0:
		return table, usage("--columns is empty; choose from %s", columnNames())
	case a.showTables && a.format == output.Table && (len(f.names) == 0 || len(added) > 0):
		table.fit(a.console.columns(), len(appIDs))
	}
	return table, nil
}

// fit drops default columns that a narrow terminal has no room for, and the app if there is only one.
func (t *tokenTable) fit(width, apps int) {
	drop := func(field string) {
		t.columns = slices.DeleteFunc(t.columns, func(c tokenColumn) bool { return c.Field == field })
	}
	if apps == 1 {
		drop("appId") // it is on the command line
	}
	for _, field := range []string{"expiresAt", "created", "status"} {
		total := -2
		for _, c := range t.columns {
			total += c.width + 2
		}
		if total > width {
			drop(field)
			t.dropped = append(t.dropped, field)
		}
	}
}

func longest(texts []string) (width int) {
	for _, text := range texts {
		width = max(width, len(text))
	}
	return width
}

// tokenTable holds the columns of a table of tokens.
type tokenTable struct {
	columns []tokenColumn
	dropped []string // because the terminal is too narrow
}

// printer returns a printer of tokens, and names the columns that the terminal has no room for.
func (t tokenTable) printer(a *app) output.Printer {
	if len(t.dropped) > 0 {
		a.logf("no room for %s in %d columns; choose with --columns", strings.Join(t.dropped, " and "), a.console.columns())
	}
	var columns []output.Column
	for _, c := range t.columns {
		columns = append(columns, c.Column)
	}
	return a.printer(columns)
}

// row returns the row of a token. The JSON formats print its raw JSON if it is there.
func (t tokenTable) row(a *app, m bulk.Match) output.Row {
	r := output.Row{Value: m.Token}
	if m.Raw != nil {
		r.Value = m.Raw
	}
	for _, c := range t.columns {
		switch value := c.cell(m).(type) {
		case string:
			r.Cells = append(r.Cells, value)
		case time.Time:
			r.Cells = append(r.Cells, a.timestamp(value))
		}
	}
	return r
}

// timestamp returns local time on a terminal, and RFC 3339 in UTC elsewhere.
func (a *app) timestamp(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case a.showTables && a.format == output.Table:
		return t.In(a.now().Location()).Format("2006-01-02 15:04")
	default:
		return t.UTC().Format(time.RFC3339)
	}
}
