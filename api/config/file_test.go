package config_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"example.com/apptokens/api/config"
)

func TestFilesThatOthersCanReadOrChangeDrawAWarning(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permission bits")
	}
	for name, test := range map[string]struct {
		file, key fs.FileMode // of an okta.yaml, and of the key file it names
		secret    string      // a line of the okta.yaml
		want      string
	}{
		"nobody else's":                     {0o600, 0o600, "", ""},
		"a group's to read":                 {0o640, 0o640, "", ""},
		"a world-readable key":              {0o600, 0o644, "", "chmod 600 KEY"},
		"a world-readable token":            {0o644, 0o600, "token: secret", "chmod 600 FILE"},
		"a world-readable password":         {0o644, 0o600, "proxy: {host: proxy.acme.example, password: secret}", "chmod 600 FILE"},
		"a world-readable key, written out": {0o644, 0o600, "privateKey: '" + jwkKey + "'", "chmod 600 FILE"},
		"world-executable":                  {0o711, 0o711, "", ""},
		"world-readable without a secret":   {0o644, 0o600, "", ""},
		"group-writable":                    {0o660, 0o600, "", "others can change FILE; chmod go-w FILE"},
		"world-writable":                    {0o602, 0o600, "", "others can change FILE; chmod go-w FILE"},
		"a group-writable key":              {0o600, 0o660, "", "others can change KEY; chmod go-w KEY"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key := write(t, "key.pem", pemKey, test.key)
			lines := []string{"orgUrl: " + orgURL, "clientId: 0oaService", test.secret}
			if !strings.Contains(test.secret, "token") && !strings.Contains(test.secret, "privateKey") {
				lines = append(lines, "privateKey: "+key)
			}
			file := okta(t, lines...)
			if err := os.Chmod(file, test.file); err != nil {
				t.Fatal(err)
			}
			settings, err := config.Load(config.WithEnvironment(environment{}.get), config.WithFiles(file))
			if err != nil {
				t.Fatal(err)
			}
			got := strings.NewReplacer(file, "FILE", key, "KEY").Replace(strings.Join(settings.Warnings, "\n"))
			if test.want == "" && got != "" || !strings.Contains(got, test.want) || len(settings.Warnings) > 1 {
				t.Errorf("warnings %q, want one that says %q", got, test.want)
			}
		})
	}
}

// inDirectories changes into a new working directory with a .okta.yaml, and sets a new home directory with an okta.yaml,
// which it returns. Empty files are left out.
func inDirectories(t *testing.T, local, home string) (homeFile string) {
	t.Helper()
	t.Chdir(t.TempDir())
	directory := t.TempDir()
	t.Setenv("HOME", directory)
	t.Setenv("USERPROFILE", directory)
	homeFile = filepath.Join(directory, ".okta", "okta.yaml")
	if err := os.Mkdir(filepath.Dir(homeFile), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string]string{".okta.yaml": local, homeFile: home} {
		if content != "" {
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return homeFile
}

// lines is the text of a file with lines below okta.client.
func lines(lines ...string) string {
	return "okta:\n  client:\n    " + strings.Join(lines, "\n    ") + "\n"
}

// A file that is not needed may be whatever it is; where it would be needed, the error says why it does not help.
func TestFilesThatCannotBeRead(t *testing.T) {
	complete := environment{"ORGURL": orgURL, "TOKEN": "secret"}
	broken := map[string]struct {
		breakFile func(path string) error
		says      string
	}{
		"a directory":  {func(path string) error { return os.Mkdir(path, 0o700) }, "it is not a regular file"},
		"invalid YAML": {func(path string) error { return os.WriteFile(path, []byte("okta: [secret"), 0o600) }, "it is not valid YAML"},
		"a key twice": {func(path string) error {
			return os.WriteFile(path, []byte("okta: {client: {requestTimeout: 1}}\nokta: {}"), 0o600)
		}, "line 2: a key occurs twice"},
		"a link to itself": {func(path string) error { return os.Symlink(filepath.Base(path), path) }, "too many"},
	}
	for name, test := range broken {
		t.Run(name+" at home", func(t *testing.T) {
			home := inDirectories(t, "", "")
			if err := test.breakFile(home); err != nil {
				t.Fatal(err)
			}
			for _, env := range []environment{complete, {"ORGURL": orgURL, "PRIVATEKEY": pemKey, "CLIENTID": "0oaService"}} {
				settings, err := config.Load(config.WithEnvironment(env.get))
				if err != nil || settings.RequestTimeout != 0 || len(settings.Warnings) != 1 || !strings.Contains(settings.Warnings[0], home+" cannot be read, and is ignored: "+test.says) {
					t.Errorf("not needed: warnings %q, error %v", settings.Warnings, err)
				}
			}
			_, err := config.Load(config.WithEnvironment(environment{"ORGURL": orgURL}.get))
			checkError(t, err, "token is not set", home+" (which cannot be read: "+test.says)
		})
		t.Run(name+" in the working directory", func(t *testing.T) {
			inDirectories(t, "", lines("orgUrl: https://home.okta.com", "token: secret", "clientId: 0oaHome"))
			if err := test.breakFile(".okta.yaml"); err != nil {
				t.Fatal(err)
			}
			settings, err := config.Load(config.WithEnvironment(complete.get))
			if err != nil || settings.RequestTimeout != 0 || len(settings.Warnings) != 1 || !strings.Contains(settings.Warnings[0], test.says) {
				t.Errorf("not needed: warnings %q, error %v", settings.Warnings, err)
			}
			// It may name another org or app than the home directory's file, which must not take its place.
			for missing, env := range map[string]environment{
				"orgUrl": {"TOKEN": "secret"}, "token": {"ORGURL": orgURL}, "clientId": {"ORGURL": orgURL, "PRIVATEKEY": pemKey},
			} {
				_, err = config.Load(config.WithEnvironment(env.get))
				checkError(t, err, missing+" is not set", ".okta.yaml (which cannot be read: "+test.says)
			}
		})
		t.Run(name+", named", func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "okta.yaml")
			if err := test.breakFile(path); err != nil {
				t.Fatal(err)
			}
			_, err := config.Load(config.WithEnvironment(complete.get), config.WithFiles(path))
			checkError(t, err, path+": "+test.says)
		})
	}
	t.Run("no home directory", func(t *testing.T) {
		t.Chdir(t.TempDir())
		t.Setenv("HOME", os.DevNull)
		if settings, err := config.Load(config.WithEnvironment(complete.get)); err != nil || settings.OrgURL != orgURL {
			t.Errorf("%+v, %v", settings, err)
		}
	})
	t.Run("a named file that does not exist", func(t *testing.T) {
		_, err := config.Load(config.WithEnvironment(complete.get), config.WithFiles("missing.yaml"))
		checkError(t, err, "missing.yaml: no such file")
	})
}
