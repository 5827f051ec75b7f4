package repository_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"example.com/apptokens/api/oktatest"
)

const action = ".github/actions/contract/action.yml"

// The scripts of the action, run as GitHub runs them.
func TestTheActionChecksAServerAndSummarizes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		inputs  map[string]string
		summary string // a line of it
		fails   bool
		left    int
	}{
		"a server that keeps the contract": {map[string]string{"app": "0oa1"},
			"| get: reads the requested token | passed |  |", false, 450},
		"without an app": {nil, "| get: reads the requested token | skipped | no app was given |", false, 450},
		"with revocations": {map[string]string{"app": "0oa1", "write": "true"},
			"| revoke: revokes a token, and answers without a body | passed |  |", false, 0},
		"a credential to refuse": {map[string]string{"app": "0oa1", "denied-authorization": "SSWS " + oktatest.DefaultAPIToken},
			"| denied: a credential that may not read the app is refused with 403 | failure | GET ", true, 450},
		"a mistake in the inputs":     {map[string]string{"app": "a|b"}, "No report was written: see the log.", true, 450},
		"an app that reads as a flag": {map[string]string{"app": "--help"}, "| list: ", true, 450},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := oktatest.NewServer(oktatest.WithApp("0oa1", 450))
			defer org.Close()
			inputs := map[string]string{"org-url": org.URL, "token": org.APIToken()}
			maps.Copy(inputs, test.inputs)
			dir, log, err := runAction(t, inputs)
			if (err != nil) != test.fails {
				t.Errorf("%v, want a failure: %v\n%s", err, test.fails, log)
			}
			if got := contents(t, dir, "summary"); !strings.Contains(got, test.summary) {
				t.Errorf("the summary does not have %q\n%s", test.summary, got)
			}
			// Each use has a folder of its own, so that two in one job keep both reports.
			reports, _ := filepath.Glob(filepath.Join(dir, "contract.*", "contract.xml"))
			if got := contents(t, dir, "output"); len(reports) != 1 || got != "report="+reports[0]+"\n" {
				t.Errorf("outputs %q, and the reports are %q", got, reports)
			}
			if left := len(org.Tokens("0oa1")); left != test.left {
				t.Errorf("%d tokens are left, want %d", left, test.left)
			}
		})
	}
}

// runAction runs the scripts of the action in order, until one fails.
func runAction(t *testing.T, inputs map[string]string) (dir, log string, err error) {
	t.Helper()
	var parsed struct {
		Inputs map[string]struct{ Default string }
		Runs   struct {
			Steps []struct {
				Run string
				Env map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(document(t, action)), &parsed); err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs(filepath.Dir(action))
	if err != nil {
		t.Fatal(err)
	}
	input := regexp.MustCompile(`^\$\{\{ inputs\.(\S+) \}\}$`)
	dir = t.TempDir()
	for _, step := range parsed.Runs.Steps {
		if step.Run == "" {
			continue
		}
		command := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
		command.Dir = dir
		command.Env = append(os.Environ(), "GITHUB_ACTION_PATH="+path, "RUNNER_TEMP="+dir,
			"GITHUB_OUTPUT="+filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(dir, "summary"))
		for name, value := range step.Env {
			match := input.FindStringSubmatch(value)
			if match == nil {
				t.Fatalf("%s is %s, want an input", name, value)
			}
			given, found := inputs[match[1]]
			if !found {
				given = parsed.Inputs[match[1]].Default
			}
			command.Env = append(command.Env, name+"="+given)
		}
		output, err := command.CombinedOutput()
		log += string(output)
		if err != nil {
			return dir, log, err
		}
	}
	return dir, log, nil
}

// Given go.mod, setup-go installs the first release of a line, and the tools that make pins may need a later one.
func TestWorkflowsInstallTheNewestGoOfALine(t *testing.T) {
	t.Parallel()
	workflows, _ := filepath.Glob(".github/workflows/*.yml")
	for _, workflow := range workflows {
		if strings.Contains(document(t, workflow), "go-version-file: go.mod") {
			t.Errorf("%s installs the Go of go.mod; name a line, such as 1.26, and let setup-go check for the latest", workflow)
		}
	}
	if len(workflows) == 0 {
		t.Error("no workflow was found")
	}
}
