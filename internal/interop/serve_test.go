package interop_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// build is the folder for the programs that tests build. It is here because those in JavaScript need node_modules.
const build = "build"

// command returns the path of the command, which it builds once.
var command = sync.OnceValues(func() (string, error) {
	path, err := filepath.Abs(filepath.Join(build, "apptokens"))
	if err != nil {
		return "", err
	}
	compile := exec.Command("go", "build", "-C", "../..", "-o", path, "./cmd/apptokens")
	if output, err := compile.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, output)
	}
	return path, nil
})

// buildCommand returns the path of the command.
func buildCommand(t *testing.T) string {
	t.Helper()
	path, err := command()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Other projects' clients list tokens with the settings that are printed.
func TestServePrintsSettingsForSDKs(t *testing.T) {
	for mode, test := range map[string]struct {
		args    []string
		clients []sdk
	}{
		"API token":            {nil, sdks},
		"service app, RSA key": {[]string{"--service-app=rsa"}, sdks[:3]},
		"service app, EC key":  {[]string{"--service-app=ec"}, sdks[:2]}, // all that can sign with it
	} {
		s := serve(t, append(test.args, "--app", peersApp, "--tokens", "45")...)
		for _, client := range test.clients {
			t.Run(mode+", "+client.name, func(t *testing.T) {
				record(t, client.name, "settings of apptokens serve", mode)
				tokens, pages, err := client.connect(t, s).list(t, peersApp, 20)
				if err != nil || len(tokens) != 45 || pages != 3 {
					t.Errorf("%d tokens in %d pages, error %v", len(tokens), pages, err)
				}
			})
		}
	}
}

// settings are the settings of a client, with the names of an okta.yaml.
type settings map[string]any

// serve runs `apptokens serve ARGS`, and returns the settings that it prints.
func serve(t *testing.T, args ...string) settings {
	t.Helper()
	server := exec.CommandContext(t.Context(), buildCommand(t), append([]string{"serve"}, args...)...)
	server.Cancel = func() error { return server.Process.Signal(os.Interrupt) }
	server.WaitDelay = 10 * time.Second // before it is killed
	server.Stderr = t.Output()
	stdout, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Wait() }) // t.Context has interrupted it
	var printed strings.Builder
	var orgURL string
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		line := lines.Text()
		fmt.Fprintln(&printed, line)
		switch name, value, _ := strings.Cut(strings.TrimSpace(line), "="); name {
		case "export OKTA_CLIENT_ORGURL":
			orgURL = value
		case "export OKTA_CLIENT_TOKEN":
			return settings{"orgUrl": orgURL, "authorizationMode": "SSWS", "token": value}
		case "-----END PRIVATE KEY-----":
			var file struct{ Okta struct{ Client settings } }
			if err := yaml.Unmarshal([]byte(printed.String()), &file); err != nil {
				t.Fatalf("%v in %s", err, &printed)
			}
			return file.Okta.Client
		}
	}
	t.Fatalf("apptokens serve printed no settings but %q", &printed)
	return nil
}
