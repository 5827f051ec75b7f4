package main

import (
	"strings"
)

// effect is what a difference does to a client made from the contract.
type effect int

const (
	harmless effect = iota
	mayBreak
	breaks
)

func (e effect) String() string {
	return [...]string{"harmless", "may break clients", "breaks clients"}[e]
}

// A change is what became of a keyword, or of a name below one.
type change struct {
	keyword, name string
	from, to      any  // nil for none
	response      bool // in what a client receives
}

func (c change) lost() []any { return without(list(c.from), list(c.to)) }
func (c change) got() []any  { return without(list(c.to), list(c.from)) }

func without(values, others []any) (left []any) {
	for _, value := range values {
		if !contains(others, value) {
			left = append(left, value)
		}
	}
	return left
}

// effect judges a change. One that is not known to be harmless may break clients.
func (c change) effect() effect {
	switch c.keyword {
	case "operationId", "tags":
		return harmless
	case "operations", "securitySchemes", "flows", "scopes":
		return worse(c.to == nil, breaks)
	case "security":
		return worse(len(c.lost()) > 0, breaks)
	case "deprecated", lifecycle: // what is deprecated will be removed
		return worse(c.to != nil, mayBreak)
	case "moved", "problem":
		return breaks
	}
	if c.response {
		return c.inResponse()
	}
	return c.inRequest()
}

func worse(is bool, effect effect) effect {
	if is {
		return effect
	}
	return harmless
}

// inResponse judges a change of what a client receives. Ours cannot tell an optional property that is not sent from an
// empty one, so the loss of one breaks it. It keeps enums as strings, and gets on with a value that it does not know. It
// checks no bounds.
func (c change) inResponse() effect {
	switch c.keyword {
	case "responses":
		return worse(c.to == nil && strings.HasPrefix(c.name, "2"), breaks)
	case "properties", "content":
		return worse(c.to == nil, breaks)
	case "headers":
		return worse(c.to == nil, mayBreak)
	case "type", "format", "schema", "items", "oneOf", "anyOf", "not":
		return breaks
	case "nullable", "writeOnly":
		return worse(c.to == true, breaks)
	case "required":
		return worse(len(c.lost()) > 0, breaks)
	case "enum":
		switch {
		case c.to == nil:
			return breaks
		case c.from != nil && len(c.got()) > 0:
			return mayBreak
		}
		return harmless
	case "readOnly", "default", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems",
		"uniqueItems", "minProperties", "maxProperties", "additionalProperties":
		return harmless
	}
	return mayBreak
}

// inRequest judges a change of what a client sends.
func (c change) inRequest() effect {
	switch c.keyword {
	case "parameters", "requestBody":
		switch required := asMap(c.to)["required"] == true; {
		case required:
			return breaks
		case c.to == nil:
			return mayBreak
		}
		return harmless
	case "required":
		return worse(c.to == true || len(c.got()) > 0 && c.to != nil, breaks)
	case "enum":
		return worse(c.to != nil && (c.from == nil || len(c.lost()) > 0), breaks)
	case "pattern", "multipleOf":
		return worse(c.to != nil, breaks)
	case "maximum", "maxLength", "maxItems":
		return worse(c.to != nil && (c.from == nil || number(c.to) < number(c.from)), breaks)
	case "minimum", "minLength", "minItems":
		return worse(c.to != nil && (c.from == nil || number(c.to) > number(c.from)), breaks)
	case "default", "allowEmptyValue", "allowReserved", "readOnly":
		return harmless
	}
	return mayBreak
}

func number(value any) float64 {
	switch value := value.(type) {
	case int:
		return float64(value)
	case float64:
		return value
	}
	return 0
}
