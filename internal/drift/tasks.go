package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A task is a place to edit by hand, and for what. text is on the line in question.
type task struct{ file, text, what string }

// tasks are the places that may have to follow a difference of some kind, in the order in which to edit them. What
// follows by itself, or does not compile until it does, is not among them.
var tasks = map[string][]task{
	"new operation": {
		{".github/CONTRIBUTING.md", "## Add an operation", "leads through adding one"},
	},
	"deprecation": {
		{"api/tokens.go", "", "a Deprecated paragraph in the doc comment of its method"},
	},
	"path": {
		{"api/oktatest/handler.go", `"/api/v1/apps/"`, "where the in-memory org answers"},
		{"api/oktatest/token.go", `"/api/v1/apps/"`, "where its links lead"},
	},
	"removed operation": {
		{"api/tokens.go", "", "its method, and its example in example_test.go"},
		{"api/oktatest/handler.go", "func (o *Org) serve(", "what the in-memory org answers"},
		{"api/contract/writeprobes.go", "var writeProbes", "its probe; those of reads are in listprobes.go and tokenprobes.go"},
		{"cmd/apptokens/root.go", "root.AddCommand(", "its subcommand"},
		{"api/oktatest/org_test.go", "func TestAnswers(", "what the in-memory org should answer"},
		{"README.md", "| okta-sdk-python |", "its row in the table"},
	},
	"parameter": {
		{"api/calloptions.go", "func PageSize(", "its option, or, if it is required, an argument of the method"},
		{"internal/reference/binding.go", "options: ", "the name of that option or argument"},
		{"api/oktatest/handler.go", "func (o *Org) list(", "what the in-memory org does with it"},
		{"api/contract/listprobes.go", "var listProbes", "a probe, if servers may get it wrong"},
		{"cmd/apptokens/list.go", "func (a *app) listCommand(", "a flag"},
		{"api/list_test.go", "func TestExpandScopes(", "a test of that option"},
		{"README.md", "| okta-sdk-python |", "its row in the table"},
	},
	"bound": {
		{"openapi.yaml", "limit: must be between", "the example of an error"},
		{"README.md", "`limit=n`", "the default and the largest size"},
	},
	"property": {
		{"gen/overlay.yaml", "", "its name in Go, if it is a $ref and needs another"},
		{"api/model.go", "TokenEmbedded ", "the name of its type, if it has a new one"},
		{"api/oktatest/token.go", "token := gen.Token{", "what the in-memory org makes up for it"},
		{"cmd/apptokens/columns.go", "var tokenColumns", "a column, if operators want to see it"},
		{"api/token_test.go", "var recordedWithout", "that the recorded token does not have it, or a token that has"},
	},
	"status of tokens": {
		{"api/model.go", "TokenStatusActive ", "the constants"},
		{"api/bulk/revoke.go", "token.Status != ", "which tokens are left to revoke"},
		{"api/contract/writeprobes.go", "token.Status != ", "what a revoked token may be"},
		{"api/oktatest/token.go", "Status: ", "which status the in-memory org gives"},
		{"api/contract/README.md", "allowed values [", "the values in an example"},
	},
	"error object": {
		{"api/response.go", "parseError(", "what an error takes from it"},
		{"api/oktatest/response.go", "type oktaError struct", "what the in-memory org answers"},
	},
	"response": {
		{"api/error.go", "ErrNotFound", "an error value, if programs tell it apart"},
		{"internal/reference/binding.go", "errors: ", "the name of that value"},
		{"internal/repository/openapi_test.go", "oktasOwn := ", "that Okta documents it, if it was beyond Okta's document"},
		{"api/oktatest/handler.go", "func (o *Org) serve(", "when the in-memory org answers so"},
		{"api/oktatest/org_test.go", "func TestAnswers(", "what the in-memory org should answer"},
		{"README.md", "| `ErrNotFound`", "the table of errors"},
	},
	"header": {
		{"internal/repository/openapi_test.go", "oktasOwn := ", "that Okta documents it, if it was beyond Okta's document"},
		{"api/oktatest/headers.go", ") finish(", "what the in-memory org sends"},
	},
	"body": {
		{"api/page.go", "decode(resp, &page.Tokens", "what a page is made of"},
		{"api/tokens.go", "", "what its method returns"},
		{"api/oktatest/handler.go", "func (o *Org) serve(", "what the in-memory org answers"},
		{"api/contract/listprobes.go", "var listProbes", "what the probes read; those of one token are in tokenprobes.go"},
	},
	"media type": {
		{"api/call.go", `req.Header.Set("Accept"`, "the Accept header"},
		{"api/decode.go", "application/json", "what is taken for JSON"},
		{"api/contract/response.go", `Content["application/json"]`, "what is checked"},
		{"api/oktatest/response.go", "application/json", "what the in-memory org sends"},
		{"internal/repository/openapi_test.go", "application/json", "the media type of every body"},
	},
	"security": {
		{"internal/reference/binding.go", "credentials: ", "what Go has for another scheme"},
		{"api/oauth/options.go", "ScopeRead ", "the scopes that a service app asks for"},
		{"api/oktatest/serviceapp.go", "readScope ", "the scopes that the in-memory org grants"},
		{"internal/repository/openapi_test.go", "wantScope := ", "the scope of every operation"},
		{"cmd/apptokens/README.md", "okta.apps.read", "the scopes of a service app"},
	},
	"version of OpenAPI": {
		{"internal/drift/deliberate.yaml", "", "the difference, if openapi.yaml stays as it is"},
		{"generate.go", "an OpenAPI ", "the version of the document"},
	},
}

// kind is the key of the tasks that follow a difference; empty if openapi.yaml alone does.
func (d difference) kind() string {
	keyword, in := d.change.keyword, func(part string) bool { return strings.Contains(d.Where+"/", "/"+part+"/") }
	switch {
	case keyword == "operations" && d.change.from == nil:
		return "new operation"
	case keyword == "operations":
		return "removed operation"
	case keyword == "moved":
		return "path"
	case (keyword == "deprecated" || keyword == lifecycle && d.change.to == "DEPRECATED") && !strings.Contains(d.Where, "/"):
		return "deprecation"
	case keyword == "security", strings.HasPrefix(d.Where, "securitySchemes/"):
		return "security"
	case keyword == "openapi":
		return "version of OpenAPI"
	case keyword == "content":
		return "media type"
	case in("content"):
		return "body"
	case in("headers"):
		return "header"
	case in("responses"):
		return "response"
	case in("parameters") && (keyword == "minimum" || keyword == "maximum" || keyword == "default"):
		return "bound"
	case in("parameters"):
		return "parameter"
	case strings.HasPrefix(d.Where, "Error"):
		return "error object"
	case d.Where == "Token/status" && keyword == "enum":
		return "status of tokens"
	case keyword == "properties", keyword == "type", keyword == "format":
		return "property"
	}
	return ""
}

// place is the file of a task, with the number of its line.
func (t task) place(root string) string {
	text, err := os.ReadFile(filepath.Join(root, t.file))
	if err != nil || t.text == "" {
		return t.file
	}
	before, _, _ := strings.Cut(string(text), t.text)
	return fmt.Sprintf("%s:%d", t.file, strings.Count(before, "\n")+1)
}
