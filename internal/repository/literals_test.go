package repository_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/apptokens/gen"
)

// What code and documentation repeat of the contract follows it. Code that needs more of it takes it from gen.
func TestLiteralsFollowTheContract(t *testing.T) {
	t.Parallel()
	components := load(t).Components
	limit, expand := components.Parameters["Limit"].Value.Schema.Value, components.Parameters["Expand"].Value.Schema.Value
	scopes := slices.Collect(maps.Keys(components.SecuritySchemes["oauth2"].Value.Flows.AuthorizationCode.Scopes))
	skipped := []string{".git", "gen", "bench", "drift", "rehearse", "node_modules", "testdata"}
	var headers []string
	for _, response := range load(t).Paths.Find(gen.ListTokensPath).Get.Responses.Map() {
		headers = slices.AppendSeq(headers, maps.Keys(response.Value.Headers))
	}
	var parameters []string
	for _, parameter := range components.Parameters {
		parameters = append(parameters, parameter.Value.Name)
	}
	statuses, err := json.Marshal(components.Schemas["TokenStatus"].Value.Enum)
	if err != nil {
		t.Fatal(err)
	}
	apps, _, _ := strings.Cut(gen.ListTokensPath, "{")
	literals := []struct {
		what string
		find *regexp.Regexp // with a group for the literal
		want []string
	}{
		{"scope", regexp.MustCompile(`\b(okta\.apps\.\w+)`), scopes},
		{"response header", regexp.MustCompile(`"(X-(?:Rate-Limit|Okta-Request)[\w-]*)"`), headers},
		{"query parameter", regexp.MustCompile(`(?:query\(r, "|parameter\([\w.]+, "|"[?&])(\w+)(?:"|=)`), parameters},
		{"value of expand", regexp.MustCompile(`(?:expandScope = "|\bexpand=|expand"?\)? == ")(\w+)`), []string{fmt.Sprint(expand.Example)}},
		{"path of the apps", regexp.MustCompile(`"(/api/v\d+/apps)\b[^"]*"`), []string{strings.TrimSuffix(apps, "/")}},
		{"list of statuses", regexp.MustCompile(`allowed values \[([^\]]*)\]`), []string{strings.Trim(string(statuses), "[]")}},
		{"version of OpenAPI", regexp.MustCompile(`an OpenAPI ([\d.]+) document`), []string{load(t).OpenAPI}},
		{"default limit", regexp.MustCompile(`limit=n. \(default (\d+)\)`), []string{fmt.Sprint(limit.Default)}},
		{"smallest limit", regexp.MustCompile(`must be between (\d+) and`), []string{fmt.Sprint(*limit.Min)}},
		{"largest limit", regexp.MustCompile(`(?:PageSize\(n\). \(default|must be between 1 and) (\d+)\b`), []string{fmt.Sprint(*limit.Max)}},
	}
	found := map[string]bool{}
	err = filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(skipped, entry.Name()):
			return filepath.SkipDir
		case !slices.Contains([]string{".go", ".md", ".mjs", ".yaml"}, filepath.Ext(path)):
			return nil
		}
		text, err := os.ReadFile(path)
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			for _, literal := range literals {
				if strings.HasSuffix(path, "_test.go") && literal.what != "path of the apps" {
					continue // tests say what they want to see
				}
				for _, match := range literal.find.FindAllStringSubmatch(line, -1) {
					found[literal.what] = true
					if !slices.Contains(literal.want, match[1]) {
						t.Errorf("%s:%d: the %s is %q; openapi.yaml has %q: edit this line",
							path, number, literal.what, match[1], literal.want)
					}
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, literal := range literals {
		if !found[literal.what] {
			t.Errorf("nothing repeats the %s any more: take it out of this test", literal.what)
		}
	}
}

// Programs need not import gen for the model.
func TestTheModelInTheContractHasAliases(t *testing.T) {
	t.Parallel()
	generated, err := os.ReadFile("gen/tokens.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	model, err := os.ReadFile("api/model.go")
	if err != nil {
		t.Fatal(err)
	}
	types, _, _ := strings.Cut(string(generated), "\ntype RequestEditorFn ")
	notOfTokens := regexp.MustCompile(`^(Error|ErrorCause|.*Params)$`) // api has its own
	names := regexp.MustCompile(`(?m)^type (\w+) (?:struct|string)|^\s+(\w+) +\w+ += "`).FindAllStringSubmatch(types, -1)
	if len(names) == 0 {
		t.Error("gen has no types")
	}
	for _, match := range names {
		name := match[1] + match[2]
		if !notOfTokens.MatchString(name) && !regexp.MustCompile(`\b`+name+` += gen\.`+name+`\b`).Match(model) {
			t.Errorf("api/model.go: add %s = gen.%[1]s", name)
		}
	}
}
