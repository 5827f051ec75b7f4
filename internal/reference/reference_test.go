package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"example.com/apptokens/api"
)

func TestTheCommittedPageIsFresh(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	committed, err := os.ReadFile(filepath.Join(root, "api", "REFERENCE.md"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // and no order of a map shows
		fresh, err := generate(root)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(fresh, committed) {
			t.Fatal("api/REFERENCE.md is stale: run make generate")
		}
	}
}

// The program does not import the client, so that it can run while that does not compile.
func TestTheStatusesOfErrorsAreTheClients(t *testing.T) {
	t.Parallel()
	sentinels := map[string]error{
		"ErrUnauthorized": api.ErrUnauthorized, "ErrForbidden": api.ErrForbidden, "ErrNotFound": api.ErrNotFound,
		"ErrRateLimited": api.ErrRateLimited,
	}
	for status := 300; status < 600; status++ {
		failure := &api.Error{}
		failure.StatusCode = status
		want := ""
		for name, sentinel := range sentinels {
			if errors.Is(failure, sentinel) {
				want = name
			}
		}
		if got := names.errors[strconv.Itoa(status)]; got != want {
			t.Errorf("binding.go: %d stands for %q, want %q as in api/error.go", status, got, want)
		}
	}
}

const smallContract = `
openapi: 3.0.3
info: {title: Pets, version: 1.2.3}
paths:
  /pets/{petId}:
    parameters:
      - {name: petId, in: path, required: true, description: names the pet., schema: {type: string}}
    get:
      operationId: readPet
      x-upstream-operation-id: petRead
      summary: reads a pet
      description: It is fed first.
      security: [{key: []}, {oauth: [pets.read]}]
      parameters:
        - {name: toys, in: query, description: 'how many | toys.', schema: {type: integer, minimum: 1, maximum: 9, default: 3}}
      responses:
        '200':
          description: The pet
          headers:
            X-Mood: {x-beyond-upstream: true, description: How it feels, required: true, schema: {type: string}}
        '404': {description: It ran away}
        default: {x-beyond-upstream: true, description: It bites}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: Authorization, description: A key}
    oauth: {type: oauth2, description: A token, flows: {}}
  schemas:
    Pet:
      type: object
      description: is an animal.
      properties:
        name: {type: string, description: is what it hears.}
        kinds: {type: array, items: {$ref: '#/components/schemas/Kind'}, description: says what it is.}
    Kind: {type: string, description: is a species., enum: [CAT]}
`

const smallClient = `package pets

// Client calls.
type Client struct{ secret string }

// Read reads a pet. An unknown one is [ErrNotFound].
func (c *Client) Read(petID string, opts ...Option) (Pet, error) { return Pet{}, nil }

// Option is an option.
type Option func()

// Toys adds toys, as [Client.Read] wants them.
func Toys(n int) Option { return nil }

// Error is what went wrong.
type Error struct {
	Code string // of the failure
}

var (
	// ErrNotFound: it ran
	// away.
	ErrNotFound error
	other       error
)
`

const smallExample = `package pets_test

func ExampleClient_Read() {
	c := &pets.Client{}

	fmt.Println(c.Read("rex")) // by name
	// Output: {rex}
}

func ExampleClient_Read_twice() {}
`

const smallModels = "package gen\n" + `
type Pet struct {
	Name  string ` + "`json:\"name,omitempty\"`" + `
	Kinds []Kind ` + "`json:\"kinds\"`" + `
}

type Kind string

const KindCat Kind = "CAT"
`

var smallNames = binding{
	arguments:   map[string]string{"petId": "petID"},
	options:     map[string]string{"toys": "Toys"},
	credentials: map[string]string{"key": "`Key`", "oauth": "`OAuth`"},
	errors:      map[string]string{"404": "ErrNotFound"},
	model:       "Pet",
}

// renderSmall makes the page of the small contract after edits, each of which is a text and its replacement.
func renderSmall(t *testing.T, names binding, edits ...string) (string, error) {
	t.Helper()
	edit := strings.NewReplacer(edits...)
	sources := make(map[string]*source)
	for dir, files := range map[string]map[string]string{
		"pets": {"pets.go": smallClient, "example_test.go": smallExample},
		"gen":  {"gen.go": smallModels},
	} {
		path := t.TempDir()
		var failed error
		for name, text := range files {
			failed = errors.Join(failed, os.WriteFile(filepath.Join(path, name), []byte(edit.Replace(text)), 0o644))
		}
		parsed, err := parse(path)
		if err := errors.Join(failed, err); err != nil {
			t.Fatal(err)
		}
		sources[dir] = parsed
	}
	page, err := render([]byte(edit.Replace(smallContract)), names, sources["pets"], sources["gen"])
	return string(page), err
}

// narrow finds what lays tables out.
var narrow = regexp.MustCompile(` {2,}`)

func TestThePageShows(t *testing.T) {
	t.Parallel()
	page, err := renderSmall(t, smallNames)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"the version of Okta's document": "version 1.2.3",
		"the operations":                 "\n| [`Read`](#read) | `GET /pets/{petId}` | reads a pet |\n",
		"the request":                    "\n`GET /pets/{petId}` reads a pet. It is fed first. Okta's document calls it `petRead`.\n",
		"the signature":                  "```go\nfunc (c *Client) Read(petID string, opts ...Option) (Pet, error)\n```\n",
		"the doc comment":                "\nRead reads a pet. An unknown one is `ErrNotFound`.\n",
		"the example without its suffix": "### Example\n\n```go\nc := &pets.Client{}\n\nfmt.Println(c.Read(\"rex\")) // by name\n```\n",
		"what the example prints":        "```text\n{rex}\n```\n",
		"a path parameter":               "\n| `petId` | string | path, required | `petID` | names the pet |\n",
		"a query parameter":              "\n| `toys` | integer | query, 1 to 9, default 3 | `Toys(n int)` | how many \\| toys |\n",
		"what an option does":            "\n- `Toys(n int)` adds toys, as `Client.Read` wants them.\n",
		"what is returned":               "\n`(Pet, error)`; see [`Pet`](#pet)\n",
		"a credential without scopes":    "\n| `key` | none | `Key` | A key |\n",
		"a credential with scopes":       "\n| `oauth` | `pets.read` | `OAuth` | A token |\n",
		"a success":                      "\n| 200 | no error | The pet |\n",
		"an error with a value":          "\n| 404 | `ErrNotFound` | It ran away |\n",
		"an error beyond upstream":       "\n| other † | `*Error` | It bites |\n",
		"a header beyond upstream":       "\n| `X-Mood` † | string | 200 | How it feels |\n",
		"an error value":                 "\n- `ErrNotFound`: it ran away.\n",
		"the error type":                 "\n| `Code` | `string` | of the failure |\n",
		"a model":                        "### Pet\n\n`Pet` is an animal.\n",
		"a field":                        "\n| `name` | `Name` | `string` | is what it hears |\n",
		"a field with a model":           "\n| `kinds` | `Kinds` | [`[]Kind`](#kind) |",
		"the values of an enum":          "### Kind\n\n`Kind` is a species.\n\n| Value | In Go |\n| ----- | ----- |\n| `CAT` | `KindCat` |\n",
	} {
		if !strings.Contains(narrow.ReplaceAllString(page, " "), want) {
			t.Errorf("%s: not found: %s", name, want)
		}
	}
	for _, secret := range []string{"secret", "other error", "_twice", "Output:"} {
		if strings.Contains(page, secret) {
			t.Errorf("the page shows %q", secret)
		}
	}
	if t.Failed() {
		t.Log(page)
	}
}

