// Command reference writes api/REFERENCE.md, the page that says of every operation how it is called, what it sends and
// what comes back. What travels is read from the contract; what Go has for it, and the examples, from the source. Both
// are compared: what one of them lacks is an error, so that the page cannot say what is not so.
package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"text/template"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/apptokens"
)

// go generate runs it in the root of the module.
func main() {
	if err := write("."); err != nil {
		fmt.Fprintln(os.Stderr, "reference:", err)
		os.Exit(1)
	}
}

func write(root string) error {
	text, err := generate(root)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "api", "REFERENCE.md"), text, 0o644)
}

func generate(root string) ([]byte, error) {
	client, err := parse(filepath.Join(root, "api"))
	if err != nil {
		return nil, err
	}
	models, err := parse(filepath.Join(root, "gen"))
	if err != nil {
		return nil, err
	}
	return render(apptokens.OpenAPI, names, client, models)
}

//go:embed page.tmpl
var pageTemplate string

// render makes the page of a contract, and of the source of the packages that call it and that hold its models.
func render(openAPI []byte, names binding, client, models *source) ([]byte, error) {
	contract, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		return nil, err
	}
	page, err := newPage(contract, names, client, models)
	if err != nil {
		return nil, err
	}
	layout, err := template.New("page").Parse(pageTemplate)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = layout.Execute(&text, page)
	return text.Bytes(), err
}
