package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/apptokens/api/bulk"
)

// tokenColumn is a column of a table of tokens. Its field is the name of the property.
type tokenColumn struct {
	column
	cell func(a *app, m bulk.Match) string
}

var tokenColumns = []tokenColumn{
	{column{"ID", "id", fixed}, func(_ *app, m bulk.Match) string { return m.Token.ID }},
	{column{"STATUS", "status", fixed}, func(_ *app, m bulk.Match) string { return string(m.Token.Status) }},
	{column{"APP", "appId", fixed}, func(_ *app, m bulk.Match) string { return m.AppID }},
	{column{"APP NAME", "appName", shrinks}, func(_ *app, m bulk.Match) string { return m.Token.Links.App.Title }},
	{column{"CLIENT", "clientId", fixed}, func(_ *app, m bulk.Match) string { return m.Token.ClientID }},
	{column{"USER", "userId", fixed}, func(_ *app, m bulk.Match) string { return m.Token.UserID }},
	{column{"USER NAME", "userName", shrinks}, func(_ *app, m bulk.Match) string { return m.Token.Links.User.Title }},
	{column{"CREATED", "created", fixed}, func(a *app, m bulk.Match) string { return a.timestamp(m.Token.Created) }},
	{column{"UPDATED", "lastUpdated", fixed}, func(a *app, m bulk.Match) string { return a.timestamp(m.Token.LastUpdated) }},
	{column{"EXPIRES", "expiresAt", fixed}, func(a *app, m bulk.Match) string { return a.timestamp(m.Token.ExpiresAt) }},
	{column{"ISSUER", "issuer", shrinks}, func(_ *app, m bulk.Match) string { return m.Token.Issuer }},
	{column{"SCOPES", "scopes", shrinks}, func(_ *app, m bulk.Match) string { return strings.Join(m.Token.Scopes, " ") }},
}

// tokenTable is the columns that are shown.
type tokenTable []tokenColumn

var defaultColumns = []string{"id", "status", "appId", "userId", "created", "expiresAt", "scopes"}

// columnsFlag adds the flag by which people choose.
func columnsFlag(command *cobra.Command, names *[]string) {
	command.Flags().StringSliceVar(names, "columns", defaultColumns, "columns of table and csv, out of "+columnNames())
}

func columnNames() string {
	var names []string
	for _, c := range tokenColumns {
		names = append(names, c.field)
	}
	return strings.Join(names, ", ")
}

// fitColumns leaves out of the default what a narrow terminal has no room for.
func (a *app) fitColumns(command *cobra.Command, names []string, apps int) []string {
	if command.Flags().Changed("columns") || !a.showTables || a.format != formatTable {
		return names
	}
	width := a.console.columns()
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return name == "appId" && apps == 1 || name == "expiresAt" && width < 120 || name == "created" && width < 100
	})
}

func chooseColumns(names []string) (table tokenTable, err error) {
	for _, name := range names {
		i := slices.IndexFunc(tokenColumns, func(c tokenColumn) bool { return strings.EqualFold(c.field, strings.TrimSpace(name)) })
		if i < 0 {
			return nil, usageError{fmt.Errorf("--columns: there is no column %q; want some of %s", name, columnNames())}
		}
		table = append(table, tokenColumns[i])
	}
	if len(table) == 0 {
		return nil, usageError{fmt.Errorf("--columns names none; want some of %s", columnNames())}
	}
	return table, nil
}

func (t tokenTable) columns() (columns []column) {
	for _, c := range t {
		columns = append(columns, c.column)
	}
	return columns
}

// row shows a token; the JSON formats show it as the API sends it.
func (t tokenTable) row(a *app, m bulk.Match) row {
	r := row{value: m.Token}
	for _, c := range t {
		r.cells = append(r.cells, c.cell(a, m))
	}
	return r
}

// timestamp is local time on a terminal, and RFC 3339 in UTC elsewhere.
func (a *app) timestamp(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case a.showTables && a.format == formatTable:
		return t.Local().Format("2006-01-02 15:04")
	default:
		return t.UTC().Format(time.RFC3339)
	}
}
