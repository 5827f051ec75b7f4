package main

const issuer = "        issuer:\n          type: string\n"

// recorded tests that a token that was recorded fills every field.
var recorded = [][]string{{"test", "-vet=off", "-run", "Recorded", "./api"}}

var schemaChanges = []change{
	{
		name:     "description only",
		contract: replaced("identifies the user who holds the token", "identifies the holder of the token"),
		proof:    map[string]string{"gen/tokens.gen.go": "UserID identifies the holder of the token"},
	},
	{
		name: "new optional property",
		contract: replaced(issuer, `
        jkt:
          type: string
          x-order: 12
          description: is the thumbprint of the DPoP key.
`[1:]+issuer),
		drift:     []string{"Token/jkt: added"},
		checklist: []string{"gen/overlay.yaml", "api/oktatest/token.go", "cmd/apptokens/columns.go", "api/token_test.go"},
		also:      recorded,
		steps:     []step{recordedWithout("Jkt")},
		proof:     map[string]string{"api/REFERENCE.md": "| `jkt` | `Jkt` | `string` | is the thumbprint of the DPoP key |"},
	},
	{
		name: "new nested object",
		contract: replaced(
			issuer, "        device:\n          $ref: '#/components/schemas/Device'\n"+issuer,
			"    TokenStatus:\n", `
    Device:
      type: object
      x-order: 12
      description: is where the token is kept.
      properties:
        system:
          type: object
          description: is what it runs.
          properties:
            name: {type: string, description: is its name.}
    TokenStatus:
`[1:]),
		drift:     []string{"Token/device: added"},
		checklist: []string{"gen/overlay.yaml", "api/model.go", "api/token_test.go"},
		also:      recorded,
		steps: []step{
			{
				fails:  []string{`api/model\.go: add Device = gen\.Device`},
				follow: []edit{{file: "api/model.go", from: "\tTokenEmbedded = ", to: "\tDevice = gen.Device\n\tTokenEmbedded = "}},
			},
			recordedWithout("Device"),
		},
		proof: map[string]string{"api/REFERENCE.md": "| `device` | `Device` |"},
	},
	{
		name:      "enum value in the middle",
		contract:  replaced("enum: [ACTIVE, REVOKED]", "enum: [ACTIVE, EXPIRED, REVOKED]"),
		drift:     []string{"Token/status: enum with EXPIRED"},
		checklist: []string{"api/model.go", "api/bulk/revoke.go", "api/contract/writeprobes.go", "api/oktatest/token.go", "api/contract/README.md"},
		steps: []step{
			{
				fails:  []string{`api/model\.go: add TokenStatusExpired = gen\.TokenStatusExpired`},
				follow: []edit{{file: "api/model.go", from: "\tTokenStatusRevoked = ", to: "\tTokenStatusExpired = gen.TokenStatusExpired\n\tTokenStatusRevoked = "}},
			},
			statuses(`"ACTIVE","EXPIRED","REVOKED"`),
		},
		proof: map[string]string{"gen/tokens.gen.go": `
			TokenStatusActive  TokenStatus = "ACTIVE"
			TokenStatusExpired TokenStatus = "EXPIRED"
			TokenStatusRevoked TokenStatus = "REVOKED"`},
	},
	{
		name:      "enum value removed",
		contract:  replaced("enum: [ACTIVE, REVOKED]", "enum: [ACTIVE]"),
		drift:     []string{"Token/status: enum without REVOKED"},
		checklist: []string{"api/model.go", "api/bulk/revoke.go", "api/contract/writeprobes.go"},
		steps: []step{
			{
				fails:  []string{`api/model\.go:.* undefined: gen\.TokenStatusRevoked`},
				follow: []edit{{file: "api/model.go", from: "\tTokenStatusRevoked = gen.TokenStatusRevoked\n"}},
			},
			{fails: []string{`api/bulk/revoke\.go:.* undefined: \w+\.TokenStatusRevoked`, `api/contract/writeprobes\.go:.* undefined`}},
		},
	},
	{
		name:      "property renamed",
		contract:  replaced("        userId:\n", "        subjectId:\n", "          userId: ", "          subjectId: "),
		drift:     []string{"Token/userId: removed", "Token/subjectId: added"},
		checklist: []string{"api/oktatest/token.go", "cmd/apptokens/columns.go"},
		steps:     []step{{fails: []string{`api/bulk/filter\.go:.* token\.UserID undefined`, `api/oktatest/token\.go:.* unknown field UserID`}}},
	},
	{
		name: "property from string to integer",
		contract: replaced("        userId:\n          type: string\n", "        userId:\n          type: integer\n",
			"example: 00unkw1sfbTw08c0g1d7", "example: 7", "userId: 00unkw1sfbTw08c0g1d7", "userId: 7"),
		drift:     []string{"Token/userId: type string -> integer"},
		checklist: []string{"api/oktatest/token.go", "cmd/apptokens/columns.go"},
		steps:     []step{{fails: []string{`api/bulk/filter\.go:.* type int of token\.UserID`, `api/oktatest/token\.go:.* cannot use user\.id`}}},
	},
	{
		name:      "property from string to object",
		contract:  replaced(issuer, "        issuer:\n          type: object\n          properties: {url: {type: string}}\n"),
		drift:     []string{"Token/issuer: type string -> object", "Token/issuer/url: added"},
		checklist: []string{"api/oktatest/token.go", "cmd/apptokens/columns.go"},
		steps:     []step{{fails: []string{`api/bulk/filter\.go:.* token\.Issuer`, `api/oktatest/token\.go:.* cannot use base`}}},
	},
	{
		name: "property required, and one nullable",
		contract: replaced("    Token:\n      type: object\n", "    Token:\n      type: object\n      required: [id]\n",
			issuer, issuer+"          nullable: true\n"),
		drift: []string{"Token/issuer: nullable false -> true", "Token: required with id"},
		proof: map[string]string{"gen/tokens.gen.go": "ID string `json:\"id\"`", "api/REFERENCE.md": "| `issuer` | `Issuer` |"},
	},
	{
		name:      "OpenAPI 3.1",
		contract:  replaced("openapi: 3.0.3", "openapi: 3.1.0"),
		drift:     []string{"document: openapi 3.0 -> 3.1"},
		checklist: []string{"internal/drift/deliberate.yaml", "generate.go"},
		steps: []step{{
			fails:  []string{`generate\.go:\d+: the version of OpenAPI is "3\.0\.3"`},
			follow: []edit{{file: "generate.go", from: "3.0.3", to: "3.1.0"}},
		}},
	},
}

// recordedWithout is what a new property fails: the token that was recorded does not have it.
func recordedWithout(field string) step {
	return step{
		fails:  []string{`token_test\.go:\d+: ` + field + ` is .* list it in recordedWithout`},
		follow: []edit{{file: "api/token_test.go", from: `recordedWithout = []string{"Embedded"`, to: `recordedWithout = []string{"Embedded", "` + field + `"`}},
	}
}

// statuses is what another list of statuses fails: the guide to package contract shows it.
func statuses(list string) step {
	return step{
		fails:  []string{`api/contract/README\.md:\d+: the list of statuses is`},
		follow: []edit{{file: "api/contract/README.md", from: `allowed values ["ACTIVE","REVOKED"]`, to: "allowed values [" + list + "]"}},
	}
}
