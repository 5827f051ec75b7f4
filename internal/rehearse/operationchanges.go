package main

const (
	// getParameters are those of getToken alone.
	getParameters = "        - $ref: '#/components/parameters/Expand'\n      responses:\n        '200':\n          description: The token\n"
	forbidden     = "        '403':\n          $ref: '#/components/responses/Forbidden'\n"
	components    = "\ncomponents:\n"
	walk          = "internal/rehearse/suspend.patch"
	revokeAll     = "      operationId: revokeAllTokens\n"
)

// clientAndServers are tested where all of them have to follow. No change concerns the tests of memory and of size.
var clientAndServers = []string{
	"test", "-vet=off", "-skip", "Memory|Bodies|DoesNotGrow|ImportsAreFew", "./api", "./api/contract", "./api/oktatest",
}

var operationChanges = []change{
	{
		name:      "limit with another maximum and default",
		contract:  replaced("maximum: 200", "maximum: 500", "default: 20\n", "default: 50\n"),
		drift:     []string{"listTokens/parameters/query/limit: default 20 -> 50", "listTokens/parameters/query/limit: maximum 200 -> 500"},
		checklist: []string{contract, "README.md"},
		also:      [][]string{clientAndServers},
		steps: []step{{
			fails: []string{
				`README\.md:\d+: the default limit is "20"`, `README\.md:\d+: the largest limit is "200"`,
				`openapi\.yaml:\d+: the largest limit is "200"`,
			},
			follow: []edit{
				{file: "README.md", from: "`limit=n` (default 20) | `.Limit(n)` | `api.PageSize(n)` (default 200)", to: "`limit=n` (default 50) | `.Limit(n)` | `api.PageSize(n)` (default 500)"},
				{file: contract, from: "must be between 1 and 200", to: "must be between 1 and 500"},
			},
		}},
		proof: map[string]string{
			"gen/tokens.gen.go": "ListTokensLimitMinimum = 1\n ListTokensLimitMaximum = 500\n ListTokensLimitDefault = 50",
			"api/REFERENCE.md":  "| `limit` | integer | query, 1 to 500, default 50 |",
		},
	},
	{
		name: "new optional query parameter",
		contract: replaced(getParameters, `
        - name: fields
          in: query
          description: names what to return.
          schema: {type: string, description: names properties., x-go-type-skip-optional-pointer: false}
`[1:]+getParameters),
		drift:     []string{"getToken/parameters/query/fields: added"},
		checklist: []string{"api/calloptions.go", "internal/reference/binding.go", "api/oktatest/handler.go", "cmd/apptokens/list.go", "README.md"},
		steps: []step{
			{
				fails: []string{`internal/reference/binding\.go names no argument and no option for parameter fields`},
				follow: []edit{
					{file: "internal/reference/binding.go", from: `"expand": "ExpandScopes"`, to: `"fields": "Fields", "expand": "ExpandScopes"`},
				},
			},
			{
				fails: []string{`package api has no function Fields`},
				follow: []edit{
					{file: "api/calloptions.go", from: "// ExpandScopes ", to: `// Fields names the properties to return.
func Fields(names string) GetOption {
	return callOption(check.Option(nil, func(s *callSettings) { s.fields = &names }))
}

// ExpandScopes `},
					{file: "api/calloptions.go", from: "\teditors  []RequestEditor\n", to: "\teditors  []RequestEditor\n\tfields   *string\n"},
					{file: "api/tokens.go", from: "Expand: call.expand", to: "Expand: call.expand, Fields: call.fields"},
				},
			},
		},
		proof: map[string]string{"api/REFERENCE.md": "| `fields` | string | query | `Fields(names string)` | names what to return |"},
	},
	{
		name: "new required query parameter",
		contract: replaced(getParameters, `
        - name: tenant
          in: query
          required: true
          description: names the tenant.
          schema: {type: string, description: names a tenant.}
`[1:]+getParameters),
		drift:     []string{"getToken/parameters/query/tenant: added"},
		checklist: []string{"api/calloptions.go", "internal/reference/binding.go"},
		steps: []step{
			{
				fails:  []string{`internal/reference/binding\.go names no argument and no option for parameter tenant`},
				follow: []edit{{file: "internal/reference/binding.go", from: `"tokenId": "tokenID"}`, to: `"tokenId": "tokenID", "tenant": "tenant"}`}},
			},
			{fails: []string{`Get has no argument tenant for parameter tenant`}},
		},
	},
	{
		name:     "query parameter renamed",
		also:     [][]string{{"test", "-vet=off", "-run", "Expand|List", "./api"}},
		contract: replaced("      name: expand\n", "      name: include\n"),
		drift: []string{
			"getToken/parameters/query/expand: removed", "listTokens/parameters/query/expand: removed",
			"getToken/parameters/query/include: added", "listTokens/parameters/query/include: added",
		},
		checklist: []string{"api/calloptions.go", "api/oktatest/handler.go", "api/contract/listprobes.go"},
		steps: []step{
			{
				fails:  []string{`internal/reference/binding\.go names no argument and no option for parameter include`},
				follow: []edit{{file: "internal/reference/binding.go", from: `"expand": `, to: `"include": `}},
			},
			{
				fails: []string{`api/page\.go:.* unknown field Expand`, `api/tokens\.go:.* unknown field Expand`},
				follow: []edit{
					{file: "api/page.go", from: "Expand: call", to: "Include: call"},
					{file: "api/tokens.go", from: "Expand: call", to: "Include: call"},
				},
			},
			{
				fails: []string{
					`api/page\.go:\d+: the query parameter is "expand"`, `api/oktatest/handler\.go:\d+: the query parameter`,
					`api/contract/listprobes\.go:\d+: the query parameter`,
				},
				follow: []edit{
					{file: "api/page.go", from: `"expand"`, to: `"include"`},
					{file: "api/page.go", from: "&expand=", to: "&include="},
					{file: "api/oktatest/fault.go", from: "&expand=", to: "&include="},
					{file: "api/oktatest/handler.go", from: `"expand"`, to: `"include"`},
					{file: "api/oktatest/handler.go", from: "&expand=", to: "&include="},
					{file: "api/contract/listprobes.go", from: "?expand=", to: "?include="},
					{file: "api/contract/tokenprobes.go", from: "?expand=", to: "?include="},
				},
			},
			{fails: []string{`list_test\.go:\d+: .* want expand=scope once`}},
		},
	},
	{
		name:     "path parameter renamed",
		also:     [][]string{{"test", "-vet=off", "./api/contract"}},
		contract: replaced("      name: tokenId\n", "      name: refreshTokenId\n", "{tokenId}", "{refreshTokenId}"),
		steps: []step{{
			fails: []string{`internal/reference/binding\.go names no argument and no option for parameter refreshTokenId`},
			follow: []edit{
				{file: "internal/reference/binding.go", from: `"tokenId": `, to: `"refreshTokenId": `},
				{file: "api/contract/transport_test.go", from: "request path tokenId", to: "request path refreshTokenId"},
			},
		}},
	},
	{
		name: "new status of failure, and documentation that went beyond Okta's",
		contract: replaced(forbidden, forbidden+"        '409':\n          $ref: '#/components/responses/NotFound'\n",
			"    BadRequest:\n      x-beyond-upstream: true\n", "    BadRequest:\n"),
		drift: []string{
			"getToken/responses/400: added", "getToken/responses/409: added", "listTokens/responses/400: added",
			"listTokens/responses/409: added", "revokeAllTokens/responses/400: added", "revokeAllTokens/responses/409: added",
			"revokeToken/responses/400: added", "revokeToken/responses/409: added",
		},
		checklist: []string{"api/error.go", "internal/reference/binding.go", "README.md", "internal/repository/openapi_test.go"},
		steps: []step{{
			fails:  []string{`openapi_test\.go:\d+: openapi\.yaml: BadRequest has x-beyond-upstream: false; if that is right, edit oktasOwn here`},
			follow: []edit{{file: "internal/repository/openapi_test.go", from: `"Revoked", "Forbidden"`, to: `"Revoked", "BadRequest", "Forbidden"`}},
		}},
		proof: map[string]string{"api/REFERENCE.md": "| 409 | `*Error` |"},
	},
	{
		name:     "another status of success",
		contract: replaced("        '204':\n", "        '202':\n"),
		drift: []string{
			"revokeAllTokens/responses/204: removed", "revokeToken/responses/204: removed",
			"revokeAllTokens/responses/202: added", "revokeToken/responses/202: added",
		},
		checklist: []string{"api/oktatest/org_test.go"},
		also:      [][]string{{"test", "-vet=off", "./api/oktatest"}},
		steps:     []step{{fails: []string{`org_test\.go:\d+: status 202, <nil>; want 204`}}},
	},
	{
		name:     "media type renamed",
		contract: replaced("            application/json:\n", "            application/json;charset=UTF-8:\n"),
		drift: []string{
			"getToken/responses/200/content/application/json: removed", "listTokens/responses/200/content/application/json: removed",
			"getToken/responses/200/content/application/json;charset=UTF-8: added", "listTokens/responses/200/content/application/json;charset=UTF-8: added",
		},
		checklist: []string{"api/call.go", "api/decode.go", "api/contract/response.go", "api/oktatest/response.go", "internal/repository/openapi_test.go"},
		steps:     []step{{fails: []string{`openapi_test\.go:\d+: .* 200: media type "application/json;charset=UTF-8": api/call\.go, api/decode\.go`}}},
	},
	{
		name:     "paths of another version",
		also:     [][]string{clientAndServers},
		contract: replaced("  /api/v1/apps", "  /api/v2/apps"),
		drift: []string{
			"getToken: moved to GET /api/v2/apps/{appId}/tokens/{tokenId}", "listTokens: moved to GET /api/v2/apps/{appId}/tokens",
			"revokeAllTokens: moved to DELETE /api/v2/apps/{appId}/tokens",
			"revokeToken: moved to DELETE /api/v2/apps/{appId}/tokens/{tokenId}",
		},
		checklist: []string{"api/oktatest/handler.go", "api/oktatest/token.go"},
		steps: []step{
			{
				fails: []string{
					`api/oktatest/token\.go:\d+: the path of the apps is "/api/v1/apps"`,
					`api/oktatest/handler\.go:\d+: the path of the apps`, `api/oktatest/org_test\.go:\d+: the path of the apps`,
				},
				follow: []edit{
					{file: "*.go", from: "/api/v1/apps", to: "/api/v2/apps"},
					{file: "api/oktatest/README.md", from: "/api/v1/apps", to: "/api/v2/apps"},
				},
			},
		},
	},
	{
		name: "operation deprecated, in another lifecycle",
		contract: replaced(revokeAll, revokeAll+
			"      deprecated: true\n      x-okta-lifecycle: {lifecycle: EA, isGenerallyAvailable: false, SKUs: []}\n"),
		drift:     []string{"revokeAllTokens: deprecated false -> true", "revokeAllTokens: x-okta-lifecycle GA -> EA"},
		checklist: []string{"api/tokens.go"},
		steps: []step{{
			fails:  []string{`revokeAllTokens: the contract deprecates it, and the doc comment of RevokeAll does not`},
			follow: []edit{{file: "api/tokens.go", from: "\nfunc (c *Client) RevokeAll(", to: "\n//\n// Deprecated: Okta will remove it.\nfunc (c *Client) RevokeAll("}},
		}},
		proof: map[string]string{"api/REFERENCE.md": "Deprecated: Okta will remove it."},
	},
	{
		name:      "operation removed",
		contract:  []edit{{file: contract, from: "    delete:\n" + revokeAll, until: "  /api/v1/apps/{appId}/tokens/{tokenId}:\n"}},
		drift:     []string{"revokeAllTokens: removed"},
		checklist: []string{"api/tokens.go", "api/oktatest/handler.go", "api/contract/writeprobes.go", "cmd/apptokens/root.go"},
		steps:     []step{{fails: []string{`api/tokens\.go:.* c\.raw\.RevokeAllTokens undefined`}}},
	},
	{
		name:      "operation that reads",
		contract:  replaced(components, operation("usage", "get", "tokenUsage", "okta.apps.read")+components),
		drift:     []string{"GET /api/v1/apps/{appId}/tokens/{tokenId}/usage: added"},
		checklist: []string{".github/CONTRIBUTING.md"},
		steps:     []step{{fails: []string{`api\.Client has no method TokenUsage: write it; \.github/CONTRIBUTING\.md says how`}}},
	},
	{
		name:      "operation that writes",
		contract:  replaced(components, operation("lifecycle/suspend", "post", "suspendToken", "okta.apps.manage")+components),
		drift:     []string{"POST /api/v1/apps/{appId}/tokens/{tokenId}/lifecycle/suspend: added"},
		checklist: []string{".github/CONTRIBUTING.md"},
		steps:     []step{{fails: []string{`api\.Client has no method Suspend: write it; \.github/CONTRIBUTING\.md says how`}}},
	},
	{
		name:      "operation that writes, added as CONTRIBUTING.md says",
		patch:     walk,
		drift:     []string{"POST /api/v1/apps/{appId}/tokens/{tokenId}/lifecycle/suspend: added"},
		checklist: []string{".github/CONTRIBUTING.md"},
		also:      [][]string{clientAndServers, {"test", "-run", "Suspend", "./cmd/apptokens"}, {"vet", "./..."}},
		proof:     map[string]string{"api/REFERENCE.md": "func (c *Client) Suspend("},
	},
	{
		name:     "scope renamed",
		contract: replaced("okta.apps.read", "okta.appTokens.read"),
		drift: []string{
			"getToken: security oauth2: [okta.apps.read] -> oauth2: [okta.appTokens.read]",
			"listTokens: security oauth2: [okta.apps.read] -> oauth2: [okta.appTokens.read]",
			"securitySchemes/oauth2/flows/authorizationCode/scopes/okta.apps.read: removed",
		},
		checklist: []string{"api/oauth/options.go", "api/oktatest/serviceapp.go", "internal/repository/openapi_test.go", "cmd/apptokens/README.md"},
		steps:     []step{{fails: []string{`api/oauth/options\.go:\d+: the scope is "okta\.apps\.read"`, `api/oktatest/serviceapp\.go:\d+: the scope`}}},
	},
}

// operation is one more operation on a token.
func operation(path, method, id, scope string) string {
	return `
  /api/v1/apps/{appId}/tokens/{tokenId}/` + path + `:
    parameters:
      - $ref: '#/components/parameters/AppID'
      - $ref: '#/components/parameters/TokenID'
    ` + method + `:
      operationId: ` + id + `
      x-upstream-operation-id: ` + id + `ForApplication
      tags: [ApplicationTokens]
      summary: does something with a refresh token of an app
      description: It is hypothetical.
      security:
        - apiToken: []
        - oauth2: [` + scope + `]
      responses:
        '204':
          $ref: '#/components/responses/Revoked'
        default:
          $ref: '#/components/responses/Unexpected'
`
}
