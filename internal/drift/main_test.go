package main

import (
	"strings"
	"testing"
)

const changed = `All Things 1.3.0, against openapi.yaml, which follows 1.2.3

breaks clients:
  Thing/size: type integer -> string

harmless:
  Thing/colour: added

2 unexpected (1 break clients, 0 may, 1 harmless), 0 deliberate, 0 stale
`

const unchanged = `All Things 1.3.0, against openapi.yaml, which follows 1.2.3

0 unexpected (0 break clients, 0 may, 0 harmless), 0 deliberate, 0 stale
`

const listed = `All Things 1.3.0, against openapi.yaml, which follows 1.2.3

harmless:
  Thing/colour: added

stale, in internal/drift/deliberate.yaml but no difference any more:
  Thing: required with size

1 unexpected (0 break clients, 0 may, 1 harmless), 1 deliberate, 1 stale
`

func TestCompareTellsWhatIsUnexpected(t *testing.T) {
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
		{"text", "no: yaml: at all", "upstream.yaml cannot be read as an OpenAPI 3 document"},
		{"Swagger 2", "swagger: '2.0'\ninfo: {title: Old, version: '1'}\npaths: {}\n",
			`upstream.yaml is no OpenAPI 3 document: it says openapi: ""`},
		{"an empty file", "", "upstream.yaml is no OpenAPI 3 document"},
		{"another API", edited(t, "/things/", "/stings/"),
			"All Things 1.3.0 has none of the paths of openapi.yaml, such as /things/{id}: is it Okta's"},
		{"what cannot be merged", edited(t, "{type: object, properties: {size", "{type: string, properties: {size"),
			"cannot merge the allOf schemas of All Things 1.3.0"},
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