func TestWhatDoesNotFitIsAnError(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		edits []string
		want  string
	}{
		"an operation without a method": {[]string{"    get:\n",
			"    delete: {operationId: sellPet, responses: {}}\n    get:\n"}, "pets.Client has no method Sell: write it"},
		"a method that is not there":  {[]string{") Read(", ") Fetch("}, "pets.Client has no method Read"},
		"a method without an example": {[]string{"ExampleClient_Read()", "ExampleClient()"}, "write ExampleClient_Read"},
		"a deprecated operation": {[]string{"operationId: readPet", "operationId: readPet\n      deprecated: true"},
			"the doc comment of Read does not"},
		"an operation with a lifecycle": {[]string{"operationId: readPet",
			"operationId: readPet\n      x-okta-lifecycle: {lifecycle: DEPRECATED}"}, "the doc comment of Read does not"},
		"a required option": {[]string{"{name: toys, in: query,", "{name: toys, in: query, required: true,"},
			"parameter toys is required, and the option Toys can be left out"},
		"an argument that is not there": {[]string{"Read(petID string", "Read(id string"},
			"Read has no argument petID for parameter petId"},
		"an argument of a longer name": {[]string{"Read(petID string", "Read(petIDs string"},
			"Read has no argument petID for parameter petId"},
		"a parameter without a name in Go":   {[]string{"name: petId", "name: petName"}, "parameter petName"},
		"an option that is not there":        {[]string{"func Toys(", "func Balls("}, "no function Toys"},
		"a credential that Go does not have": {[]string{"{key: []}", "{oidc: []}"}, "internal/reference/binding.go names nothing in Go for security scheme oidc"},
		"credentials that go together":       {[]string{"{key: []}, {", "{key: [], "}, "2 security schemes at once"},
		"a property without a field": {[]string{"        name: {", "        age: {type: string}\n        name: {"},
			"schema Pet has 3 properties, and 2 in Go"},
		"a field without a property":  {[]string{`json:"kinds"`, `json:"kind"`}, "no property kind"},
		"a model that is not there":   {[]string{"type Pet struct", "type Dog struct"}, "no type Pet"},
		"a contract that is not YAML": {[]string{"paths:", "paths: ["}, "yaml"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := renderSmall(t, smallNames, test.edits...)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q in it", err, test.want)
			}
		})
	}
}
