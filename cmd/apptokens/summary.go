package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.com/apptokens/cmd/apptokens/internal/summary"

	"example.com/apptokens/api/bulk"
)

func (a *app) summaryCommand() *cobra.Command {
	var (
		apps    appList
		filters filterFlags
	)
	command := &cobra.Command{
		Use:   "summary APP... [FILE.html]",
		Short: "Count the refresh tokens of apps by user, scope, status and age",
		Long: `Count the refresh tokens of apps: by app, user, scope, status, issuer, age and
expiry, and who holds them for which app. Filters leave tokens out.

With -o html it makes one page, to look at in a browser and to pass on: into the
file that the last argument names, which ends in .html, or to standard output.
The page loads nothing from anywhere.`,
		Example: `  apptokens summary 0oardd5r32PWsF4421d7
  apptokens summary --apps-file apps.txt --older-than 90d
  apptokens summary --apps-file apps.txt -o html tokens.html`,
		RunE: func(command *cobra.Command, args []string) error {
			args, file, err := a.htmlFile(args)
			if err != nil {
				return err
			}
			ids, err := apps.read(a, command, args)
			if err != nil {
				return err
			}
			filter, _, err := filters.filter(command, a.now())
			if err != nil {
				return err
			}
			s, err := a.summarize(command.Context(), ids, filter)
			if err != nil {
				return err
			}
			if file != "" {
				return writeFile(file, s.WriteHTML)
			}
			return a.printSummary(s)
		},
	}
	apps.addFlag(command)
	filters.add(command)
	return command
}

// htmlFile takes the file from the end of the arguments, if there is one.
func (a *app) htmlFile(args []string) (apps []string, file string, err error) {
	if len(args) == 0 || !strings.HasSuffix(args[len(args)-1], ".html") {
		return args, "", nil
	}
	if a.format != formatHTML {
		return nil, "", usageError{errors.New("a file ending in .html needs -o html")}
	}
	return args[:len(args)-1], args[len(args)-1], nil
}

func (a *app) summarize(ctx context.Context, apps []string, filter bulk.Filter) (summary.Summary, error) {
	client, err := a.client(apps...)
	if err != nil {
		return summary.Summary{}, err
	}
	builder := summary.New(a.settings.OrgURL, a.now().UTC())
	tokens := 0
	for _, appID := range apps {
		builder.AddApp(appID)
		for page, err := range client.Pages(ctx, appID) {
			if err != nil {
				a.progress.clear()
				return summary.Summary{}, fmt.Errorf("%w; there is no summary of a part", err)
			}
			for _, token := range page.Tokens {
				if filter.Match(token) {
					builder.Add(appID, token)
				}
			}
			tokens += len(page.Tokens)
			a.progress.setDone("%d tokens", tokens)
		}
	}
	a.progress.clear()
	return builder.Summary(), nil
}

// writeFile leaves no half of a file behind, and the one that was there if it fails.
func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".apptokens-*")
	if err != nil {
		return err
	}
	err = errors.Join(write(file), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

// section is one way to count.
type section struct {
	by, title string
	counts    []summary.Count
	all       bool // the counts are few, and in an order of their own
}

func sections(s summary.Summary) []section {
	return []section{
		{"app", "BY APP", s.Apps, false}, {"user", "BY USER", s.Users, false}, {"scope", "BY SCOPE", s.Scopes, false},
		{"status", "BY STATUS", s.Statuses, true}, {"issuer", "BY ISSUER", s.Issuers, false},
		{"age", "BY AGE", s.Ages, true}, {"expiry", "BY EXPIRY", s.Expiries, true},
	}
}

var countColumns = []column{{"", "by", fixed}, {"", "id", fixed}, {"", "name", fixed}, {"", "tokens", fixed}}

func (a *app) printSummary(s summary.Summary) error {
	switch a.format {
	case formatHTML:
		return s.WriteHTML(a.out)
	case formatJSON:
		return jsonLinePrinter{a.out}.print(row{value: s})
	case formatTable:
		return a.printSections(s)
	}
	rows := a.printer(countColumns)
	for _, section := range sections(s) {
		for _, c := range section.counts {
			value := struct {
				By string `json:"by"`
				summary.Count
			}{section.by, c}
			if err := rows.print(row{value: value, cells: []string{section.by, c.ID, c.Name, fmt.Sprint(c.Tokens)}}); err != nil {
				return err
			}
		}
	}
	return errors.Join(rows.flush(), rows.close())
}

// shownCounts is how many lines a section of the table has. The other formats have all.
const shownCounts = 10

func (a *app) printSections(s summary.Summary) error {
	if _, err := fmt.Fprintf(a.out, "%d tokens of %d users in %d apps of %s\n", s.Tokens, len(s.Users), len(s.Apps), s.Org); err != nil {
		return err
	}
	for _, section := range sections(s) {
		columns := []column{{section.title, "", fixed}, {"", "", shrinks}, {"TOKENS", "", fixed}, {"", "", fixed}}
		table := a.newTable(columns)
		shown := section.counts
		if !section.all {
			shown = shown[:min(shownCounts, len(shown))]
		}
		for _, c := range shown {
			_ = table.print(row{cells: []string{cmp.Or(c.ID, "(none)"), c.Name, fmt.Sprintf("%6d", c.Tokens), share(c.Tokens, s.Tokens)}})
		}
		if _, err := fmt.Fprintln(a.out); err != nil {
			return err
		}
		if err := table.flush(); err != nil {
			return err
		}
		if more := len(section.counts) - len(shown); more > 0 {
			fmt.Fprintf(a.out, "and %d more\n", more)
		}
	}
	return nil
}

// share is a percentage, with a bar.
func share(n, of int) string {
	if of == 0 {
		return ""
	}
	return fmt.Sprintf("%3.0f%% %s", 100*float64(n)/float64(of), strings.Repeat("#", 20*n/of))
}
