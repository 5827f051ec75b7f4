package repository_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What make apidiff says of a change, in a module of one package.
func TestAPIDiffNamesTheKindOfTheNextVersion(t *testing.T) {
	t.Parallel()
	const before = "package api\n\ntype Client struct{}\n\nfunc (*Client) Get(id string) error { return nil }\n"
	tests := map[string]struct{ after, says, kind string }{
		"a method's signature changes": {strings.Replace(before, "id string", "app, id string", 1),
			"Incompatible changes:\n- ./api.(*Client).Get: changed from func(string) error to func(string, string) error\n", "major"},
		"a method is added": {before + "\nfunc (*Client) List() {}\n", "Compatible changes:\n- ./api.(*Client).List: added\n", "minor"},
		"a body changes":    {strings.Replace(before, "return nil", "panic(id)", 1), "", "patch"},
	}
	script, err := filepath.Abs(".ci/apidiff")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write := func(name, text string) {
				t.Helper()
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Mkdir(filepath.Join(dir, "api"), 0o755); err != nil {
				t.Fatal(err)
			}
			write("go.mod", "module example.com/module\n\ngo 1.26\n")
			write("api/api.go", before)
			run(t, dir, "git", "init", "--quiet")
			run(t, dir, "git", "add", ".")
			run(t, dir, "git", "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message=before")
			run(t, dir, "git", "tag", "v1.2.3")
			write("api/api.go", test.after)
			command := exec.CommandContext(t.Context(), "bash", script)
			command.Dir = dir
			output, err := command.Output() // go reports its downloads on stderr
			want := test.says + "apidiff: the next version after v1.2.3 is " + test.kind
			if err != nil || !strings.HasPrefix(strings.TrimSpace(string(output)), want) {
				t.Errorf("%v\n%s\nwant\n%s", err, output, want)
			}
		})
	}
}
