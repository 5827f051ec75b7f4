package contract

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/apptokens/api/internal/header"
	"example.com/apptokens/api/internal/text"
)

// checkResponse returns the violations in a response. It calls unknown, unless that is nil, for each property that the
// contract does not have.
func checkResponse(
	o *operation, req *http.Request, secrets secrets, status int, header http.Header, body []byte, unknown func(Violation),
) []Violation {
	c := &collector{secrets: secrets, unknown: unknown, base: Violation{
		Operation: o.OperationID, Method: req.Method,
		Path:      secrets.clean(req.URL.EscapedPath(), maxPath),
		RequestID: secrets.clean(header.Get("X-Okta-Request-Id"), text.MaxValue),
	}}
	response := o.response(status)
	if response == nil {
		c.add("response status", "", "status", status, "want "+o.statuses())
		return c.found
	}
	c.headers(response, header)
	c.body(response, header, body)
	return c.found
}

func (c *collector) headers(response *openapi3.Response, sent http.Header) {
	for _, name := range slices.Sorted(maps.Keys(response.Headers)) {
		schema, required := response.Headers[name].Value.Schema.Value, response.Headers[name].Value.Required
		values := sent.Values(name)
		if name == "Link" && len(values) > 0 {
			c.links(values)
			continue
		}
		c.values("response header "+name, values, required, schema)
	}
}

// links parses Link headers as package api does.
func (c *collector) links(lines []string) {
	links, err := header.ParseLinks(lines)
	switch {
	case err != nil:
		c.add("response header Link", "", "link", strings.Join(lines, ", "), err.Error())
	case !links.Self:
		c.add("response header Link", "", "self", strings.Join(lines, ", "), "want a link with the relation self")
	}
}

func (c *collector) body(response *openapi3.Response, header http.Header, body []byte) {
	content := response.Content["application/json"]
	switch {
	case content == nil && len(body) > 0:
		c.add("response body", "", "body", string(body), "want no body")
		return
	case content == nil:
		return
	case len(body) == 0 && header.Get("WWW-Authenticate") != "" && response.Headers["WWW-Authenticate"] != nil:
		return
	}
	if kind, _, err := mime.ParseMediaType(header.Get("Content-Type")); err != nil || kind != "application/json" {
		c.add("response header Content-Type", "", "content type", header.Get("Content-Type"), "want application/json")
		return
	}
	plain, err := decompress(header, body)
	switch {
	case err != nil:
		c.add("response header Content-Encoding", "", "encoding", header.Get("Content-Encoding"), err.Error())
		return
	case len(plain) > maxBody:
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(plain))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil || decoder.Decode(&struct{}{}) != io.EOF {
		c.add("response body", "", "JSON", string(plain), "the body is not JSON")
		return
	}
	c.schema("response body", content.Schema.Value, value)
	if c.unknown != nil {
		c.properties("", content.Schema.Value, value)
	}
}

// decompress returns a body without its content encoding. It decompresses at most maxBody+1 bytes.
func decompress(header http.Header, body []byte) ([]byte, error) {
	switch strings.ToLower(strings.Join(header.Values("Content-Encoding"), ", ")) {
	case "", "identity":
		return body, nil
	case "gzip":
		reader, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(io.LimitReader(reader, maxBody+1))
	}
	return nil, errors.New("want gzip or no encoding")
}

// properties reports the properties that the contract does not have, at any depth.
func (c *collector) properties(pointer string, schema *openapi3.Schema, value any) {
	switch value := value.(type) {
	case []any:
		if schema.Items == nil {
			return
		}
		for i, item := range value {
			c.properties(pointer+"/"+strconv.Itoa(i), schema.Items.Value, item)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			property, known := value[name], schema.Properties[name]
			if known == nil {
				v := c.base
				v.Where, v.Rule = "response body", "unknown property"
				v.Pointer = c.secrets.clean(pointer+"/"+escape(name), maxPath)
				v.Value, v.Reason = c.secrets.shown(property), "the contract has no such property"
				c.unknown(v)
				continue
			}
			c.properties(pointer+"/"+escape(name), known.Value, property)
		}
	}
}
