package main

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/format"
	"go/parser"
	"go/printer"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// source is the documentation of a Go package, including the examples in its tests.
type source struct {
	*doc.Package
	files *token.FileSet
}

func parse(dir string) (*source, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	files := token.NewFileSet()
	var trees []*ast.File
	for _, path := range paths {
		tree, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		trees = append(trees, tree)
	}
	pkg, err := doc.NewFromFiles(files, trees, dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return &source{pkg, files}, nil
}

func (s *source) typ(name string) (*doc.Type, error) {
	if i := slices.IndexFunc(s.Types, func(t *doc.Type) bool { return t.Name == name }); i >= 0 {
		return s.Types[i], nil
	}
	return nil, fmt.Errorf("package %s has no type %s", s.Name, name)
}

func (s *source) method(receiver, name string) (*doc.Func, error) {
	typ, err := s.typ(receiver)
	if err != nil {
		return nil, err
	}
	if method := find(typ.Methods, name); method != nil {
		return method, nil
	}
	return nil, fmt.Errorf("%s.%s has no method %s: write it; .github/CONTRIBUTING.md says how an operation is added",
		s.Name, receiver, name)
}

// function returns a function. go/doc groups functions that return a type of the package with that type.
func (s *source) function(name string) (*doc.Func, error) {
	function := find(s.Funcs, name)
	for _, typ := range s.Types {
		if function == nil {
			function = find(typ.Funcs, name)
		}
	}
	if function == nil {
		return nil, fmt.Errorf("package %s has no function %s", s.Name, name)
	}
	return function, nil
}

func find(functions []*doc.Func, name string) *doc.Func {
	for _, function := range functions {
		if function.Name == name {
			return function
		}
	}
	return nil
}

// fields returns the exported fields of a struct, in order.
func (s *source) fields(name string) ([]*ast.Field, error) {
	typ, err := s.typ(name)
	if err != nil {
		return nil, err
	}
	structure, ok := typ.Decl.Specs[0].(*ast.TypeSpec).Type.(*ast.StructType)
	if !ok {
		return nil, fmt.Errorf("%s.%s is not a struct", s.Name, name)
	}
	return structure.Fields.List, nil
}

var outputComment = regexp.MustCompile(`^(?i:unordered )?(?i:output):`)

// example returns the body of a method's example and its output. Examples with a suffix are ignored.
func (s *source) example(receiver string, method *doc.Func) (code, output string, err error) {
	i := slices.IndexFunc(method.Examples, func(e *doc.Example) bool { return e.Suffix == "" })
	if i < 0 {
		return "", "", fmt.Errorf("%s.%s has no example: write Example%s_%s", receiver, method.Name, receiver, method.Name)
	}
	example := method.Examples[i]
	comments := slices.DeleteFunc(slices.Clone(example.Comments), func(c *ast.CommentGroup) bool {
		return outputComment.MatchString(c.Text())
	})
	block := s.text(&printer.CommentedNode{Node: example.Code, Comments: comments})
	block = strings.TrimSuffix(strings.TrimPrefix(block, "{"), "}")
	return strings.TrimSpace(strings.ReplaceAll(block, "\n\t", "\n")), strings.TrimSpace(example.Output), nil
}

// text returns a node of the source in gofmt's style.
func (s *source) text(node any) string {
	var b strings.Builder
	if err := format.Node(&b, s.files, node); err != nil {
		panic(err) // parsed source can be printed
	}
	return b.String()
}

// parameters returns a function's parameters, in parentheses.
func (s *source) parameters(function *doc.Func) string {
	return strings.TrimPrefix(s.text(&ast.FuncType{Params: function.Decl.Type.Params}), "func")
}

// results returns the types of a function's results.
func (s *source) results(function *doc.Func) string {
	return strings.TrimPrefix(s.text(&ast.FuncType{Results: function.Decl.Type.Results}), "func() ")
}
