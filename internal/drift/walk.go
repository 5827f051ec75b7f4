package main

import (
	"reflect"
	"strings"

	"github.com/oasdiff/oasdiff/diff"
)

// walk calls found for each single difference in all, while all holds this one and no other: so the checker, which
// judges whole diffs, can judge one. After that, all is as it was.
//
// oasdiff has a type for every object of OpenAPI; its fields are differences, or trees of them. Reflection spares
// naming those types, and sees what a later version adds.
func walk(all *diff.Diff, found func(where, what string)) {
	walker{found: found}.fields(reflect.ValueOf(all).Elem(), "")
}

type walker struct {
	found func(where, what string)
	verb  string // what became of the names in a list, or of an object
}

// visit walks through a part of the object at where. Not every part has a name that tells something. A list is cut down
// by putting a shorter one in its place.
func (w walker) visit(part reflect.Value, where, name string, put func(reflect.Value)) {
	if what := describe(part.Interface()); what != "" {
		w.found(where, name+" "+what)
		return
	}
	where = join(where, name)
	if schema, ok := part.Interface().(*diff.SchemaDiff); ok && isPath(where) && schema.BaseComponent != "" {
		where = schema.BaseComponent // operations share it, so the way to it is left out
	}
	switch part.Kind() {
	case reflect.Pointer:
		w.fields(part.Elem(), where)
	case reflect.Map:
		w.entries(part, where)
	case reflect.Slice: // of names
		for i := range part.Len() {
			put(part.Slice(i, i+1))
			w.found(join(where, part.Index(i).String()), w.verb)
		}
	case reflect.Bool:
		w.found(where, w.verb)
	}
}

// fields visits what differs in an object, each difference while the others are taken out.
func (w walker) fields(object reflect.Value, where string) {
	whole := reflect.New(object.Type()).Elem()
	whole.Set(object)
	fields := fieldsOf(object.Type())
	for _, field := range fields {
		for _, other := range fields {
			takeOut(object.Field(other.index))
		}
		if part := whole.Field(field.index); !part.IsZero() {
			put := object.Field(field.index).Set
			put(part)
			walker{w.found, field.verb}.visit(part, where, field.name, put)
		}
	}
	object.Set(whole)
}

// takeOut leaves an empty map rather than nil, since some checks skip an object whose maps are nil.
func takeOut(field reflect.Value) {
	field.SetZero()
	if field.Kind() == reflect.Map {
		field.Set(reflect.MakeMap(field.Type()))
	}
}

// entries visits what differs in the values of a map, each while the others are taken out.
func (w walker) entries(object reflect.Value, where string) {
	whole := reflect.MakeMap(object.Type())
	putAll(whole, object)
	for _, key := range whole.MapKeys() {
		object.Clear()
		put := func(part reflect.Value) { object.SetMapIndex(key, part) }
		put(whole.MapIndex(key))
		w.visit(whole.MapIndex(key), where, key.String(), put)
	}
	putAll(object, whole)
}

func putAll(to, from reflect.Value) {
	for _, key := range from.MapKeys() {
		to.SetMapIndex(key, from.MapIndex(key))
	}
}

func isPath(where string) bool { return strings.HasPrefix(where, "/") }

func join(where, name string) string {
	if where == "" || name == "" {
		return where + name
	}
	return where + "/" + name
}
