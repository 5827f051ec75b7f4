package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// module writes a module with a package, and returns its folder.
func module(t *testing.T, tests string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module example.com/module\n", "module.go": "package module\n",
		"module_test.go": "package module\n\nimport \"testing\"\n\n" + tests + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSkippedTestsAreCountedAndFailuresStay(t *testing.T) {
	t.Parallel()
	const passes = `func TestPasses(t *testing.T) { println("whatever"); t.Log("whatever") }`
	skips := module(t, passes+`
		func TestSkips(t *testing.T) {
			t.Run("a", func(t *testing.T) { t.Parallel(); t.Skip("tmux is missing") })
			t.Run("b", func(t *testing.T) { t.Skip("tmux is missing") })
		}
		func TestIsSilent(t *testing.T) { t.SkipNow() }`)
	for name, test := range map[string]struct {
		args  []string
		code  int
		shown []string
		last  string
	}{
		"all pass": {[]string{"-C", module(t, passes), "."}, 0, []string{"ok "}, "0 tests were skipped"},
		"some are skipped, in two runs": {
			[]string{"-C", skips, "-run=Skips", ".", "--", "-C", skips, "-run=Silent", "."}, 0, []string{"ok "},
			"3 tests were skipped: no reason given (TestIsSilent); tmux is missing (TestSkips/b, TestSkips/a)",
		},
		"one fails, in the first run": {
			[]string{"-C", module(t, passes+`
				func TestFails(t *testing.T) { t.Error("the reason") }`), ".", "--", "-C", skips, "-run=Silent", "."},
			1, []string{"the reason", "--- FAIL: TestFails", "FAIL\texample.com/module", "ok "},
			"1 tests were skipped: no reason given (TestIsSilent)",
		},
		"one panics": {
			[]string{"-C", module(t, passes+`
				func TestPanics(t *testing.T) { panic("the reason") }`), "."},
			1, []string{"panic: the reason", "module_test.go:6"}, "0 tests were skipped",
		},
		"it does not build": {
			[]string{"-C", module(t, passes+`
				var x missing`), "."}, 1, []string{"undefined: missing", "[build failed]"}, "0 tests were skipped",
		},
		"go test does not start": {[]string{"-nonsense"}, 1, []string{"go test -nonsense: exit status"}, "0 tests were skipped"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var output strings.Builder
			if code := run(&output, test.args); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for _, text := range test.shown {
				if !strings.Contains(output.String(), text) {
					t.Errorf("output\n%s\nwant %q", &output, text)
				}
			}
			if strings.Contains(output.String(), "whatever") && test.code == 0 || !strings.HasSuffix(output.String(), "\n"+test.last+"\n") {
				t.Errorf("output\n%s\nwant nothing of what passed, and finally %q", &output, test.last)
			}
		})
	}
}
