package main

import (
	"fmt"
	"maps"
	"os"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/flatten/allof"
	"github.com/oasdiff/oasdiff/flatten/commonparams"
)

func load(file string) (*openapi3.T, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	document, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read as an OpenAPI 3 document: %w", file, err)
	}
	if !strings.HasPrefix(document.OpenAPI, "3.") || document.Info == nil {
		return nil, fmt.Errorf("%s is no OpenAPI 3 document: it says openapi: %q, and needs 3.x and an info object",
			file, document.OpenAPI)
	}
	return document, nil
}

// operationNames maps paths and methods of the contract to operation ids: a short name for where a difference is.
func operationNames(contract *openapi3.T) map[string]string {
	names := map[string]string{}
	for path, item := range contract.Paths.Map() {
		for method, operation := range item.Operations() {
			names[path+"/"+method] = operation.OperationID
		}
	}
	return names
}

// strip takes out of the contract what is marked as beyond upstream, and gives the operations Okta's ids.
func strip(contract *openapi3.T) {
	beyond := func(extensions map[string]any) bool { return extensions["x-beyond-upstream"] == true }
	for _, item := range contract.Paths.Map() {
		for _, operation := range item.Operations() {
			operation.OperationID, _ = operation.Extensions["x-upstream-operation-id"].(string)
			for status, response := range operation.Responses.Map() {
				if beyond(response.Value.Extensions) {
					operation.Responses.Delete(status)
				}
				maps.DeleteFunc(response.Value.Headers, func(_ string, header *openapi3.HeaderRef) bool {
					return beyond(header.Value.Extensions)
				})
			}
		}
	}
}

// restrict leaves of upstream what the contract speaks of: its paths, whatever their parameters are called, and its
// security schemes. It reports whether there is any of the paths.
func restrict(upstream, contract *openapi3.T) (found bool) {
	for path := range upstream.Paths.Map() {
		if contract.Paths.Find(path) == nil {
			upstream.Paths.Delete(path)
		}
	}
	if upstream.Components == nil {
		upstream.Components = &openapi3.Components{}
	}
	maps.DeleteFunc(upstream.Components.SecuritySchemes, func(name string, _ *openapi3.SecuritySchemeRef) bool {
		return contract.Components.SecuritySchemes[name] == nil
	})
	for name, scheme := range upstream.Components.SecuritySchemes {
		alignScopes(scopes(scheme), scopes(contract.Components.SecuritySchemes[name]))
	}
	return upstream.Paths.Len() > 0
}

// alignScopes leaves of their scopes those that are ours, too. What is said of a scope is a description like any other.
func alignScopes(theirs, ours map[string]string) {
	maps.DeleteFunc(theirs, func(scope, _ string) bool { _, known := ours[scope]; return !known })
	maps.Copy(ours, theirs)
}

func scopes(scheme *openapi3.SecuritySchemeRef) map[string]string {
	if flows := scheme.Value.Flows; flows != nil && flows.AuthorizationCode != nil {
		return flows.AuthorizationCode.Scopes
	}
	return nil
}

// normalize makes two ways to write the same thing one: parameters stand in the operations, and allOf is merged.
// Components go: operations have those that they refer to, and what cannot be merged elsewhere is none of our business.
func normalize(document *openapi3.T) error {
	document.Components = &openapi3.Components{SecuritySchemes: document.Components.SecuritySchemes}
	commonparams.Move(document)
	if _, err := allof.MergeSpec(document); err != nil {
		return fmt.Errorf("cannot merge the allOf schemas of %s %s: %w", document.Info.Title, document.Info.Version, err)
	}
	return nil
}
