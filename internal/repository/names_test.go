package repository_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// documentedPackages are those whose exported names have rows.
var documentedPackages = []string{"api", "api/bulk", "api/oauth", "api/config", "api/contract", "api/oktatest"}

// Every exported name with a comment has a row in the table of names, with the number of sentences in the comment and
// the tests that fail when they stop being true. So whoever adds a sentence or removes one looks for its test.
func TestEveryExportedNameNamesItsTests(t *testing.T) {
	t.Parallel()
	said := map[string]int{}
	for _, dir := range documentedPackages {
		countSentences(t, dir, said)
	}
	for _, row := range rows(t, "\n## Exported names\n", 3) {
		name, count, tests := strings.Trim(row[0], "`"), row[1], row[2]
		switch n, found := said[name]; {
		case !found:
			t.Errorf("%s has a row for %s, which does not exist or has no comment", promisesFile, name)
		case strconv.Itoa(n) != count:
			t.Errorf("the comment of %s has %d sentences, the table says %s: look at its tests", name, n, count)
		}
		checkTests(t, tests)
		delete(said, name)
	}
	for name, n := range said {
		t.Errorf("%s has no row with the tests of %s, whose comment has %d sentences", promisesFile, name, n)
	}
}

// countSentences counts the sentences that a package says of each of its exported names, as go doc shows them. Those of
// a type's fields count as the type's, and those of the values in a group as the group's, which has the name of the
// first.
func countSentences(t *testing.T, dir string, said map[string]int) {
	t.Helper()
	p := parsePackage(t, dir)
	add := func(name, comment string, decl ast.Decl) {
		n := len(sentences(comment))
		ast.Inspect(decl, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.Field:
				n += len(sentences(node.Doc.Text())) + len(sentences(node.Comment.Text()))
			case *ast.ValueSpec:
				n += len(sentences(node.Doc.Text())) + len(sentences(node.Comment.Text()))
			}
			return true
		})
		if n > 0 {
			said[p.Name+"."+name] = n
		}
	}
	addValues := func(groups ...[]*doc.Value) {
		for _, group := range groups {
			for _, v := range group {
				add(v.Names[0], v.Doc, v.Decl)
			}
		}
	}
	addFuncs := func(prefix string, funcs []*doc.Func) {
		for _, f := range funcs {
			add(prefix+f.Name, f.Doc, f.Decl)
		}
	}
	addValues(p.Consts, p.Vars)
	addFuncs("", p.Funcs)
	ofGroups := map[string]bool{}
	for _, kind := range p.Types {
		if !ofGroups[kind.Doc] { // the comment of a group of types is that of each
			add(kind.Name, kind.Doc, kind.Decl)
		}
		ofGroups[kind.Doc] = true
		addValues(kind.Consts, kind.Vars)
		addFuncs("", kind.Funcs)
		addFuncs(kind.Name+".", kind.Methods)
	}
}

// parsePackage reads the comments of a package.
func parsePackage(t *testing.T, dir string) *doc.Package {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	fset, files := token.NewFileSet(), []*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	p, err := doc.NewFromFiles(fset, files, dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
