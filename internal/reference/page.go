package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// page is what the template shows.
type page struct {
	Version    string // of Okta's document
	Contents   table
	Operations []operation
	Errors     []string
	Error      model
	Models     []model
}

// builder holds what all parts of the page are built from.
type builder struct {
	binding
	contract *openapi3.T
	client   *source
	models   *source
}

func newPage(contract *openapi3.T, names binding, client, models *source) (p page, err error) {
	b := &builder{names, contract, client, models}
	p = page{Version: contract.Info.Version, Contents: table{head: []string{"Method", "HTTP request", "What it does"}}}
	for _, endpoint := range b.endpoints() {
		methods := b.methods(endpoint.OperationID)
		o, err := b.operation(methods, endpoint)
		if err != nil {
			return p, fmt.Errorf("%s: %w", endpoint.OperationID, err)
		}
		p.Operations = append(p.Operations, o)
		p.Contents.add(linksTo(methods), code(o.Request), endpoint.Summary)
	}
	p.Errors = b.errorValues()
	if p.Error, err = b.goType("Error"); err != nil {
		return p, err
	}
	p.Models, err = b.allModels()
	return p, err
}

// endpoint is an operation with its path and the parameters of the path.
type endpoint struct {
	*openapi3.Operation
	request    string
	parameters openapi3.Parameters
}

// endpoints returns the operations: reading ones first, and those on a whole app before those on one token.
func (b *builder) endpoints() (endpoints []endpoint) {
	for path, item := range b.contract.Paths.Map() {
		for method, operation := range item.Operations() {
			endpoints = append(endpoints, endpoint{
				Operation: operation,
				request:   method + " " + path,
				// The parameters of the path come first, as in the methods.
				parameters: slices.Concat(item.Parameters, operation.Parameters),
			})
		}
	}
	key := func(e endpoint) string { return strings.TrimPrefix(e.request, "GET") } // a space sorts before other methods
	slices.SortFunc(endpoints, func(a, b endpoint) int { return strings.Compare(key(a), key(b)) })
	return endpoints
}

// linksTo returns links from methods to the section that they share.
func linksTo(methods []string) string {
	var links []string
	for _, method := range methods {
		links = append(links, linkTo(methods[0], code(method)))
	}
	return strings.Join(links, ", ")
}

// mark returns the mark for additions to Okta's document, or "".
func mark(extensions map[string]any) string {
	if extensions["x-beyond-upstream"] == true {
		return " †"
	}
	return ""
}
