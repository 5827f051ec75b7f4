package main

import (
	"path/filepath"
	"strings"
	"testing"
)

const nothingToDo = `# Follow Okta's management API 1.3.0

<!-- Written by "make upstream", and written anew when it runs again. -->

Nothing is left to edit: openapi.yaml differs only in what internal/drift/deliberate.yaml lists.
`

const toDo = `# Follow Okta's management API 1.3.0

<!-- Written by "make upstream", and written anew when it runs again. -->

Follow each difference in openapi.yaml, and then in the places below it that it concerns; or list it in
internal/drift/deliberate.yaml and say why:

- [ ] ` + "`Thing/size`" + `: type integer -> string (breaks clients)
  - [ ] gen/overlay.yaml: its name in Go, if it is a $ref and needs another
  - [ ] api/model.go: the name of its type, if it has a new one
  - [ ] api/oktatest/token.go: what the in-memory org makes up for it
  - [ ] cmd/apptokens/columns.go: a column, if operators want to see it
  - [ ] api/token_test.go: that the recorded token does not have it, or a token that has

Take out of internal/drift/deliberate.yaml what does not differ any more:

- [ ] ` + "`Thing`" + `: required with size
` + checklistEnd

const takeOut = `# Follow Okta's management API 1.3.0

<!-- Written by "make upstream", and written anew when it runs again. -->

Take out of internal/drift/deliberate.yaml what does not differ any more:

- [ ] ` + "`Thing`" + `: required with size
` + checklistEnd

const onceDeliberate = "- {where: Thing, what: required with size, why: Once.}"

func TestTheChecklistReportsWhatToEdit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, deliberate, upstream, want, report string }{
		{"nothing", "", smallUpstream, nothingToDo, "has 0 places to edit"},
		{"a stale entry", onceDeliberate, smallUpstream, takeOut, "has 1 place to edit"},
		{"a difference and a stale entry", onceDeliberate, edited(t, "type: integer}}}", "type: string}}}"), toDo, "has 2 places to edit"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root, upstreamFile := repository(t, test.deliberate, test.upstream)
			for range 2 { // the second time it changes nothing
				var report strings.Builder
				if code := run(root, []string{"record", upstreamFile}, &report, t.Output()); code != clean {
					t.Fatalf("exit code %d, want %d", code, clean)
				}
				if !strings.Contains(report.String(), test.report) {
					t.Errorf("it printed %q, want %q in it", &report, test.report)
				}
				if got := read(t, root, checklistFile); got != test.want {
					t.Errorf("got\n%s\nwant\n%s", got, test.want)
				}
				for file, before := range map[string]string{contractFile: smallContract, "api/contract/listprobes.go": probes} {
					if got, want := read(t, root, file), strings.ReplaceAll(before, "1.2.3", "1.3.0"); got != want {
						t.Errorf("%s is\n%s\nwant\n%s", file, got, want)
					}
				}
			}
		})
	}
}

func TestAChecklistThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	root, upstreamFile := repository(t, "", smallUpstream)
	write(t, filepath.Join(root, checklistFile, "notes"), "in the way")
	cannot(t, root, []string{"record", upstreamFile}, checklistFile+": is a directory")
}

// Each place that a checklist may name is there, once it is looked for in this repository.
func TestThePlacesOfAChecklistExist(t *testing.T) {
	t.Parallel()
	for kind, tasks := range tasks {
		for _, task := range tasks {
			if text := read(t, "../..", task.file); !strings.Contains(text, task.text) {
				t.Errorf("%s: %s does not have %q: name another line in tasks.go", kind, task.file, task.text)
			}
		}
	}
}

func TestADifferenceLeadsToThePlacesOfItsKind(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		where, keyword string
		from, to       any
		want           string
	}{
		{"Token/jkt", "properties", nil, "a schema", "property"},
		{"Token/issuer", "type", "string", "integer", "property"},
		{"Token/issuer", "readOnly", nil, true, ""},
		{"Token/status", "enum", nil, nil, "status of tokens"},
		{"Token/_links/self/hints/allow/items", "enum", nil, nil, ""},
		{"Error/errorCode", "type", nil, nil, "error object"},
		{"listTokens/parameters/query/limit", "maximum", 200, 500, "bound"},
		{"listTokens/parameters/query/limit", "type", nil, nil, "parameter"},
		{"getToken/parameters/query/q", "parameters", nil, "an object", "parameter"},
		{"getToken/responses/410", "responses", nil, "an object", "response"},
		{"getToken/responses/200/content/application/xml", "content", nil, "an object", "media type"},
		{"listTokens/responses/200/content/application/json", "type", "array", "object", "body"},
		{"getToken/responses/200/headers/Sunset", "headers", nil, "an object", "header"},
		{"getToken", "security", nil, nil, "security"},
		{"securitySchemes/oauth2/flows/authorizationCode/scopes/okta.apps.read", "scopes", "", nil, "security"},
		{"getToken", "deprecated", nil, true, "deprecation"},
		{"getToken", lifecycle, nil, "EA", ""},
		{"getToken", lifecycle, nil, "DEPRECATED", "deprecation"},
		{"getToken", "operations", "/api/v1/apps/{appId}/tokens", nil, "removed operation"},
		{"getToken", "moved", nil, nil, "path"},
		{"POST /api/v1/apps/{appId}/tokens", "operations", nil, "POST", "new operation"},
		{"document", "openapi", "3.0", "3.1", "version of OpenAPI"},
		{"servers/https://x.example", "servers", nil, "an object", ""},
	} {
		d := difference{place: place{Where: test.where}, change: change{keyword: test.keyword, from: test.from, to: test.to}}
		if got := d.kind(); got != test.want {
			t.Errorf("%s of %s: kind %q, want %q", test.keyword, test.where, got, test.want)
		}
	}
}

// The files of this repository name the version where recordVersion looks for it, and nowhere else.
func TestAVersionIsReplacedByteForByte(t *testing.T) {
	t.Parallel()
	contract, err := load(filepath.Join("..", "..", contractFile))
	if err != nil {
		t.Fatal(err)
	}
	recorded := contract.version
	texts, err := replaceVersion(filepath.Join("..", ".."), recorded, "2031.01.0")
	if err != nil {
		t.Fatal(err)
	}
	for file, got := range texts {
		if want := strings.ReplaceAll(read(t, "../..", file), recorded, "2031.01.0"); got != want {
			t.Errorf("%s is\n%s\nwant\n%s", file, got, want)
		}
	}
	if len(texts) != 2 {
		t.Errorf("%d files name the version, want 2", len(texts))
	}
}

func TestAVersionThatCannotBeRecordedChangesNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, contract, version, want string }{
		{"a number", smallContract, `'2'`, `version "2" cannot be recorded: want one like 2026.06.3`},
		{"more than a version", smallContract, `"1.2.3\nopenapi: 3.1.0"`, "cannot be recorded"},
		{"a comment without a version", strings.Replace(smallContract, "version 1.2.3.", "some version.", 1), "1.3.0",
			`openapi.yaml has "# API, version 1.2.3. " 0 times; want it once`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root, upstreamFile := repository(t, "", edited(t, "version: 1.3.0", "version: "+test.version))
			write(t, filepath.Join(root, contractFile), test.contract)
			cannot(t, root, []string{"record", upstreamFile}, test.want)
			if read(t, root, contractFile) != test.contract {
				t.Error("the contract has changed")
			}
		})
	}
}
