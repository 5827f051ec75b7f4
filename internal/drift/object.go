package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An object is a part of a document as it is compared: its references are followed, allOf is merged, and what no client
// can see is left out.
type object struct {
	keywords map[string]any // what they hold is as it stands in the document
	schema   string         // its name, if it is one of the document's schemas
	beyond   bool           // Okta's document does not have it, on purpose
	problem  string         // why there are no keywords to compare
}

var (
	// documentation is for people.
	documentation = []string{"description", "summary", "title", "example", "examples", "externalDocs", "tags", "$comment"}
	// defaults are what OpenAPI says of a keyword that is missing.
	defaults = map[string]any{
		"required": false, "deprecated": false, "nullable": false, "readOnly": false, "writeOnly": false, "uniqueItems": false,
		"allowEmptyValue": false, "allowReserved": false, "exclusiveMinimum": false, "exclusiveMaximum": false,
		"additionalProperties": true, lifecycle: "GA",
	}
)

const (
	beyondUpstream = "x-beyond-upstream"
	// lifecycle is how Okta says that an operation or a property is on its way in, or out.
	lifecycle = "x-okta-lifecycle"
)

func (d *document) object(value any) object {
	keywords, schema, problem := d.expand(value, nil)
	if problem != "" {
		return object{problem: problem}
	}
	o := object{keywords: map[string]any{}, schema: schema, beyond: keywords[beyondUpstream] == true}
	for key, value := range keywords {
		if stage := asMap(value)["lifecycle"]; key == lifecycle && stage != nil {
			value = stage
		}
		if value != nil && !isEmpty(key, value) && !isDefault(key, value) && !isSilent(key) {
			o.keywords[key] = value
		}
	}
	if types, ok := keywords["type"].([]any); ok && slices.Contains(types, any("null")) { // OpenAPI 3.1
		o.keywords["type"] = slices.DeleteFunc(slices.Clone(types), func(name any) bool { return name == "null" })
		o.keywords["nullable"] = true
	}
	for _, key := range list(keywords[beyondUpstream]) {
		delete(o.keywords, fmt.Sprint(key))
	}
	return o
}

func isSilent(key string) bool {
	return slices.Contains(documentation, key) || strings.HasPrefix(key, "x-") && key != lifecycle
}

// isEmpty reports whether a keyword says as much as a missing one.
func isEmpty(key string, value any) bool {
	items, isList := value.([]any)
	return !holdsValues(key) && key != "not" && (isList && len(items) == 0 || isMap(value) && len(asMap(value)) == 0)
}

// holdsValues reports whether a keyword holds JSON, in which nothing is a keyword.
func holdsValues(key string) bool { return key == "default" || key == "const" || key == "enum" }

func isDefault(key string, value any) bool { return value == defaults[key] }

// expand follows the references of an object, and merges its allOf. seen are the references that led to it.
func (d *document) expand(value any, seen []string) (keywords map[string]any, schema, problem string) {
	if value != nil && !isMap(value) {
		return nil, "", "not an object: " + show(value)
	}
	keywords = asMap(value)
	if ref, ok := keywords["$ref"].(string); ok {
		target, found := d.follow(ref)
		if !found || slices.Contains(seen, ref) {
			return nil, "", "the reference " + ref + " leads nowhere"
		}
		name, isSchema := strings.CutPrefix(ref, "#/components/schemas/")
		if isSchema {
			schema = name
		}
		seen = append(seen[:len(seen):len(seen)], ref)
		if d.openAPI == "3.0" || len(keywords) == 1 { // which ignores what stands beside a reference
			keywords, _, problem = d.expand(target, seen)
			return keywords, schema, problem
		}
		beside := maps.Clone(keywords)
		delete(beside, "$ref")
		keywords, problem = d.merge([]any{target, beside}, seen)
		return keywords, schema, problem
	}
	if parts, ok := keywords["allOf"].([]any); ok {
		beside := maps.Clone(keywords)
		delete(beside, "allOf")
		keywords, problem = d.merge(append(parts[:len(parts):len(parts)], beside), seen)
	}
	return keywords, "", problem
}

// merge returns the keywords of a schema that all of some schemas describe.
func (d *document) merge(parts []any, seen []string) (merged map[string]any, problem string) {
	merged = map[string]any{}
	for _, part := range parts {
		keywords, _, problem := d.expand(part, seen)
		if problem != "" {
			return nil, problem
		}
		for key, value := range keywords {
			if old, ok := merged[key]; ok {
				if value, problem = both(key, old, value); problem != "" {
					return nil, problem
				}
			}
			merged[key] = value
		}
	}
	return merged, ""
}

// both returns the value of a keyword that two schemas of an allOf have.
func both(key string, one, other any) (value any, problem string) {
	switch {
	case isSilent(key) || equal(one, other):
		return other, ""
	case key == "properties":
		properties := maps.Clone(asMap(one))
		for name, property := range asMap(other) {
			if old, ok := properties[name]; ok {
				property = map[string]any{"allOf": []any{old, property}}
			}
			properties[name] = property
		}
		return properties, ""
	case key == "required":
		return append(slices.Clone(list(one)), list(other)...), ""
	case key == "enum":
		return slices.DeleteFunc(slices.Clone(list(one)), func(value any) bool { return !contains(list(other), value) }), ""
	case isMap(one) && isMap(other):
		return map[string]any{"allOf": []any{one, other}}, ""
	case isDefault(key, one):
		return other, ""
	case isDefault(key, other):
		return one, ""
	}
	return nil, fmt.Sprintf("its allOf cannot be merged: %s is %s and %s", key, show(one), show(other))
}

func isMap(value any) bool { return asMap(value) != nil }

// asMap returns the keys and values of a mapping; nil for anything else.
func asMap(value any) map[string]any {
	switch value := value.(type) {
	case map[string]any:
		return value
	case map[any]any:
		object := map[string]any{}
		for key, value := range value {
			object[fmt.Sprint(key)] = value
		}
		return object
	}
	return nil
}

// list returns a list, or a list of one scalar.
func list(value any) []any {
	switch value := value.(type) {
	case nil:
		return nil
	case []any:
		return value
	}
	return []any{value}
}

func contains(values []any, value any) bool {
	return slices.ContainsFunc(values, func(other any) bool { return equal(other, value) })
}

func equal(one, other any) bool { return encode(one) == encode(other) }

// encode makes 20 and 20.0 the same, and 20 and "20" not.
func encode(value any) string {
	if text, err := json.Marshal(value); err == nil {
		return string(text)
	}
	return fmt.Sprintf("%#v", value) // json knows no map[any]any and no NaN
}

// show returns a value as reports show it.
func show(value any) string {
	text := fmt.Sprint(value)
	switch {
	case isMap(value), value == nil:
		text = encode(value)
	case isList(value):
		text = "[" + words(list(value)) + "]"
	}
	if short := []rune(text); len(short) > 60 {
		text = string(short[:59]) + "…"
	}
	return text
}
