// Package apptokens holds the OpenAPI contract of Okta's four Application Tokens endpoints.
//
// Programs import the client, example.com/apptokens/api; this package is for those that check or show the contract.
package apptokens

import _ "embed"

//go:generate go tool oapi-codegen -config gen/oapi-codegen.yaml -o gen/tokens.gen.go openapi.yaml
//go:generate go run ./internal/reference

// OpenAPI is the contract, openapi.yaml: an OpenAPI 3.0.3 document in YAML. Treat it as read-only.
//
//go:embed openapi.yaml
var OpenAPI []byte
