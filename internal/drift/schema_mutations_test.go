package main

var schemaMutations = []mutation{
	{"property removed", edits{"Token/properties/clientId": ""}, []string{
		"breaks clients: Token/clientId: removed",
	}},
	{"property added", edits{"Token/properties/jkt": "{type: string}"}, []string{
		"harmless: Token/jkt: added",
	}},
	{"property of another type", edits{"Token/properties/clientId/type": "integer"}, []string{
		"breaks clients: Token/clientId: type string -> integer",
	}},
	{"property without type", edits{"Token/properties/clientId/type": ""}, []string{
		"breaks clients: Token/clientId: type without string",
	}},
	{"property without format", edits{"Token/properties/expiresAt/format": ""}, []string{
		"breaks clients: Token/expiresAt: format date-time -> none",
	}},
	{"property with one of several types", edits{
		"Token/properties/issuer": "{oneOf: [{type: string}, {type: integer}]}",
	}, []string{
		"breaks clients: Token/issuer: type without string",
		"breaks clients: Token/issuer/oneOf/1: added",
		"breaks clients: Token/issuer/oneOf/2: added",
	}},
	{"property that nothing matches", edits{"Token/properties/issuer/not": "{}"}, []string{
		"breaks clients: Token/issuer/not: added",
	}},
	{"property nullable", edits{"Token/properties/issuer/nullable": "true"}, []string{
		"breaks clients: Token/issuer: nullable false -> true",
	}},
	{"property no longer read-only", edits{"Token/properties/id/readOnly": ""}, []string{
		"harmless: Token/id: readOnly true -> false",
	}},
	{"property write-only", edits{"Token/properties/issuer/writeOnly": "true"}, []string{
		"breaks clients: Token/issuer: writeOnly false -> true",
	}},
	{"property deprecated", edits{"Token/properties/issuer/deprecated": "true"}, []string{
		"may break clients: Token/issuer: deprecated false -> true",
	}},
	{"property described otherwise", edits{"Token/properties/issuer/description": "New words"}, nil},
	{"property with a default", edits{"TokenStatus/default": "ACTIVE"}, []string{
		"harmless: Token/status: default none -> ACTIVE",
	}},
	{"property with a minimal length", edits{"Token/properties/id/minLength": "3"}, []string{
		"harmless: Token/id: minLength none -> 3",
	}},
	{"property with a pattern", edits{"Token/properties/id/pattern": "^oar"}, []string{
		"harmless: Token/id: pattern none -> ^oar",
	}},
	{"property required", edits{"Token/required": "[id]"}, []string{
		"harmless: Token: required with id",
	}},
	{"property no longer required", edits{"SelfLink/required": ""}, []string{
		"breaks clients: Token/_links/self: required without href",
	}},
	{"property required in one of two parts", edits{"SelfLink/allOf": "[{required: [href]}, {required: [title]}]"}, []string{
		"harmless: Token/_links/self: required with title",
	}},
	{"enum with a new value", edits{"TokenStatus/enum": "[ACTIVE, REVOKED, EXPIRED]"}, []string{
		"may break clients: Token/status: enum with EXPIRED",
	}},
	{"enum with null", edits{"TokenStatus/enum": "[ACTIVE, REVOKED, null]"}, []string{
		"may break clients: Token/status: enum with null",
	}},
	{"enum with a value less", edits{"TokenStatus/enum": "[ACTIVE]"}, []string{
		"harmless: Token/status: enum without REVOKED",
	}},
	{"enum removed", edits{"TokenStatus/enum": ""}, []string{
		"breaks clients: Token/status: enum without ACTIVE, REVOKED",
	}},
	{"array with a maximal length", edits{"Token/properties/scopes/maxItems": "3"}, []string{
		"harmless: Token/scopes: maxItems none -> 3",
	}},
	{"array of unique items", edits{"Token/properties/scopes/uniqueItems": "true"}, []string{
		"harmless: Token/scopes: uniqueItems false -> true",
	}},
	{"array whose items two parts describe", edits{
		"Token/properties/scopes/allOf": "[{items: {type: string}}, {items: {minLength: 3}}]",
	}, []string{
		"harmless: Token/scopes/items: minLength none -> 3",
	}},
	{"array of another type", edits{"Token/properties/scopes/items/type": "integer"}, []string{
		"breaks clients: Token/scopes/items: type string -> integer",
	}},
	{"array of objects", edits{"Token/properties/scopes/items": "{type: object}"}, []string{
		"breaks clients: Token/scopes/items: type string -> object",
	}},
	{"more properties forbidden", edits{"Token/additionalProperties": "false"}, []string{
		"harmless: Token: additionalProperties true -> false",
	}},
	{"more properties allowed", edits{"Token/additionalProperties": "true"}, nil},
	{"more properties of a type", edits{"Token/additionalProperties": "{type: string}"}, []string{
		"harmless: Token/additionalProperties: added",
	}},
	{"property of errors removed", edits{"Error/properties/errorCode": ""}, []string{
		"breaks clients: Error/errorCode: removed",
	}},
}
