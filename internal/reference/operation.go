package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// operation is the section of one operation.
type operation struct {
	Name       string // of its first method
	Request    string // method and path
	Contract   string // description from the contract
	Methods    []method
	Parameters table
	Options    []string
	Returns    string
	Access     table
	Responses  table
	Headers    table
}

// method is a method of the client for the operation.
type method struct {
	Name      string
	Signature string
	Doc       string
	Example   string
	Output    string
}

func (b *builder) operation(methods []string, e endpoint) (operation, error) {
	said := fmt.Sprintf("%s %s. %s", code(e.request), e.Summary, e.Description)
	if upstream, ok := e.Extensions["x-upstream-operation-id"].(string); ok {
		said += " Okta's document calls it " + code(upstream) + "."
	}
	o := operation{Name: methods[0], Request: e.request, Contract: wrap(said, "")}
	lifecycle, _ := e.Extensions["x-okta-lifecycle"].(map[string]any)
	if err := b.addMethods(&o, methods, e.Deprecated || lifecycle["lifecycle"] == "DEPRECATED"); err != nil {
		return o, err
	}
	if err := b.addParameters(&o, e.parameters); err != nil {
		return o, err
	}
	if err := b.addAccess(&o, e.Security); err != nil {
		return o, err
	}
	b.addResponses(&o, e.Responses)
	return o, nil
}

func (b *builder) addMethods(o *operation, names []string, deprecated bool) error {
	var returns, see []string
	for _, name := range names {
		function, err := b.client.method("Client", name)
		if err != nil {
			return err
		}
		if deprecated && !strings.Contains(function.Doc, "Deprecated: ") {
			return fmt.Errorf("the contract deprecates it, and the doc comment of %s does not: "+
				"add a paragraph that starts with Deprecated", name)
		}
		example, output, err := b.client.example("Client", function)
		if err != nil {
			return err
		}
		o.Methods = append(o.Methods, method{
			Name:      name,
			Signature: b.client.text(function.Decl),
			Doc:       wrap(markdown(function.Doc), ""),
			Example:   example,
			Output:    output,
		})
		results := b.client.results(function)
		from := ""
		if len(names) > 1 {
			from = " from " + code(name)
		}
		returns = append(returns, code(results)+from)
		for _, name := range append(slices.Clone(b.types), b.model) {
			if slices.Contains(strings.FieldsFunc(results, isPunctuation), name) {
				see = append(see, linkTo(name, code(name)))
			}
		}
	}
	o.Returns = strings.Join(returns, ", ")
	if len(see) > 0 {
		o.Returns += "; see " + strings.Join(see, ", ")
	}
	return nil
}

// isPunctuation reports whether a rune separates the identifiers of a type.
func isPunctuation(r rune) bool { return strings.ContainsRune("()[], *.", r) }

// addParameters adds the table of the parameters and the list of the options that set them.
func (b *builder) addParameters(o *operation, parameters openapi3.Parameters) error {
	o.Parameters.head = []string{"Name", "Type", "Notes", "In Go", "Description"}
	for _, ref := range parameters {
		p := ref.Value
		inGo := b.arguments[p.Name]
		if name, found := b.options[p.Name]; found {
			option, err := b.client.function(name)
			if err != nil {
				return err
			}
			inGo = name + b.client.parameters(option)
			o.Options = append(o.Options, bullet(inGo, name, option.Doc))
		}
		argument, isArgument := b.arguments[p.Name]
		switch {
		case inGo == "":
			return fmt.Errorf("internal/reference/binding.go names no argument and no option for parameter %s", p.Name)
		case p.Required && !isArgument:
			return fmt.Errorf("parameter %s is required, and the option %s can be left out: make it an argument",
				p.Name, b.options[p.Name])
		case isArgument && !slices.Contains(strings.FieldsFunc(o.Methods[0].Signature, isPunctuation), argument):
			return fmt.Errorf("%s has no argument %s for parameter %s", o.Methods[0].Name, argument, p.Name)
		}
		o.Parameters.add(code(p.Name)+mark(p.Extensions), typeName(p.Schema), notes(p), code(inGo),
			strings.TrimSuffix(p.Description, "."))
	}
	return nil
}

func typeName(schema *openapi3.SchemaRef) string {
	return strings.Join(schema.Value.Type.Slice(), " or ")
}

// notes returns the place of a parameter, and its bounds and default.
func notes(p *openapi3.Parameter) string {
	notes := []string{p.In}
	if p.Required {
		notes = append(notes, "required")
	}
	if schema := p.Schema.Value; schema.Min != nil && schema.Max != nil {
		notes = append(notes, fmt.Sprintf("%v to %v", *schema.Min, *schema.Max))
	}
	if preset := p.Schema.Value.Default; preset != nil {
		notes = append(notes, fmt.Sprintf("default %v", preset))
	}
	return strings.Join(notes, ", ")
}

// addAccess adds the table of the accepted credentials.
func (b *builder) addAccess(o *operation, requirements *openapi3.SecurityRequirements) error {
	if requirements == nil {
		requirements = &b.contract.Security
	}
	o.Access.head = []string{"Scheme", "Scopes", "In Go", "Credential"}
	for _, requirement := range *requirements {
		if len(requirement) != 1 {
			return fmt.Errorf("the page cannot show a requirement of %d security schemes at once", len(requirement))
		}
		for name, scopes := range requirement {
			if b.credentials[name] == "" {
				return fmt.Errorf("internal/reference/binding.go names nothing in Go for security scheme %s", name)
			}
			scope := "none"
			if len(scopes) > 0 {
				scope = code(strings.Join(scopes, " "))
			}
			o.Access.add(code(name), scope, b.credentials[name], b.contract.Components.SecuritySchemes[name].Value.Description)
		}
	}
	return nil
}
