package gen_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// generate runs oapi-codegen as go generate does, on the contract after edits: pairs of a text and its replacement. It
// returns the code or, if oapi-codegen fails, its message.
func generate(t *testing.T, edits ...string) (code, failure string) {
	t.Helper()
	for _, name := range []string{"client.tmpl", "oapi-codegen.yaml", "overlay.yaml"} {
		if _, err := os.Stat(name); err != nil { // which also records for go test's cache what oapi-codegen reads
			t.Fatal(err)
		}
	}
	contract, err := os.ReadFile("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(string(contract), edits[i]) {
			t.Fatalf("openapi.yaml does not contain %q", edits[i])
		}
	}
	edited := filepath.Join(t.TempDir(), "openapi.yaml")
	if err := os.WriteFile(edited, []byte(strings.NewReplacer(edits...).Replace(string(contract))), 0o644); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	command := exec.CommandContext(t.Context(), "go", "tool", "oapi-codegen", "-config", "gen/oapi-codegen.yaml", edited)
	command.Dir, command.Stdout, command.Stderr = "..", &stdout, &stderr
	if command.Run() != nil {
		return "", stderr.String()
	}
	return stdout.String(), ""
}

// Where new parameters, and a new operation, are put.
const (
	listParameters = "        - $ref: '#/components/parameters/Expand'\n        - $ref: '#/components/parameters/After'\n"
	components     = "\ncomponents:\n"
)

func TestEnumConstantsAreNamedAfterTheirValues(t *testing.T) {
	t.Parallel()
	code, failure := generate(t, "enum: [ACTIVE,", "nullable: true\n      enum: [null, ACTIVE, ON_HOLD,",
		"          type: boolean\n", "          type: integer\n          enum: [1, 2]\n")
	if failure != "" {
		t.Fatal(failure)
	}
	code = strings.Join(strings.Fields(code), " ")
	for _, want := range []string{
		`TokenStatusActive TokenStatus = "ACTIVE"`,
		`TokenStatusOnHold TokenStatus = "ON_HOLD"`,
		`TokenStatusRevoked TokenStatus = "REVOKED"`,
		`[]TokenStatus{"ACTIVE", "ON_HOLD", "REVOKED"}`,
		`SelfLinkTemplated2 SelfLinkTemplated = 2`,
	} {
		if !strings.Contains(code, want) {
			t.Errorf("not generated: %s", want)
		}
	}
	if strings.Contains(code, "nil>") {
		t.Error("null has a constant, as if it were a string")
	}
}

// testdata/sent_test.go looks at the requests that the code makes.
func TestGeneratedCodeSendsWhatTheContractAdds(t *testing.T) {
	t.Parallel()
	code, failure := generate(t, listParameters, listParameters+`
        - {name: tenant, in: query, required: true, schema: {type: string}}
        - {name: since, in: query, schema: {type: string, format: date-time, x-go-type-skip-optional-pointer: false}}
        - {name: 'page[size]', in: query, schema: {type: integer, format: uint64, x-go-type-skip-optional-pointer: false}}
        - {name: digest, in: query, required: true, schema: {type: string, format: byte}}
        - {name: user, in: query, explode: false, schema: {type: array, items: {type: string}}}
        - {name: X-Reason, in: header, required: true, schema: {type: string}}
        - {name: X-Ticket, in: header, schema: {type: integer, x-go-type-skip-optional-pointer: false}}
`[1:], "        issuer:\n          type: string\n", "        issuer:\n          type: string\n          format: uuid\n", components, `
  /api/v1/apps/{appId}/tokens/{tokenId}/test/{attempt}:
    parameters:
      - $ref: '#/components/parameters/AppID'
      - $ref: '#/components/parameters/TokenID'
      - {name: attempt, in: path, required: true, schema: {type: integer}}
    post:
      operationId: testToken
      summary: tests a token
      responses:
        '202': {description: Done}
`+components)
	if failure != "" {
		t.Fatal(failure)
	}
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(here, "tokens.gen.go"): filepath.Join(dir, "tokens.gen.go"),
		filepath.Join(here, "sent_test.go"):  filepath.Join(here, "testdata", "sent_test.go"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"tokens.gen.go": code, "overlay.json": string(overlay)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	overlayFile := filepath.Join(dir, "overlay.json")
	test := exec.CommandContext(t.Context(), "go", "test", "-overlay", overlayFile, "-run", "^TestSent$", "-v", ".")
	output, err := test.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "--- PASS: TestSent") {
		t.Errorf("%v\n%s", err, output)
	}
}

func TestWhatTheTemplateCannotSendIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ old, new, want string }{
		"a cookie": {listParameters,
			listParameters + "        - {name: sid, in: cookie, required: true, schema: {type: string}}\n",
			"ListTokens: gen/client.tmpl does not send cookies such as sid"},
		"a request body": {"      summary: revokes one",
			"      requestBody: {content: {application/json: {schema: {type: object}}}}\n      summary: revokes one",
			"RevokeToken: gen/client.tmpl does not send request bodies"},
		"a parameter with a content": {listParameters,
			listParameters + "        - {name: filter, in: query, required: true, content: {application/json: {schema: {type: string}}}}\n",
			"ListTokens: gen/client.tmpl sends parameters that have a schema, and filter has a content"},
		"two statuses of success": {"        '204':\n", "        '202': {description: Later}\n        '204':\n",
			"RevokeAllTokens: gen/client.tmpl wants one status of success: api takes any other for a failure"},
		"a range of statuses of success": {"        '204':\n", "        2XX:\n",
			"RevokeAllTokens: gen/client.tmpl wants one status of success: api takes any other for a failure"},
		"an exclusive bound": {"        maximum: 200\n", "        maximum: 200\n        exclusiveMaximum: true\n",
			"ListTokens: gen/client.tmpl knows inclusive bounds, and ListTokensLimit has an exclusive one"},
		"values between spaces": {listParameters,
			listParameters + "        - {name: user, in: query, style: spaceDelimited, schema: {type: array, items: {type: string}}}\n",
			"ListTokens: gen/client.tmpl does not send parameters of style spaceDelimited such as user"},
		"an optional parameter without a pointer": {listParameters,
			listParameters + "        - {name: tenant, in: query, schema: {type: string}}\n",
			"ListTokens: the optional parameter tenant would always be sent: give its schema x-go-type-skip-optional-pointer: false"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, failure := generate(t, test.old, test.new); !strings.Contains(failure, test.want) {
				t.Errorf("oapi-codegen says %q, want %q in it", failure, test.want)
			}
		})
	}
}
