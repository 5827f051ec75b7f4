package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/oasdiff/oasdiff/diff"
)

// A field of one of oasdiff's types that is a difference. It has a name that tells where the difference is, or a verb
// that tells what it is, or neither.
type field struct {
	index      int
	name, verb string
}

var (
	verbs = map[string]string{"added": "added", "schemaAdded": "added", "deleted": "removed", "schemaDeleted": "removed"}
	// keywords are OpenAPI's for the names that oasdiff has made up, or that say nothing.
	keywords = map[string]string{
		"added": "", "schemaAdded": "", "deleted": "", "schemaDeleted": "", "modified": "",
		"components": "", "paths": "", "operations": "", "properties": "", "schema": "",
		"openAPI": "openapi", "operationID": "operationId", "securityRequirements": "security", "OAuthFlows": "flows",
		"min": "minimum", "max": "maximum", "minProps": "minProperties", "maxProps": "maxProperties",
		"exclusiveMin": "exclusiveMinimum", "exclusiveMax": "exclusiveMaximum",
		"additionalPropertiesAllowed": "additionalProperties",
	}
	// noDifference are the two sides, and what is documentation or says again what other fields say.
	noDifference = []string{"-", "externalDocs", "listOfTypes", "oneOfWrapping", "nullableWrapping"}
)

func fieldsOf(object reflect.Type) (fields []field) {
	for i := range object.NumField() {
		key, _, _ := strings.Cut(object.Field(i).Tag.Get("json"), ",")
		// Only a path parameter can differ in its name, which is not sent.
		ofParameter := object == reflect.TypeFor[diff.ParameterDiff]() && key == "name"
		if ofParameter || slices.Contains(noDifference, key) {
			continue
		}
		name, renamed := keywords[key]
		if !renamed {
			name = key
		}
		fields = append(fields, field{i, name, verbs[key]})
	}
	return fields
}

// describe tells how the values of a keyword differ. Of anything but a keyword it tells nothing.
func describe(part any) string {
	switch d := part.(type) {
	case *diff.ValueDiff:
		return fmt.Sprintf("%v -> %v", orNone(d.From), orNone(d.To))
	case *diff.StringsDiff:
		return describeList(d.Deleted, d.Added)
	case *diff.RequiredPropertiesDiff:
		return describeList(d.Deleted, d.Added)
	case *diff.EnumDiff:
		return describeList(d.Deleted, d.Added)
	case *diff.SubschemasDiff:
		return describeList(d.Deleted, d.Added)
	case *diff.SecurityRequirementsDiff:
		lost, got := slices.Clone(d.Deleted), slices.Clone(d.Added)
		for _, changed := range d.Modified {
			lost, got = append(lost, changed.Base), append(got, changed.Revision)
		}
		return describeList(lost, got)
	}
	return ""
}

func orNone(value any) any {
	if value == nil || value == "" {
		return "none"
	}
	return value
}

// describeList tells what a list lost and got.
func describeList[T any](lost, got []T) string {
	switch {
	case len(lost) > 0 && len(got) > 0:
		return list(lost) + " -> " + list(got)
	case len(lost) > 0:
		return "without " + list(lost)
	case len(got) > 0:
		return "with " + list(got)
	}
	return "changed"
}

func list[T any](values []T) string {
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = fmt.Sprint(value)
	}
	return strings.Join(words, ", ")
}
