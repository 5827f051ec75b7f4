//go:build unix

package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/apptokens/api/config"
)

// A FIFO that nobody writes to would be read for ever.
func TestFIFOsAreNotRead(t *testing.T) {
	fifo := func(t *testing.T, path string) {
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	load := func(t *testing.T, opts ...config.Option) (settings config.Config, err error) {
		t.Helper()
		done := make(chan struct{})
		go func() {
			defer close(done)
			settings, err = config.Load(opts...)
		}()
		select {
		case <-done:
		case <-time.After(30 * time.Second):
			t.Fatal("Load hangs")
		}
		return settings, err
	}
	t.Run("in the working directory", func(t *testing.T) {
		inDirectories(t, "", "")
		fifo(t, ".okta.yaml")
		_, err := load(t, config.WithEnvironment(environment{}.get))
		checkError(t, err, ".okta.yaml (which cannot be read: it is not a regular file)")
	})
	t.Run("at home, where nothing is missing", func(t *testing.T) {
		home := inDirectories(t, "", "")
		fifo(t, home)
		settings, err := load(t, config.WithEnvironment(environment{"ORGURL": orgURL, "TOKEN": "secret"}.get))
		if err != nil || !strings.Contains(strings.Join(settings.Warnings, "\n"), "not a regular file") {
			t.Errorf("warnings %q, error %v", settings.Warnings, err)
		}
	})
	t.Run("named", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "okta.yaml")
		fifo(t, path)
		_, err := load(t, config.WithEnvironment(environment{}.get), config.WithFiles(path))
		checkError(t, err, path+": it is not a regular file")
	})
	t.Run("with a key", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "key.pem")
		fifo(t, path)
		env := environment{"ORGURL": orgURL, "CLIENTID": "0oaService", "PRIVATEKEY": path}
		_, err := load(t, config.WithEnvironment(env.get), config.WithFiles())
		checkError(t, err, "privateKey (from OKTA_CLIENT_PRIVATEKEY)", "not a regular file")
	})
	t.Run("devices neither", func(t *testing.T) {
		_, err := load(t, config.WithEnvironment(environment{}.get), config.WithFiles(os.DevNull))
		checkError(t, err, os.DevNull+": it is not a regular file")
	})
}

// A file whose reading fails is not an empty file.
func TestAFileThatFailsWhileItIsRead(t *testing.T) {
	t.Parallel()
	const memory = "/proc/self/mem" // a regular file whose first byte cannot be read
	if _, err := os.Stat(memory); err != nil {
		t.Skip("needs Linux's /proc: ", err)
	}
	_, err := config.Load(config.WithEnvironment(environment{"ORGURL": orgURL, "TOKEN": "secret"}.get), config.WithFiles(memory))
	checkError(t, err, memory+": input/output error")
}
