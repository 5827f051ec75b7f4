package main

import (
	"fmt"
	"slices"

	"example.com/apptokens/api/bulk"
)

// previewRows is as much as fits on a screen.
const previewRows = 20

// preview shows who loses how many tokens for which app.
func (s *sweep) preview(selected bulk.Selected) error {
	type holder struct{ app, user string }
	counts, names := map[holder]int{}, map[holder][2]string{}
	var holders []holder
	for _, m := range selected.Matches {
		h := holder{m.AppID, m.Token.UserID}
		if counts[h]++; counts[h] == 1 {
			holders = append(holders, h)
			names[h] = [2]string{m.Token.Links.App.Title, m.Token.Links.User.Title}
		}
	}
	slices.SortStableFunc(holders, func(a, b holder) int { return counts[b] - counts[a] })
	columns := []column{{"APP", "", fixed}, {"APP NAME", "", shrinks}, {"USER", "", fixed}, {"USER NAME", "", shrinks}, {"TOKENS", "", fixed}}
	table := newTable(s.err, columns)
	table.limit = s.console.columns()
	for _, h := range holders[:min(previewRows, len(holders))] {
		_ = table.print(row{cells: []string{h.app, names[h][0], h.user, names[h][1], fmt.Sprint(counts[h])}})
	}
	if err := table.flush(); err != nil {
		return err
	}
	if more := len(holders) - previewRows; more > 0 {
		fmt.Fprintf(s.err, "and %d more; --dry-run prints every token\n", more)
	}
	return nil
}
