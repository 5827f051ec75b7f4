package main

import (
	"slices"
	"strings"
	"testing"
)

const tokensPath = "  /api/v1/apps/{appId}/tokens"

// What Okta's document has beyond the contract, and how it says what the contract says.
func TestAnUpstreamInOtherWordsIsUnderstood(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, old, new string
		want           []string
	}{
		{"an operation below our paths", "\ncomponents:\n", "\n" + tokensPath + `/{id}/lifecycle/suspend:
    post: {responses: {'204': {$ref: '#/nowhere'}}}
components:
`, []string{"harmless: POST /api/v1/apps/{appId}/tokens/{id}/lifecycle/suspend: added"}},
		{"an operation with our tag elsewhere", "\ncomponents:\n", "\n  /api/v1/tokens:\n    get: {tags: [ApplicationTokens]}\ncomponents:\n",
			[]string{"harmless: GET /api/v1/tokens: added"}},
		{"other operations", "\ncomponents:\n", "\n  /api/v1/apps/{appId}/grants:\n    get: {tags: [ApplicationGrants]}\ncomponents:\n", nil},
		{"paths of a new version", "/api/v1/", "/api/v2/", []string{
			"breaks clients: getToken: moved to GET /api/v2/apps/{appId}/tokens/{tokenId}",
			"breaks clients: listTokens: moved to GET /api/v2/apps/{appId}/tokens",
			"breaks clients: revokeAllTokens: moved to DELETE /api/v2/apps/{appId}/tokens",
			"breaks clients: revokeToken: moved to DELETE /api/v2/apps/{appId}/tokens/{tokenId}",
		}},
		{"another method", "    delete:\n      operationId: revokeToken\n      x-upstream-operation-id: ", "    post:\n      operationId: ", []string{
			"breaks clients: revokeToken: moved to POST /api/v1/apps/{appId}/tokens/{tokenId}",
		}},
		{"another name of a path parameter", "tokenId", "refreshTokenId", nil},
		{"a media type with a parameter", "application/json:\n              schema:\n                $ref: '#/components/schemas/Token'",
			"application/json;charset=UTF-8:\n              schema:\n                $ref: '#/components/schemas/Token'", []string{
				"breaks clients: getToken/responses/200/content/application/json: removed",
				"harmless: getToken/responses/200/content/application/json;charset=UTF-8: added",
			}},
		{"a schema that holds itself", "        issuer:\n", "        parent: {$ref: '#/components/schemas/Token'}\n        issuer:\n",
			[]string{"harmless: Token/parent: added"}},
		{"a reference that leads nowhere", "#/components/schemas/TokenStatus", "#/components/schemas/Status", []string{
			"breaks clients: Token/status: cannot be compared: the reference #/components/schemas/Status leads nowhere",
		}},
		{"an example that leads nowhere", "#/components/examples/Tokens", "#/components/examples/Nothing", nil},
		{"a description that is a map", "description: identifies the token.\n", "description: {en: identifies the token}\n", nil},
		{"a defect elsewhere", "\ncomponents:\n  parameters:\n",
			"\n  /api/v1/others: 7\ncomponents:\n  parameters:\n    Twice: {in: query}\n    Twice: {in: query}\n", nil},
		{"an allOf", "    TokenStatus:\n", "    TokenStatus:\n      allOf: [{type: string}, {enum: [ACTIVE, REVOKED, EXPIRED]}]\n", nil},
		{"an allOf that contradicts itself", "    TokenStatus:\n", "    TokenStatus:\n      allOf: [{type: integer}]\n", []string{
			"breaks clients: Token/status: cannot be compared: its allOf cannot be merged: type is integer and string",
		}},
		{"an allOf that holds itself", "    TokenStatus:\n", "    TokenStatus:\n      allOf: [{$ref: '#/components/schemas/TokenStatus'}]\n", []string{
			"breaks clients: Token/status: cannot be compared: the reference #/components/schemas/TokenStatus leads nowhere",
		}},
		{"defaults that are spelled out", "      in: query\n", "      in: query\n      required: false\n      style: form\n      explode: true\n", nil},
		{"OpenAPI 3.1", "openapi: 3.0.3", "openapi: 3.1.0", []string{"may break clients: document: openapi 3.0 -> 3.1"}},
		{"null as a type", "        displayName:\n          type: string\n", "        displayName:\n          type: [string, 'null']\n",
			[]string{"breaks clients: Token/_embedded/scopes/items/displayName: nullable false -> true"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := read(t, "../..", contractFile)
			if !strings.Contains(text, test.old) {
				t.Fatalf("no %q in %s", test.old, contractFile)
			}
			got := compareWith(t, strings.ReplaceAll(text, test.old, test.new))
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(test.want, "\n  "))
			}
		})
	}
}

// OpenAPI 3.1 reads what stands beside a reference, and 3.0 does not.
func TestOpenAPI31ReadsWhatStandsBesideAReference(t *testing.T) {
	t.Parallel()
	text := strings.ReplaceAll(read(t, "../..", contractFile),
		"          $ref: '#/components/schemas/TokenStatus'\n", "          $ref: '#/components/schemas/TokenStatus'\n          nullable: true\n")
	if got := compareWith(t, text); got != nil {
		t.Errorf("3.0: got %q, want nothing", got)
	}
	want := []string{"breaks clients: Token/status: nullable false -> true", "may break clients: document: openapi 3.0 -> 3.1"}
	if got := compareWith(t, strings.Replace(text, "openapi: 3.0.3", "openapi: 3.1.0", 1)); !slices.Equal(got, want) {
		t.Errorf("3.1: got %q, want %q", got, want)
	}
}
