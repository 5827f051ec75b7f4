package repository_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const promisesFile = ".github/PROMISES.md"

// source is the parts of some files that promise something, each from the end of one text to another.
type source struct{ files, from, to string }

var sources = []source{
	{"README.md", "for pipelines that need to trust the result.\n", "\n## "},
	{"README.md", "\n## Use it from the shell\n", "\n## What it costs\n"},
	{"README.md", "for an OIDC app is its client ID: `go run . 0oardd5r32PWsF4421d7`.\n", "\nExamples, which run as tests"},
	{"README.md", "\n## Test against it\n", "\n## Coming from Okta's SDKs\n"},
	{"README.md", "\nNot only names change, as `make interop` shows:\n", "\n## More\n"},
	{".github/SECURITY.md", "\n## How credentials are treated\n", "\n## What is out of scope\n"},
	{"api/doc.go", "// # What a nil error means\n", "// # Tests\n"},
	{"api/bulk/doc.go", "// # What a job does\n", "package bulk\n"},
	{"api/oauth/doc.go", "// # Access tokens\n", "package oauth\n"},
	{"cmd/apptokens/README.md", "\n## Settings\n", "\n### A service app\n"},
	{"cmd/apptokens/README.md", "\n### The same settings in a program\n", "\n## Where the IDs come from\n"},
	{"cmd/apptokens/README.md", "\n## Output\n", "\n## In an incident\n"},
	{"cmd/apptokens/README.md", "\n## Completion and man pages\n", "[Its guide]"},
	{"cmd/apptokens/README.md", "\n### What a sweep does\n", "\n### For auditors\n"},
	{"cmd/apptokens/README.md", "\nWhat a receipt proves, as far as the machine that wrote it can be trusted:\n", "\nWhat it does not prove:\n"},
	{"cmd/apptokens/*.go", "Long: `", "`"},
}

// Every promise has a row in the table of promises, in its own words, and every row has tests that exist. So a promise
// that is new or says something else has to find its test.
func TestEveryPromiseNamesItsTests(t *testing.T) {
	t.Parallel()
	made := map[string]bool{}
	for _, s := range sources {
		for _, promise := range s.promises(t) {
			made[promise] = true
		}
	}
	for _, usage := range usages(t) {
		made[usage] = true
	}
	kept := map[string]bool{}
	for _, row := range slices.Concat(rows(t, "# Promises and their tests\n", 2), rows(t, "\n## Help\n", 2)) {
		promise, tests := row[0], row[1]
		kept[promise] = true
		if !made[promise] {
			t.Errorf("%s has a row for what nothing promises any more: %s", promisesFile, promise)
		}
		checkTests(t, tests)
	}
	for promise := range made {
		if !kept[promise] {
			t.Errorf("%s has no row with the tests of: %s", promisesFile, promise)
		}
	}
}

// rows returns the cells of the table below a heading, without its head.
func rows(t *testing.T, heading string, cells int) (all [][]string) {
	t.Helper()
	_, rest, _ := strings.Cut(document(t, promisesFile), heading)
	table, _, _ := strings.Cut(rest, "\n## ")
	row := regexp.MustCompile(`(?m)^` + strings.Repeat(`\| (.+) `, cells) + `\|$`)
	for _, match := range row.FindAllStringSubmatch(table, -1)[1:] {
		all = append(all, match[1:])
	}
	return all
}

// checkTests fails if the last cell of a row names a test that does not exist. It may say why there is none.
func checkTests(t *testing.T, tests string) {
	t.Helper()
	if strings.HasPrefix(tests, "none: ") {
		return
	}
	for test := range strings.SplitSeq(tests, ", ") {
		if dot := strings.LastIndex(test, "."); !strings.Contains(testsIn(t, test[:max(dot, 0)]), "\nfunc "+test[dot+1:]+"(") {
			t.Errorf("%s names a test that does not exist: %s", promisesFile, test)
		}
	}
}

// promises returns the sentences and the rows of tables in these parts.
func (s source) promises(t *testing.T) (all []string) {
	t.Helper()
	files, err := filepath.Glob(s.files)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		var text string
		for _, rest := range strings.Split(document(t, file), s.from)[1:] {
			part, _, _ := strings.Cut(rest, s.to)
			text += part + "\n\n"
		}
		for _, replace := range []struct{ expression, by string }{
			{`(?m)^// ?`, ""}, {"(?ms)^```.*?^```$", ""}, {`(?m)^#.*$`, ""}, {`\*\*[^*]+\.\*\*`, ""}, {`\*\*`, ""}, {`(?m)^- `, "\n"}, {`\[([^]]*)](\([^)]*\))?`, "$1"},
			{`(?m)^\|.*\n\|-.*$`, ""}, {`(?m)^\| (.*) \| (.*) \|$`, "\n$1: $2\n"},
		} {
			text = regexp.MustCompile(replace.expression).ReplaceAllString(text, replace.by)
		}
		for paragraph := range strings.SplitSeq(text, "\n\n") {
			if strings.HasPrefix(strings.TrimLeft(paragraph, "\n"), "  ") {
				continue // an example
			}
			all = append(all, sentences(paragraph)...)
		}
	}
	if len(all) == 0 {
		t.Errorf("%s promise nothing between %q and %q", s.files, s.from, s.to)
	}
	return all
}

// sentences splits a text at full stops, and makes a space of all white space.
func sentences(text string) (all []string) {
	for _, sentence := range regexp.MustCompile(`([^.]|\.\S)+\.?`).FindAllString(text, -1) {
		if words := strings.Fields(sentence); len(words) > 0 {
			all = append(all, strings.Join(words, " "))
		}
	}
	return all
}

// testsIn returns the test files of a folder.
func testsIn(t *testing.T, dir string) (text string) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*_test.go"))
	for _, file := range files {
		text += document(t, file)
	}
	return text
}
