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
	"time"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/output"
	"example.com/apptokens/cmd/apptokens/internal/summary"
)

// summarize is one run of the subcommand.
type summarize struct {
	*app
	apps    appList
	filters filterFlags
	html    string // file for a page; empty for none
}

func (a *app) summaryCommand() *cobra.Command {
	s := &summarize{app: a}
	command := &cobra.Command{
		Use:   "summary APP...",
		Short: "Count the refresh tokens of apps by user, scope, status and age",
		Long: `Count the refresh tokens of apps: by app, user, scope, status, issuer, age and
expiry, and who holds them for which app. Filters leave tokens out.

With --html FILE it also makes one page, to look at in a browser and to pass on;
-o html prints that page instead. The page loads nothing from anywhere.`,
		Example: `  apptokens summary 0oardd5r32PWsF4421d7
  apptokens summary --apps-file apps.txt --older-than 90d
  apptokens summary --apps-file apps.txt --html tokens.html`,
		RunE: s.run,
	}
	command.Flags().StringVar(&s.html, "html", "", "also write a page for browsers into this file")
	s.apps.addFlag(command)
	s.filters.add(command)
	return command
}

func (s *summarize) run(command *cobra.Command, args []string) error {
	ids, err := s.apps.read(s.app, command, args)
	if err != nil {
		return err
	}
	filter, _, err := s.filters.filter(command, s.now())
	if err != nil {
		return err
	}
	if command.Flags().Changed("html") && s.html == "" {
		return usage("--html is empty")
	}
	client, err := s.client()
	if err != nil {
		return err
	}
	matcher := bulk.NewMatcher(filter)
	counted, err := s.count(command.Context(), client, ids, matcher)
	if err != nil {
		return err
	}
	if s.html != "" {
		if err := writeFile(s.html, counted.WriteHTML); err != nil {
			return err
		}
	}
	err = s.printSummary(counted)
	s.warnUnmatched(matcher.Unmatched()...)
	return err
}

func (s *summarize) count(ctx context.Context, client *api.Client, apps []string, matcher *bulk.Matcher) (summary.Summary, error) {
	builder := summary.New(s.settings.OrgURL, s.now().UTC())
	tokens := 0
	for _, appID := range apps {
		builder.AddApp(appID)
		for page, err := range client.Pages(ctx, appID) {
			if err != nil {
				return summary.Summary{}, fmt.Errorf("%w; no partial summary is printed", err)
			}
			if err := s.filters.checkClock(s.watch); err != nil {
				return summary.Summary{}, err
			}
			for _, token := range page.Tokens {
				if matcher.Match(token) {
					builder.Add(appID, token)
				}
			}
			tokens += len(page.Tokens)
			s.progress.SetDone("%d tokens", tokens)
		}
	}
	if skew, tooFar := s.watch.clockSkew(); tooFar {
		s.warn("warning: ages are counted from this machine's clock, which differs from the org's by %v", skew.Abs().Round(time.Second))
	}
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

var countColumns = []output.Column{{Field: "by"}, {Field: "id"}, {Field: "name"}, {Field: "tokens"}}

func (a *app) printSummary(s summary.Summary) error {
	switch a.format {
	case output.HTML:
		return s.WriteHTML(a.out)
	case output.JSON, output.YAML:
		return a.printValue(s)
	case output.Table:
		return a.printSections(s)
	}
	rows := a.printer(countColumns)
	for _, section := range sections(s) {
		for _, c := range section.counts {
			value := struct {
				By string `json:"by"`
				summary.Count
			}{section.by, c}
			if err := rows.Print(output.Row{Value: value, Cells: []string{section.by, c.ID, c.Name, fmt.Sprint(c.Tokens)}}); err != nil {
				return err
			}
		}
	}
	return errors.Join(rows.Flush(), rows.Close())
}

// shownCounts is how many lines a section of the table has. The other formats have all.
const shownCounts = 10

func (a *app) printSections(s summary.Summary) error {
	if _, err := fmt.Fprintf(a.out, "%d tokens of %d users in %d apps of %s\n", s.Tokens, len(s.Users), len(s.Apps), s.Org); err != nil {
		return err
	}
	for _, section := range sections(s) {
		table := a.printer([]output.Column{{Header: section.title}, {Shrinks: true}, {Header: "TOKENS"}, {}})
		shown := section.counts
		if !section.all {
			shown = shown[:min(shownCounts, len(shown))]
		}
		for _, c := range shown {
			_ = table.Print(output.Row{Cells: []string{cmp.Or(c.ID, "(none)"), c.Name, fmt.Sprintf("%6d", c.Tokens), share(c.Tokens, s.Tokens)}})
		}
		if _, err := fmt.Fprintln(a.out); err != nil {
			return err
		}
		if err := table.Flush(); err != nil {
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
