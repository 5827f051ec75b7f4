package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const changed = `All Things 1.3.0, against openapi.yaml, which follows 1.2.3

breaks clients:
  Thing/size: type integer -> string

harmless:
  Thing/colour: added

2 unexpected (breaks clients: 1, may break clients: 0, harmless: 1), 0 deliberate, 0 stale
`

const unchanged = `All Things 1.3.0, against openapi.yaml, which follows 1.2.3

0 unexpected (breaks clients: 0, may break clients: 0, harmless: 0), 0 deliberate, 0 stale
`

const listed = `All Things 1.3.0, against openapi.yaml, which follows 1.2.3

harmless:
  Thing/colour: added

stale, in internal/drift/deliberate.yaml but not a difference any more:
  Thing: required with size

1 unexpected (breaks clients: 0, may break clients: 0, harmless: 1), 1 deliberate, 1 stale
`

func TestCompareReportsWhatIsUnexpected(t *testing.T) {
	t.Parallel()
	text := edited(t, "{size: {type: integer}}", "{size: {type: string}}")
	more := edited(t, "{size: {type: integer}}", "{size: {type: string}, colour: {type: string}}")
	const entry = "- {where: Thing/size, what: type integer -> string, why: Sizes are words.}\n"
	const stale = "- {where: Thing, what: required with size, why: It was once.}\n"
	for _, test := range []struct {
		name, deliberate, upstream, want string
		code                             int
	}{
		{"the same in other words", "", smallUpstream, unchanged, clean},
		{"a value that is the name of a key", "", edited(t, "  version: 1.3.0\n", "  version: 1.3.0\n  summary: version\n  license: {name: None}\n"), unchanged, clean},
		{"differences", "", more, changed, differs},
		{"a deliberate difference", entry, text, strings.Replace(unchanged, "0 deliberate", "1 deliberate", 1), clean},
		{"a stale entry", entry + stale, more, listed, differs},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root, upstreamFile := repository(t, test.deliberate, test.upstream)
			var stdout, stderr strings.Builder
			code := run(root, []string{"compare", upstreamFile}, &stdout, &stderr)
			if code != test.code || stdout.String() != test.want || stderr.String() != "" {
				t.Errorf("exit code %d, want %d\n%s\nwant\n%s\nstandard error: %s", code, test.code, &stdout, test.want, &stderr)
			}
		})
	}
}

func TestWhatCannotBeComparedIsAnError(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, upstream, want string }{
		{"text", "no: yaml: at all", "upstream.yaml cannot be read as YAML: "},
		{"Swagger 2", "swagger: '2.0'\ninfo: {title: Old, version: '1'}\npaths: {}\n",
			`upstream.yaml has openapi: ""; want a document of OpenAPI 3.0 or 3.1`},
		{"an empty file", "", `upstream.yaml has openapi: ""`},
		{"another API", edited(t, "/things/", "/stings/"),
			"All Things 1.3.0 has none of the operations of openapi.yaml, and none with their tags: is it Okta's"},
		{"OpenAPI 4", edited(t, "openapi: 3.0.3", "openapi: 4.0.0"), `upstream.yaml has openapi: "4.0.0"`},
		{"no version", edited(t, "  version: 1.3.0\n", ""), "upstream.yaml has no info.version"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root, upstreamFile := repository(t, "", test.upstream)
			for _, command := range []string{"compare", "record"} {
				cannot(t, root, []string{command, upstreamFile}, test.want)
			}
		})
	}
}

func TestASchemaMayHoldItself(t *testing.T) {
	t.Parallel()
	root, upstreamFile := repository(t, "", edited(t, "{size: {type: integer}}",
		"{size: {type: integer}, parent: {allOf: [{$ref: '#/components/schemas/Sized'}, {type: object}]}}"))
	write(t, filepath.Join(root, contractFile), strings.Replace(smallContract, "        size: {type: integer}\n",
		"        size: {type: integer}\n        parent: {$ref: '#/components/schemas/Thing'}\n", 1))
	var stdout strings.Builder
	if code := run(root, []string{"compare", upstreamFile}, &stdout, t.Output()); code != clean || stdout.String() != unchanged {
		t.Errorf("exit code %d, want %d\n%s\nwant\n%s", code, clean, &stdout, unchanged)
	}
}

// A writer that panics stands for a bug.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { panic("index out of range") }

func TestABugIsAFailureOfOneLine(t *testing.T) {
	t.Parallel()
	root, upstreamFile := repository(t, "", smallUpstream)
	var stderr strings.Builder
	if code := run(root, []string{"compare", upstreamFile}, brokenWriter{}, &stderr); code != cannotTell {
		t.Errorf("exit code %d, want %d", code, cannotTell)
	}
	if got, want := stderr.String(), "drift: stopped by a bug of its own, so nothing is known of the differences: index out of range\n"; got != want {
		t.Errorf("error %q, want %q", got, want)
	}
}

func TestArgumentsThatAreMissingOrWrongAreErrors(t *testing.T) {
	t.Parallel()
	root, upstreamFile := repository(t, "", smallUpstream)
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"none", nil, "usage: drift compare FILE"},
		{"no file", []string{"compare", ""}, "make drift UPSTREAM=FILE"},
		{"no file to record", []string{"record", ""}, "make upstream FROM=FILE"},
		{"no such file", []string{"compare", "none.yaml"}, "none.yaml: no such file"},
		{"no such command", []string{"check", upstreamFile}, `unknown command "check"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cannot(t, root, test.args, test.want)
		})
	}
}

func TestAFileThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	for file, commands := range map[string][]string{
		contractFile: {"compare", "record"}, deliberateFile: {"compare", "record"}, "api/contract/listprobes.go": {"record"},
	} {
		for _, command := range commands {
			root, upstreamFile := repository(t, "", smallUpstream)
			if err := os.Remove(filepath.Join(root, file)); err != nil {
				t.Fatal(err)
			}
			cannot(t, root, []string{command, upstreamFile}, file+": no such file")
		}
	}
}

// cannot runs a command that fails with one line.
func cannot(t *testing.T, root string, args []string, want string) {
	t.Helper()
	var stdout, stderr strings.Builder
	if code := run(root, args, &stdout, &stderr); code != cannotTell {
		t.Errorf("exit code %d, want %d", code, cannotTell)
	}
	if stdout.Len() > 0 {
		t.Errorf("output %q, want none", &stdout)
	}
	if got := stderr.String(); !strings.Contains(got, want) || strings.Count(got, "\n") != 1 {
		t.Errorf("error %q, want one line with %q", got, want)
	}
}
