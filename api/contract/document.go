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

// operation is one of the contract's operations.
type operation struct {
	*openapi3.Operation
	method     string
	path       *regexp.Regexp // of the escaped path, with a group for each path parameter
	parameters openapi3.Parameters
}

// operations reads the contract, once. They are sorted by method.
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

// pathPattern lets an org be below a path prefix, as package api does.
func pathPattern(template string) *regexp.Regexp {
	pattern := placeholder.ReplaceAllString(regexp.QuoteMeta(template), `(?P<$1>[^/]+)`)
	return regexp.MustCompile(`^(?:/[\w~-][\w.~-]*)*` + pattern + "$")
}

// find returns the operation of a request, and all operations of its path.
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

// unusedMethod returns a method that the contract does not have for a path.
func unusedMethod(path string) string {
	for _, method := range []string{http.MethodPost, http.MethodPut} {
		if found, _ := find(method, path); found == nil {
			return method
		}
	}
	return http.MethodPatch
}

// pathValue returns a path parameter as it was sent.
func (o *operation) pathValue(path, name string) string {
	return o.path.FindStringSubmatch(path)[o.path.SubexpIndex(name)]
}

// response returns what the contract says about a status. Its default covers failures only: a status below 400 that is
// not listed is a violation.
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

// otherMethod stands for a method that the path of an operation does not have: whatever the answer, it must be a
// failure.
func otherMethod(o *operation) *operation {
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

// listed returns the statuses of success, for messages.
func (o *operation) listed() string {
	var statuses []string
	for status := range o.Responses.Map() {
		if strings.HasPrefix(status, "2") {
			statuses = append(statuses, status)
		}
	}
	return strings.Join(append(statuses, "a failure"), " or ")
}
