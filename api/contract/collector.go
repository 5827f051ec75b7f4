package contract

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/apptokens/api/internal/text"
)

// collector collects the violations of one request or response.
type collector struct {
	base    Violation // the fields that all of them share
	secrets secrets
	found   []Violation
	unknown func(Violation) // called for unknown properties; may be nil
}

func (c *collector) add(where, pointer, rule string, value any, reason string) {
	v := c.base
	v.Where, v.Pointer, v.Rule = where, c.secrets.clean(pointer, maxPath), rule
	v.Reason = c.secrets.clean(reason, text.MaxSentence)
	if value != nil {
		v.Value = c.secrets.shown(value)
	}
	c.found = append(c.found, v)
}

// values checks the values of a parameter or a header, which must not be repeated.
func (c *collector) values(where string, values []string, required bool, schema *openapi3.Schema) {
	switch {
	case len(values) == 0 && required:
		c.add(where, "", "required", nil, "it is missing")
	case len(values) > 1:
		c.add(where, "", "single", strings.Join(values, ", "), "want one value")
	case len(values) == 1 && schema.Type.Is(openapi3.TypeInteger):
		n, err := strconv.ParseInt(values[0], 10, 64)
		if err != nil {
			c.add(where, "", "type", values[0], "want an integer")
			return
		}
		c.schema(where, schema, n)
	case len(values) == 1:
		c.schema(where, schema, values[0])
	}
}

// dateTime validates times as package api decodes them, without leap seconds.
var dateTime = openapi3.NewCallbackValidator(func(value string) error {
	quoted, err := jsontext.AppendQuote(nil, value)
	if err != nil {
		return err
	}
	if json.Unmarshal(quoted, new(time.Time)) != nil {
		return errors.New("want RFC 3339, without leap seconds")
	}
	return nil
})

// schema checks a value against its schema and collects every violation.
func (c *collector) schema(where string, schema *openapi3.Schema, value any) {
	err := schema.VisitJSON(value, openapi3.VisitAsResponse(), openapi3.EnableFormatValidation(), openapi3.MultiErrors(),
		openapi3.WithStringFormatValidator("date-time", dateTime))
	for _, failure := range flatten(err) {
		pointer := ""
		for _, name := range failure.JSONPointer() {
			pointer += "/" + escape(name)
		}
		c.add(where, pointer, failure.SchemaField, failure.Value, failure.Reason)
		if failure.Value == nil {
			c.found[len(c.found)-1].Value = "null"
		}
	}
}

// flatten returns all schema errors in an error of kin-openapi.
func flatten(err error) (all []*openapi3.SchemaError) {
	var several openapi3.MultiError
	var one *openapi3.SchemaError
	switch {
	case err == nil:
	case errors.As(err, &several):
		for _, err := range several {
			all = append(all, flatten(err)...)
		}
	case errors.As(err, &one):
		all = append(all, one)
	default:
		all = append(all, &openapi3.SchemaError{SchemaField: "schema", Reason: err.Error()})
	}
	return all
}

// escape returns a name as a reference token of a JSON pointer.
func escape(name string) string { return escaper.Replace(name) }

var escaper = strings.NewReplacer("~", "~0", "/", "~1")
