package repository_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// imports maps a package to those it imports, each by its path in the repository.
type imports map[string][]string

// The diagram in the guide for contributors has every package outside the workshop, and an arrow for every import that
// a longer chain of arrows does not imply.
func TestTheMapShowsWhatImportsWhat(t *testing.T) {
	t.Parallel()
	drawn, real := drawn(t), listed(t)
	for from := range maps.Keys(real) {
		if _, found := drawn[from]; !found {
			t.Errorf("%s: the diagram lacks %s", contributing, from)
		}
		for _, to := range real.direct(from) {
			if !slices.Contains(drawn[from], to) {
				t.Errorf("%s: the diagram lacks an arrow: %s imports %s", contributing, from, to)
			}
		}
	}
	for from, all := range drawn {
		if _, found := real[from]; !found {
			t.Errorf("%s: the diagram has %s, which is not a package", contributing, from)
		}
		for _, to := range all {
			switch {
			case slices.Contains(real.direct(from), to):
			case slices.Contains(real[from], to):
				t.Errorf("%s: the diagram has an arrow too many: another way leads from %s to %s", contributing, from, to)
			default:
				t.Errorf("%s: the diagram has an arrow too many: %s does not import %s", contributing, from, to)
			}
		}
	}
}

// drawn reads the diagram. A box is a word, or a word with a label that is the package's path.
func drawn(t *testing.T) imports {
	t.Helper()
	diagrams := fenced(t, contributing, "mermaid")
	if len(diagrams) != 1 {
		t.Fatalf("%s has %d diagrams, want 1", contributing, len(diagrams))
	}
	box := regexp.MustCompile(`(\w+)(?:\["([^"]+)"\])?`)
	labels := map[string]string{}
	path := func(id string) string {
		if label := labels[id]; label != "" {
			return label
		}
		return id
	}
	for _, match := range box.FindAllStringSubmatch(diagrams[0], -1) {
		if match[2] != "" {
			labels[match[1]] = match[2]
		}
	}
	found := imports{}
	for line := range strings.Lines(diagrams[0]) {
		from, to, _ := strings.Cut(strings.TrimSpace(line), "-->")
		if from == "graph TD" {
			continue
		}
		start := path(box.FindStringSubmatch(from)[1])
		found[start] = append(found[start], nil...)
		for _, match := range box.FindAllStringSubmatch(to, -1) {
			end := path(match[1])
			found[start], found[end] = append(found[start], end), append(found[end], nil...)
		}
	}
	return found
}

// listed asks go list. The package at the top has the module's name.
func listed(t *testing.T) imports {
	t.Helper()
	const module = "example.com/apptokens"
	path := func(importPath string) string {
		if importPath == module {
			return "apptokens"
		}
		return strings.TrimPrefix(importPath, module+"/")
	}
	found := imports{}
	for decoder := json.NewDecoder(strings.NewReader(string(run(t, ".", "go", "list", "-json=ImportPath,Imports", "./...")))); decoder.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(path(p.ImportPath), "internal/") {
			continue
		}
		own := []string{}
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported+"/", module+"/") {
				own = append(own, path(imported))
			}
		}
		found[path(p.ImportPath)] = own
	}
	return found
}

// direct returns the imports of a package that none of its other imports has.
func (i imports) direct(from string) (all []string) {
	for _, to := range i[from] {
		if !slices.ContainsFunc(i[from], func(other string) bool { return other != to && i.reaches(other, to) }) {
			all = append(all, to)
		}
	}
	return all
}

func (i imports) reaches(from, to string) bool {
	return slices.Contains(i[from], to) || slices.ContainsFunc(i[from], func(next string) bool { return i.reaches(next, to) })
}

// What a newcomer asks is answered by a file that declares what the map says.
func TestTheMapAnswersQuestions(t *testing.T) {
	t.Parallel()
	rows := regexp.MustCompile("(?m)^\\| .*\\? \\| \\[(.+)\\]\\(\\.\\./(.+)\\) \\| `(.+)` \\|$").FindAllStringSubmatch(document(t, contributing), -1)
	if len(rows) != 10 {
		t.Errorf("%s answers %d questions, want 10", contributing, len(rows))
	}
	for _, row := range rows {
		if shown, file, name := row[1], row[2], row[3]; shown != file || !slices.Contains(declared(t, file), name) {
			t.Errorf("%s: %s, shown as %s, does not declare %s", contributing, file, shown, name)
		}
	}
}

// declared returns the functions, methods (as Type.Name) and types that a file declares.
func declared(t *testing.T, file string) (names []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return nil
	}
	for _, declaration := range parsed.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil {
				receiver := d.Recv.List[0].Type
				if pointer, ok := receiver.(*ast.StarExpr); ok {
					receiver = pointer.X
				}
				name = receiver.(*ast.Ident).Name + "." + name
			}
			names = append(names, name)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if s, ok := spec.(*ast.TypeSpec); ok {
					names = append(names, s.Name.Name)
				}
			}
		}
	}
	return names
}
