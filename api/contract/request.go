package contract

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/header"
)

// checkRequest returns the operation of a request, or nil if the contract has none, and the violations in the request.
func checkRequest(req *http.Request) (*operation, []Violation) {
	path := req.URL.EscapedPath()
	credentials := secrets(header.Credentials(req))
	c := &collector{base: Violation{Method: req.Method, Path: credentials.clean(path, maxPath)}, secrets: credentials}
	o, ofPath := find(req.Method, path)
	switch {
	case o == nil && len(ofPath) > 0:
		var methods []string
		for _, o := range ofPath {
			methods = append(methods, o.method)
		}
		c.add("request method", "", "method", req.Method, "the path supports "+strings.Join(methods, " and "))
		return nil, c.found
	case o == nil:
		c.add("request path", "", "path", path, "the contract has no such path")
		return nil, c.found
	}
	c.base.Operation = o.OperationID
	query, err := url.ParseQuery(strings.ReplaceAll(req.URL.RawQuery, ";", "%3B")) // which a cursor may contain
	if err != nil {
		c.add("request query", "", "encoding", req.URL.RawQuery, "the query is not URL-encoded")
	}
	for _, ref := range o.parameters {
		switch p := ref.Value; p.In {
		case openapi3.ParameterInPath:
			c.pathParameter(o, path, p)
		case openapi3.ParameterInQuery:
			c.values("request query "+p.Name, query[p.Name], p.Required, p.Schema.Value)
		}
	}
	c.authorization(req)
	if req.Body != nil && req.Body != http.NoBody {
		c.add("request body", "", "body", "a body", "the operation has no request body")
	}
	return o, c.found
}

// pathParameter checks an ID in the path. One with a slash, or "..", would lead to another resource.
func (c *collector) pathParameter(o *operation, path string, p *openapi3.Parameter) {
	sent := o.pathValue(path, p.Name)
	value, err := url.PathUnescape(sent)
	if err != nil || api.CheckID("ID", value) != nil {
		c.add("request path "+p.Name, "", "id", sent, `want an ID of letters, digits, "-", "_", "." and "~"`)
	}
}

// schemes are the authorization schemes of the contract's security schemes. Okta's OAuth 2.0 accepts DPoP (RFC 9449) as
// well as Bearer.
var schemes = []string{"SSWS", "Bearer", "DPoP"}

// authorization checks that there is one credential, of a known scheme. Violations never show it.
func (c *collector) authorization(req *http.Request) {
	values := req.Header.Values("Authorization")
	if len(values) == 0 {
		c.add("request authorization", "", "required", nil, "there is no Authorization header")
		return
	}
	scheme, credential, _ := strings.Cut(values[0], " ")
	known := slices.ContainsFunc(schemes, func(s string) bool { return strings.EqualFold(s, scheme) })
	if len(values) > 1 || credential == "" || !known {
		c.add("request authorization", "", "security", nil, "want one credential, with the scheme SSWS, Bearer or DPoP")
	}
}
