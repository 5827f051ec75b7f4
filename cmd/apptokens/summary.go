package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
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

// summaryRun is one run of the subcommand.
type summaryRun struct {
	*app
	apps    appList
	filters filterFlags
	html    string // file for the HTML page; empty for none
}

func (a *app) summaryCommand() *cobra.Command {
	s := &summaryRun{app: a}
	command := &cobra.Command{
		Use:   "summary APP...",
		Short: "Count the refresh tokens of apps by user, scope, age and more",
		Long: `Count the refresh tokens of apps by app, user, scope, status, issuer, age and
expiry, and show who holds them for which app. Filters restrict what is counted.

With --html FILE it also writes an HTML page for a browser; -o html prints the
page instead. The page is self-contained: it loads nothing.`,
		Example: `  apptokens summary 0oardd5r32PWsF4421d7
  apptokens summary --apps-file apps.txt --older-than 90d
  apptokens summary --apps-file apps.txt --html tokens.html`,
		RunE: s.run,
	}
	command.Flags().StringVar(&s.html, "html", "", "also write an HTML page to this file")
	s.apps.addFlags(command, "apps listed")
	s.filters.add(command)
	return command
}

func (s *summaryRun) run(command *cobra.Command, args []string) error {
	if s.html == "-" {
		return usage(`--html: "-" is not a file; -o html prints the page`)
	}
	ids, err := s.apps.read(command.Context(), s.app, args)
	if err != nil {
		return err
	}
	filter, _, err := s.filters.filter(command, s.now())
	if err != nil {
		return err
	}
	client, err := s.client(2 * s.apps.concurrency)
	if err != nil {
		return err
	}
	matcher := bulk.NewMatcher(filter)
	counted, err := s.count(command.Context(), client, ids, matcher)
	if err != nil {
		return err
	}
	if s.html != "" {
		if err := writePage(s.html, counted.WriteHTML); err != nil {
			return err
		}
	}
	err = s.printSummary(counted)
	s.warnUnmatched(matcher.Unmatched()...)
	return err
}

func (s *summaryRun) count(
	ctx context.Context, client *api.Client, apps []string, matcher *bulk.Matcher,
) (summary.Summary, error) {
	builder := summary.New(s.settings.OrgURL, s.now().UTC())
	for _, appID := range apps {
		builder.AddApp(appID)
	}
	tokens, done := 0, 0
	var failures []error
	for page, err := range bulk.Pages(ctx, client, apps, s.apps.concurrency) {
		if err != nil {
			if failures = append(failures, err); bulk.IsFatal(err) {
				break
			}
			continue
		}
		if err := s.filters.checkClock(s.watch); err != nil {
			return summary.Summary{}, err
		}
		for _, token := range page.Tokens {
			if matcher.Match(token) {
				builder.Add(page.AppID, token)
			}
		}
		tokens += len(page.Tokens)
		if page.Next == "" {
			done++
		}
		s.progress.SetDone("%d tokens%s", tokens, ofApps(done, len(apps)))
	}
	switch err := errors.Join(failures...); {
	case errors.Is(err, context.Canceled):
		return summary.Summary{}, errors.New("interrupted: no summary is printed")
	case err != nil:
		return summary.Summary{}, fmt.Errorf("%w; no partial summary is printed", err)
	}
	if skew, tooFar := s.watch.clockSkew(); tooFar {
		s.logf("warning: ages are counted from this machine's clock, which differs from the org's by %v",
			skew.Abs().Round(time.Second))
	}
	return builder.Summary(), nil
}

// writePage writes a page completely or not at all. It replaces only a file that is a page.
func writePage(path string, write func(io.Writer) error) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	switch isPage, err := startsAsPage(path); {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return usage("--html: %w", err)
	case err == nil && !isPage:
		return usage("--html: %s is not an HTML page, and was not changed; choose another file", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".apptokens-*")
	if err != nil { // which names the temporary file
		return fmt.Errorf("--html: cannot write %s: %w", path, errors.Unwrap(err))
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

// startsAsPage reports whether a file is empty or HTML. It does not open a file that is not regular.
func startsAsPage(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false, err
	}
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	start := make([]byte, len("<!doctype html>"))
	n, err := io.ReadFull(file, start)
	return n == 0 || err == nil && strings.EqualFold(string(start), "<!doctype html>"), nil
}

// section is one way to count.
type section struct {
	by, title string
	counts    []summary.Count
	all       bool // show all: the counts are few and have their own order
}

func sections(s summary.Summary) []section {
	return []section{
		{"app", "BY APP", s.Apps, false}, {"user", "BY USER", s.Users, false}, {"scope", "BY SCOPE", s.Scopes, false},
		{"status", "BY STATUS", s.Statuses, true}, {"issuer", "BY ISSUER", s.Issuers, false},
		{"age", "BY AGE", s.Ages, true}, {"expiry", "BY EXPIRY", s.Expiries, true},
	}
}

var countColumns = []output.Column{{Field: "by"}, {Field: "id"}, {Field: "name"}, {Field: "tokens"}}

func (s *summaryRun) printSummary(counted summary.Summary) error {
	switch s.format {
	case output.HTML:
		return counted.WriteHTML(s.out)
	case output.JSON, output.YAML:
		return s.printValue(counted)
	case output.Table:
		return s.printSections(counted)
	}
	rows := s.printer(countColumns)
	for _, section := range sections(counted) {
		for _, c := range section.counts {
			value := struct {
				By string `json:"by"`
				summary.Count
			}{section.by, c}
			cells := []string{section.by, c.ID, c.Name, fmt.Sprint(c.Tokens)}
			if err := rows.Print(output.Row{Value: value, Cells: cells}); err != nil {
				return err
			}
		}
	}
	return rows.Close()
}

// shownCounts bounds the lines of a section of the table. The other formats have all.
const shownCounts = 10

func (s *summaryRun) printSections(counted summary.Summary) error {
	tokens, users := plural(counted.Tokens, "token", "tokens"), plural(len(counted.Users), "user", "users")
	apps := plural(len(counted.Apps), "app", "apps")
	if _, err := fmt.Fprintf(s.out, "%s of %s in %s of %s\n", tokens, users, apps, counted.Org); err != nil {
		return err
	}
	for _, section := range sections(counted) {
		table := s.printer([]output.Column{{Header: section.title}, {Shrinks: true}, {Header: "TOKENS"}, {}})
		shown := section.counts
		if !section.all {
			shown = shown[:min(shownCounts, len(shown))]
		}
		for _, c := range shown {
			cells := []string{cmp.Or(c.ID, "(none)"), c.Name, fmt.Sprintf("%6d", c.Tokens), share(c.Tokens, counted.Tokens)}
			_ = table.Print(output.Row{Cells: cells})
		}
		if _, err := fmt.Fprintln(s.out); err != nil {
			return err
		}
		if err := table.Flush(); err != nil {
			return err
		}
		if more := len(section.counts) - len(shown); more > 0 {
			fmt.Fprintf(s.out, "and %d more\n", more)
		}
	}
	return nil
}

// share returns a percentage with a bar.
func share(n, of int) string {
	return fmt.Sprintf("%4s %s", summary.Share(n, of), strings.Repeat("#", 20*n/max(of, 1)))
}
