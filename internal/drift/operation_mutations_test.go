package main

const (
	expand = "{$ref: '#/components/parameters/Expand'}"
	token  = "{schema: {$ref: '#/components/schemas/Token'}}"
	text   = "content: {application/json: {schema: {type: string}}}"
)

var operationMutations = []mutation{
	{"parameter removed", edits{"getToken/parameters": "[]"}, []string{
		"may break clients: getToken/parameters/query/expand: removed",
	}},
	{"parameter added", edits{
		"getToken/parameters": "[" + expand + ", {name: q, in: query, schema: {type: string}}]",
	}, []string{
		"harmless: getToken/parameters/query/q: added",
	}},
	{"parameter added that is required", edits{
		"getToken/parameters": "[" + expand + ", {name: q, in: query, required: true, schema: {type: string}}]",
	}, []string{
		"breaks clients: getToken/parameters/query/q: added",
	}},
	{"header added that is required", edits{
		"getToken/parameters": "[" + expand + ", {name: X-Reason, in: header, required: true, schema: {type: string}}]",
	}, []string{
		"breaks clients: getToken/parameters/header/X-Reason: added",
	}},
	{"parameter that leads nowhere, before another", edits{
		"getToken/parameters": "[{$ref: '#/nowhere'}, " + expand + ", {name: q, in: query, schema: {type: string}}]",
	}, []string{
		"breaks clients: getToken/parameters/3: cannot be compared: the reference #/nowhere leads nowhere",
		"harmless: getToken/parameters/query/q: added",
	}},
	{"parameter required", edits{"parameters/After/required": "true"}, []string{
		"breaks clients: listTokens/parameters/query/after: required false -> true",
	}},
	{"parameter with a lower maximum", edits{"parameters/Limit/schema/maximum": "100"}, []string{
		"breaks clients: listTokens/parameters/query/limit: maximum 200 -> 100",
	}},
	{"parameter with a higher maximum", edits{"parameters/Limit/schema/maximum": "300"}, []string{
		"harmless: listTokens/parameters/query/limit: maximum 200 -> 300",
	}},
	{"parameter with another default", edits{"parameters/Limit/schema/default": "50"}, []string{
		"harmless: listTokens/parameters/query/limit: default 20 -> 50",
	}},
	{"parameter of another type", edits{"parameters/Limit/schema/type": "string"}, []string{
		"may break clients: listTokens/parameters/query/limit: type integer -> string",
	}},
	{"parameter with an enum", edits{"parameters/Expand/schema/enum": "[scope]"}, []string{
		"breaks clients: getToken/parameters/query/expand: enum with scope",
		"breaks clients: listTokens/parameters/query/expand: enum with scope",
	}},
	{"parameter with a pattern", edits{"parameters/After/schema/pattern": "^0o"}, []string{
		"breaks clients: listTokens/parameters/query/after: pattern none -> ^0o",
	}},
	{"parameter with a pattern where the contract has one of its own", edits{
		"parameters/TokenID/schema": "{type: string, pattern: ^oar}",
	}, []string{
		"breaks clients: getToken/parameters/path/tokenId: pattern none -> ^oar",
		"breaks clients: revokeToken/parameters/path/tokenId: pattern none -> ^oar",
	}},
	{"parameter of another style", edits{"parameters/After/style": "spaceDelimited"}, []string{
		"may break clients: listTokens/parameters/query/after: style none -> spaceDelimited",
	}},
	{"parameter not exploded", edits{"parameters/After/explode": "false"}, []string{
		"may break clients: listTokens/parameters/query/after: explode none -> false",
	}},
	{"parameter deprecated", edits{"parameters/After/deprecated": "true"}, []string{
		"may break clients: listTokens/parameters/query/after: deprecated false -> true",
	}},
	{"parameter that may be empty", edits{"parameters/After/allowEmptyValue": "true"}, []string{
		"harmless: listTokens/parameters/query/after: allowEmptyValue false -> true",
	}},
	{"parameter moved into a header", edits{"parameters/After/in": "header"}, []string{
		"may break clients: listTokens/parameters/query/after: removed",
		"harmless: listTokens/parameters/header/after: added",
	}},
	{"status removed", edits{"getToken/responses/404": ""}, []string{
		"harmless: getToken/responses/404: removed",
	}},
	{"status added", edits{"getToken/responses/410": "{description: Gone}"}, []string{
		"harmless: getToken/responses/410: added",
	}},
	{"default response added", edits{
		"getToken/responses/default": "{description: Any other}",
	}, []string{
		"harmless: getToken/responses/default: added",
	}},
	{"another status for success", edits{
		"revokeToken/responses/204": "",
		"revokeToken/responses/202": "{description: Accepted}",
	}, []string{
		"breaks clients: revokeToken/responses/204: removed",
		"harmless: revokeToken/responses/202: added",
	}},
	{"another media type", edits{
		"getToken/responses/200/content": "{application/xml: " + token + "}",
	}, []string{
		"breaks clients: getToken/responses/200/content/application/json: removed",
		"harmless: getToken/responses/200/content/application/xml: added",
	}},
	{"one more media type", edits{
		"getToken/responses/200/content": "{application/json: " + token + ", application/xml: " + token + "}",
	}, []string{
		"harmless: getToken/responses/200/content/application/xml: added",
	}},
	{"body where none was", edits{
		"revokeToken/responses/204": "{description: Revoked, " + text + "}",
	}, []string{
		"harmless: revokeToken/responses/204/content/application/json: added",
	}},
	{"header added to a response", edits{
		"getToken/responses/200/headers/Sunset": "{schema: {type: string}}",
	}, []string{
		"harmless: getToken/responses/200/headers/Sunset: added",
	}},
	{"request body demanded", edits{
		"revokeToken/requestBody": "{required: true, " + text + "}",
	}, []string{
		"breaks clients: revokeToken/requestBody: added",
	}},
	{"another scope", edits{
		"getToken/security": "[{apiToken: []}, {oauth2: [okta.oauthTokens.read]}]",
	}, []string{
		"breaks clients: getToken: security oauth2: [okta.apps.read] -> oauth2: [okta.oauthTokens.read]",
	}},
	{"one more scope", edits{
		"getToken/security": "[{apiToken: []}, {oauth2: [okta.apps.read, okta.oauthTokens.read]}]",
	}, []string{
		"breaks clients: getToken: security oauth2: [okta.apps.read] -> oauth2: [okta.apps.read, okta.oauthTokens.read]",
	}},
	{"both credentials demanded", edits{
		"getToken/security": "[{oauth2: [okta.apps.read], apiToken: []}]",
	}, []string{
		"breaks clients: getToken: security apiToken, oauth2: [okta.apps.read] -> apiToken and oauth2: [okta.apps.read]",
	}},
	{"API tokens no longer accepted", edits{
		"getToken/security": "[{oauth2: [okta.apps.read]}]",
	}, []string{
		"breaks clients: getToken: security without apiToken",
	}},
	{"security removed", edits{"getToken/security": ""}, []string{
		"breaks clients: getToken: security without apiToken, oauth2: [okta.apps.read]",
	}},
	{"security of the document, which each operation overrides", edits{"security": "[{apiToken: []}]"}, nil},
	{"security of the document instead of the operation's", edits{
		"security": "[{apiToken: []}]", "getToken/security": "",
	}, []string{
		"breaks clients: getToken: security without oauth2: [okta.apps.read]",
	}},
	{"operation removed", edits{"revokeToken": ""}, []string{
		"breaks clients: revokeToken: removed",
	}},
	{"operation added", edits{
		"token path/post": "{operationId: renewToken, responses: {'204': {description: Renewed}}}",
	}, []string{
		"harmless: POST /api/v1/apps/{appId}/tokens/{tokenId}: added",
	}},
	{"operation deprecated", edits{"revokeToken/deprecated": "true"}, []string{
		"may break clients: revokeToken: deprecated false -> true",
	}},
	{"operation renamed", edits{"revokeToken/x-upstream-operation-id": "revoke"}, []string{
		"harmless: revokeToken: operationId revokeOAuth2TokenForApplication -> revoke",
	}},
	{"operation with another tag, by which new ones are found", edits{"getToken/tags": "[AppTokens]"}, []string{
		"harmless: getToken: tags ApplicationTokens -> AppTokens",
	}},
	{"operation with a server of its own", edits{
		"getToken/servers": "[{url: https://tokens.example}]",
	}, []string{
		"may break clients: getToken/servers/https://tokens.example: added",
	}},
	{"operation with a lifecycle", edits{
		"getToken/x-okta-lifecycle": "{lifecycle: DEPRECATED, isGenerallyAvailable: false, SKUs: []}",
	}, []string{
		"may break clients: getToken: x-okta-lifecycle GA -> DEPRECATED",
	}},
	{"operation that is generally available, as all are", edits{
		"getToken/x-okta-lifecycle": "{lifecycle: GA, isGenerallyAvailable: true}",
	}, nil},
	{"operation with an extension", edits{"getToken/x-codegen-request-body-name": "body"}, nil},
	{"path removed", edits{"token path": ""}, []string{
		"breaks clients: getToken: removed",
		"breaks clients: revokeToken: removed",
	}},
	{"another server", edits{"servers": "[{url: https://api.okta.example}]"}, []string{
		"may break clients: servers/https://api.okta.example: added",
		"may break clients: servers/https://{yourOktaDomain}: removed",
	}},
}
