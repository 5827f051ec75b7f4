package gen_test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// The generator puts names before the contract's descriptions; the client describes its aliases itself.
func TestTheDocCommentsOfTheModelsAreSentences(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"tokens.gen.go", "../api/model.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		check := func(name string, comment *ast.CommentGroup) (predicate string) {
			sentences, _, _ := strings.Cut(strings.TrimSpace(comment.Text()), "\n\n") // without an example
			if !strings.HasPrefix(sentences, name+" ") || !strings.HasSuffix(sentences, ".") {
				t.Errorf("%s: the comment of %s is not a sentence that starts with the name: %q", file.Name, name, sentences)
			}
			return strings.TrimPrefix(sentences, name)
		}
		types := make(map[string]string) // by what is said of them
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.GenDecl:
				if node.Tok == token.TYPE && !node.Lparen.IsValid() {
					node.Specs[0].(*ast.TypeSpec).Doc = node.Doc
				}
			case *ast.TypeSpec:
				predicate := check(node.Name.Name, cmp.Or(node.Doc, node.Comment))
				if other, found := types[predicate]; found {
					t.Errorf("%s: %s and %s have the same comment: %q", file.Name, other, node.Name, predicate)
				}
				types[predicate] = node.Name.Name
			case *ast.Field:
				if node.Doc != nil {
					check(node.Names[0].Name, node.Doc)
				}
			}
			return true
		})
	}
}
