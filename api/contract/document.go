package contract

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/apptokens"
)

// operation is an operation of the contract.
type operation struct {
	*openapi3.Operation
	method     string
	path       *regexp.Regexp // matches the escaped path, with a group for each path parameter
	parameters openapi3.Parameters
}

// operations returns the operations of the contract, sorted by method. It reads the contract once.
var operations = sync.OnceValue(func() (all []*operation) {
	document, err := openapi3.NewLoader().LoadFromData(apptokens.OpenAPI)
	if err != nil {
		panic(err) // a test validates the contract
	}
	for template, item := range document.Paths.Map() {
		for method, o := range item.Operations() {
			all = append(all, &operation{
				Operation:  o,
				method:     method,
				path:       pathPattern(template),
				parameters: append(item.Parameters[:len(item.Parameters):len(item.Parameters)], o.Parameters...),
			})
		}
	}
	slices.SortFunc(all, func(a, b *operation) int { return strings.Compare(a.method, b.method) })
	return all
})

var placeholder = regexp.MustCompile(`\\\{(\w+)\\\}`)

// pathPattern returns a pattern for a path template. Like package api, it allows the path prefix of a proxy.
func pathPattern(template string) *regexp.Regexp {
	pattern := placeholder.ReplaceAllString(regexp.QuoteMeta(template), `(?P<$1>[^/]+)`)
	return regexp.MustCompile(`^(?:/[\w~-][\w.~-]*)*` + pattern + "$")
}

// find returns the operation for a method and a path, or nil, and all operations of the path.
func find(method, path string) (found *operation, ofPath []*operation) {
	for _, o := range operations() {
		if o.path.MatchString(path) {
			ofPath = append(ofPath, o)
			if o.method == method {
				found = o
			}
		}
	}
	return found, ofPath
}

// findAny returns the operation that the response to a request is checked against, or nil for a path outside the
// contract. A method that the path does not have must be refused, unless it is OPTIONS or HEAD.
func findAny(req *http.Request) *operation {
	found, ofPath := find(req.Method, req.URL.EscapedPath())
	if found == nil && len(ofPath) > 0 && req.Method != http.MethodOptions && req.Method != http.MethodHead {
		return unsupportedMethod(ofPath[0])
	}
	return found
}

// unusedMethod returns a method that the contract does not have for a path.
func unusedMethod(path string) string {
	for _, method := range []string{http.MethodPost, http.MethodPut} {
		if found, _ := find(method, path); found == nil {
			return method
		}
	}
	return http.MethodPatch
}

// pathValue returns the value of a path parameter, as sent.
func (o *operation) pathValue(path, name string) string {
	return o.path.FindStringSubmatch(path)[o.path.SubexpIndex(name)]
}

// response returns the contract's response for a status, or nil if the status is a violation. The default response is
// for failures only.
func (o *operation) response(status int) *openapi3.Response {
	ref := o.Responses.Status(status)
	if ref == nil && status >= http.StatusBadRequest {
		ref = o.Responses.Default()
	}
	if ref == nil {
		return nil
	}
	return ref.Value
}

// unsupportedMethod returns an operation for the path of o that allows failures only.
func unsupportedMethod(o *operation) *operation {
	refused := *o
	operation := *o.Operation
	operation.OperationID = "unsupported method"
	operation.Responses = openapi3.NewResponsesWithCapacity(o.Responses.Len())
	for status, response := range o.Responses.Map() {
		if !strings.HasPrefix(status, "2") {
			operation.Responses.Set(status, response)
		}
	}
	refused.Operation = &operation
	return &refused
}

// statuses describes the statuses that the contract allows, for messages.
func (o *operation) statuses() string {
	var statuses []string
	for status := range o.Responses.Map() {
		if strings.HasPrefix(status, "2") {
			statuses = append(statuses, status)
		}
	}
	return strings.Join(append(statuses, "a failure"), " or ")
}
