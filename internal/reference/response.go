package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// addResponses adds the table of the responses, and the table of the headers with their statuses.
func (b *builder) addResponses(o *operation, responses *openapi3.Responses) {
	o.Responses.head = []string{"Status", "In Go", "Meaning"}
	o.Headers.head = []string{"Header", "Type", "Comes with", "Description"}
	headers, comesWith := map[string]*openapi3.Header{}, map[string][]string{}
	for _, status := range slices.SortedFunc(maps.Keys(responses.Map()), byStatus) {
		response := responses.Value(status).Value
		label := status
		if status == "default" {
			label = "other"
		}
		o.Responses.add(label+mark(response.Extensions), b.outcome(status), *response.Description)
		for name, header := range response.Headers {
			headers[name] = header.Value
			comesWith[name] = append(comesWith[name], label)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		header, statuses := headers[name], strings.Join(comesWith[name], ", ")
		if len(comesWith[name]) == responses.Len() {
			statuses = "all"
		}
		if !header.Required {
			statuses += "; not always"
		}
		o.Headers.add(code(name)+mark(header.Extensions), typeName(header.Schema), statuses, header.Description)
	}
}

// byStatus compares the statuses of responses. The longest one, "default", comes last.
func byStatus(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }

// outcome returns the error that the client returns for a status.
func (b *builder) outcome(status string) string {
	if strings.HasPrefix(status, "2") {
		return "no error"
	}
	return code(cmp.Or(b.errors[status], "*Error"))
}
