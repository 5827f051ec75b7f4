package repository_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// usages returns what the help of the command says of each flag, after its name, and in a line of each subcommand. It
// takes the texts of an expression.
func usages(t *testing.T) (all []string) {
	t.Helper()
	files, err := filepath.Glob("cmd/apptokens/*.go")
	if err != nil {
		t.Fatal(err)
	}
	defines := regexp.MustCompile(`Var(P|PF)?$`)
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.CallExpr:
				switch f, ok := node.Fun.(*ast.SelectorExpr); {
				case ok && f.Sel.Name == "Func" && len(node.Args) == 3:
					all = append(all, "--"+texts(node.Args[0])+": "+texts(node.Args[1]))
				case ok && defines.MatchString(f.Sel.Name) && len(node.Args) > 2:
					all = append(all, "--"+texts(node.Args[1])+": "+texts(node.Args[len(node.Args)-1]))
				}
			case *ast.KeyValueExpr:
				if key, ok := node.Key.(*ast.Ident); ok && key.Name == "Short" {
					all = append(all, texts(node.Value))
				}
			}
			return true
		})
	}
	if len(all) == 0 {
		t.Error("the command has no flags")
	}
	return all
}

// texts joins the texts in an expression.
func texts(expression ast.Expr) (all string) {
	ast.Inspect(expression, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			text, _ := strconv.Unquote(literal.Value)
			all += text
		}
		return true
	})
	return strings.Join(strings.Fields(all), " ")
}
