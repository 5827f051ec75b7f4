// Command reference writes api/REFERENCE.md, which describes for every operation how to call it, what is sent and what
// comes back. It reads requests and responses from the contract, and their Go names and examples from the source. If
// the contract and the source do not match, it fails, so that the page cannot be wrong.
package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"text/template"

	"github.com/getkin/kin-openapi/openapi3"
)

// main expects to run in the root of the module, where go generate runs it.
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
	openAPI, err := os.ReadFile(filepath.Join(root, "openapi.yaml"))
	if err != nil {
		return nil, err
	}
	return render(openAPI, names, client, models)
}

//go:embed page.tmpl
var pageTemplate string

// render returns the page for a contract and the source of two packages: the client and its models.
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
