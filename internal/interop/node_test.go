package interop_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"example.com/apptokens/gen"
)

// node is a peer in JavaScript, which drive.mjs drives.
type node struct{ *program }

// connectNode starts a module that drive.mjs can drive.
func connectNode(t *testing.T, module string, s settings) peer {
	t.Helper()
	n := node{startProgram(t, "drive.mjs", module)}
	n.send(t, s)
	return n
}

func connectNodeSDK(t *testing.T, s settings) peer {
	t.Helper()
	return connectNode(t, "./okta-sdk-nodejs.mjs", s)
}

func connectTypeScript(t *testing.T, s settings) peer {
	t.Helper()
	module, err := compileTypeScript()
	if err != nil {
		t.Fatal(err)
	}
	return connectNode(t, module, s)
}

func (n node) send(t *testing.T, line any) {
	t.Helper()
	if err := json.NewEncoder(n.stdin).Encode(line); err != nil {
		t.Fatal(err)
	}
}

// call calls a method of the module.
func (n node) call(t *testing.T, result any, line ...any) error {
	t.Helper()
	n.send(t, line)
	answer := struct {
		Result any
		Error  *failure
	}{Result: result}
	text := n.next(t)
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	if answer.Error != nil {
		return answer.Error
	}
	return nil
}

func (n node) list(t *testing.T, app string, pageSize int) ([]gen.Token, int, error) {
	var result struct {
		Tokens []gen.Token
		Pages  int
	}
	err := n.call(t, &result, "list", app, pageSize)
	return result.Tokens, result.Pages, err
}

func (n node) get(t *testing.T, app, token string) (result gen.Token, err error) {
	err = n.call(t, &result, "get", app, token)
	return result, err
}

func (n node) revoke(t *testing.T, app, token string) error {
	return n.call(t, nil, "revoke", app, token)
}

func (n node) revokeAll(t *testing.T, app string) error { return n.call(t, nil, "revokeAll", app) }

// compileTypeScript generates types from the contract, type-checks openapi-fetch.ts with them, and returns the path of
// the module. It does so once.
var compileTypeScript = sync.OnceValues(func() (module string, err error) {
	for _, args := range [][]string{
		{"node_modules/openapi-typescript/bin/cli.js", contract, "-o", filepath.Join(build, "openapi.d.ts")},
		{"node_modules/typescript/bin/tsc", "-p", "."},
	} {
		if output, err := exec.Command("node", args...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w\n%s", args[0], err, output)
		}
	}
	return "./" + build + "/openapi-fetch.js", nil
})
