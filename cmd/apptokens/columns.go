package main

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/output"
)

// tokenColumn is a column of a table of tokens. Its field is the name of the property.
type tokenColumn struct {
	output.Column
	width int // of Okta's own values, or where it shrinks, at least
	cell  func(a *app, m bulk.Match) string
}

var tokenColumns = []tokenColumn{
	{output.Column{Header: "ID", Field: "id"}, 20, func(_ *app, m bulk.Match) string { return m.Token.ID }},
	{output.Column{Header: "STATUS", Field: "status"}, 7, func(_ *app, m bulk.Match) string { return string(m.Token.Status) }},
	{output.Column{Header: "APP", Field: "appId"}, 20, func(_ *app, m bulk.Match) string { return m.AppID }},
	{output.Column{Header: "APP NAME", Field: "appName", Shrinks: true}, 8, func(_ *app, m bulk.Match) string { return m.Token.Links.App.Title }},
	{output.Column{Header: "CLIENT", Field: "clientId"}, 20, func(_ *app, m bulk.Match) string { return m.Token.ClientID }},
	{output.Column{Header: "USER", Field: "userId"}, 20, func(_ *app, m bulk.Match) string { return m.Token.UserID }},
	{output.Column{Header: "USER NAME", Field: "userName", Shrinks: true}, 9, func(_ *app, m bulk.Match) string { return m.Token.Links.User.Title }},
	{output.Column{Header: "CREATED", Field: "created"}, 16, func(a *app, m bulk.Match) string { return a.timestamp(m.Token.Created) }},
	{output.Column{Header: "UPDATED", Field: "lastUpdated"}, 16, func(a *app, m bulk.Match) string { return a.timestamp(m.Token.LastUpdated) }},
	{output.Column{Header: "EXPIRES", Field: "expiresAt"}, 16, func(a *app, m bulk.Match) string { return a.timestamp(m.Token.ExpiresAt) }},
	{output.Column{Header: "ISSUER", Field: "issuer", Shrinks: true}, 8, func(_ *app, m bulk.Match) string { return m.Token.Issuer }},
	{output.Column{Header: "SCOPES", Field: "scopes", Shrinks: true}, 8, func(_ *app, m bulk.Match) string { return strings.Join(m.Token.Scopes, " ") }},
}

var defaultColumns = []string{"id", "status", "appId", "userId", "created", "expiresAt", "scopes"}

// columnsFlag is how people choose columns.
type columnsFlag struct{ names []string }

func (f *columnsFlag) add(command *cobra.Command) {
	command.Flags().StringSliceVar(&f.names, "columns", nil,
		"columns of table and csv; +NAME adds to the default ("+strings.Join(defaultColumns, ", ")+"); choose from "+columnNames())
}

func columnNames() string {
	var names []string
	for _, c := range tokenColumns {
		names = append(names, c.Field)
	}
	return strings.Join(names, ", ")
}

// choose returns the columns, each as wide as it will be where that is known: appIDs are all that will be shown.
func (f *columnsFlag) choose(a *app, command *cobra.Command, appIDs []string) (table tokenTable, err error) {
	names, added := f.names, []string(nil)
	if !slices.ContainsFunc(f.names, func(name string) bool { return !strings.HasPrefix(name, "+") }) {
		names, added = defaultColumns, f.names
	}
	for _, name := range slices.Concat(names, added) {
		name = strings.TrimPrefix(strings.TrimSpace(name), "+")
		i := slices.IndexFunc(tokenColumns, func(c tokenColumn) bool { return strings.EqualFold(c.Field, name) })
		if i < 0 {
			return table, usage("--columns: %q is not a column; choose from %s", name, columnNames())
		}
		c := tokenColumns[i]
		if c.Field == "appId" {
			c.MinWidth = longest(appIDs)
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

// fit leaves out of the default what a narrow terminal has no room for, and the app if there is only one.
func (t *tokenTable) fit(width, apps int) {
	drop := func(field string) {
		t.columns = slices.DeleteFunc(t.columns, func(c tokenColumn) bool { return c.Field == field })
	}
	if apps == 1 {
		drop("appId") // it stands on the command line
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

// tokenTable is the columns that are shown.
type tokenTable struct {
	columns []tokenColumn
	dropped []string // because the terminal is too narrow
}

// printer returns a printer of tokens. It says what the terminal has no room for.
func (t tokenTable) printer(a *app) output.Printer {
	if len(t.dropped) > 0 {
		a.warn("no room for %s in %d columns; --columns chooses", strings.Join(t.dropped, " and "), a.console.columns())
	}
	var columns []output.Column
	for _, c := range t.columns {
		columns = append(columns, c.Column)
	}
	return a.printer(columns)
}

// row shows a token; the JSON formats show it as the API sends it.
func (t tokenTable) row(a *app, m bulk.Match) output.Row {
	r := output.Row{Value: m.Token}
	for _, c := range t.columns {
		r.Cells = append(r.Cells, c.cell(a, m))
	}
	return r
}

// timestamp is local time on a terminal, and RFC 3339 in UTC elsewhere.
func (a *app) timestamp(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case a.showTables && a.format == output.Table:
		return t.Local().Format("2006-01-02 15:04")
	default:
		return t.UTC().Format(time.RFC3339)
	}
}
