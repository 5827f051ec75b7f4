package main

import (
	"fmt"
	"go/ast"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// model is a type: a schema of the contract or a type of the client.
type model struct {
	Name  string
	Doc   string
	Table table // of the fields, or of the values
}

// allModels returns the client's types, then the model that the operations return, then the schemas that it refers to.
func (b *builder) allModels() ([]model, error) {
	var models []model
	for _, name := range b.types {
		m, err := b.goType(name)
		if err != nil {
			return nil, err
		}
		models = append(models, m)
	}
	names := []string{b.model}
	for i := 0; i < len(names); i++ {
		m, refers, err := b.schema(names[i])
		if err != nil {
			return nil, err
		}
		models = append(models, m)
		for _, name := range refers {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return models, nil
}

// schema returns the model of a schema, with the Go names and types of the generated code, and the schemas it refers
// to.
func (b *builder) schema(name string) (m model, refers []string, err error) {
	schema := b.contract.Components.Schemas[name]
	if schema == nil {
		return m, nil, fmt.Errorf("the contract has no schema %s", name)
	}
	m = model{Name: name, Doc: wrap(code(name)+" "+schema.Value.Description, "")}
	if len(schema.Value.Enum) > 0 {
		m.Table, err = b.values(name)
		return m, nil, err
	}
	m.Table.head = []string{"Field", "In Go", "Type", "Description"}
	fields, err := b.models.fields(name)
	if err != nil {
		return m, nil, err
	}
	for _, field := range fields {
		property := jsonName(field)
		described := schema.Value.Properties[property]
		if described == nil {
			return m, nil, fmt.Errorf("schema %s has no property %s", name, property)
		}
		typ := b.models.text(field.Type)
		shown := code(typ)
		if base := strings.TrimPrefix(typ, "[]"); b.contract.Components.Schemas[base] != nil {
			shown = linkTo(base, shown)
			refers = append(refers, base)
		}
		m.Table.add(code(property), code(field.Names[0].Name), shown,
			strings.TrimSuffix(described.Value.Description, "."))
	}
	if inGo, all := len(fields), len(schema.Value.Properties); inGo != all {
		return m, nil, fmt.Errorf("schema %s has %d properties, and %d in Go", name, all, inGo)
	}
	return m, refers, nil
}

// jsonName returns the name of a field in JSON.
func jsonName(field *ast.Field) string {
	if field.Tag == nil {
		return ""
	}
	tag, _ := strconv.Unquote(field.Tag.Value)
	name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
	return name
}

// values returns a table of the constants of an enum.
func (b *builder) values(name string) (table, error) {
	list := table{head: []string{"Value", "In Go"}}
	typ, err := b.models.typ(name)
	if err != nil {
		return list, err
	}
	for _, group := range typ.Consts {
		for _, spec := range group.Decl.Specs {
			constant := spec.(*ast.ValueSpec)
			value, _ := strconv.Unquote(b.models.text(constant.Values[0]))
			list.add(code(value), code(constant.Names[0].Name))
		}
	}
	return list, nil
}

// goType returns the model of a struct of the client, with the comments of its fields.
func (b *builder) goType(name string) (m model, err error) {
	typ, err := b.client.typ(name)
	if err != nil {
		return m, err
	}
	fields, err := b.client.fields(name)
	if err != nil {
		return m, err
	}
	m = model{Name: name, Doc: wrap(markdown(typ.Doc), "")}
	m.Table.head = []string{"In Go", "Type", "Description"}
	for _, field := range fields {
		name, typ := field.Names[0].Name, code(b.client.text(field.Type))
		if slices.Contains(b.types, strings.Trim(typ, "`")) {
			typ = linkTo(strings.Trim(typ, "`"), typ)
		}
		doc := strings.TrimPrefix(markdown(field.Doc.Text()+field.Comment.Text()), name+" ")
		m.Table.add(code(name), typ, doc)
	}
	return m, nil
}

// errorValues returns a list item for each Err variable of the client.
func (b *builder) errorValues() []string {
	var values []string
	for _, group := range b.client.Vars {
		for _, spec := range group.Decl.Specs {
			value := spec.(*ast.ValueSpec)
			if name := value.Names[0].Name; strings.HasPrefix(name, "Err") {
				values = append(values, bullet(name, name, value.Doc.Text()))
			}
		}
	}
	return values
}
