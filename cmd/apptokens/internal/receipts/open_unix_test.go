//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package receipts_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/receipts"
)

func TestOpenDoesNotWaitForAPipe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, "/dev/zero", "/dev/tty"} {
		if _, err := receipts.Open(path, org); err == nil || !strings.Contains(err.Error(), "is not a regular file") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestOpenFollowsSymbolicLinks(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"to a file": planned + "\n{", "to a file that does not exist yet": ""} {
		target := write(t, content)
		if content == "" {
			if err := os.Remove(target); err != nil {
				t.Fatal(err)
			}
		}
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		open(t, link)
		if got := read(t, target); got != strings.TrimSuffix(content, "{") {
			t.Errorf("%s: the file is %q", name, got)
		}
		if _, err := receipts.Open(target, org); err == nil || !strings.Contains(err.Error(), "another sweep") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is written to a file that logrotate has moved away is not where people look for it.
func TestNothingIsRecordedInAFileThatWasReplaced(t *testing.T) {
	t.Parallel()
	path := write(t, planned+"\n")
	file := open(t, path)
	if err := errors.Join(os.Rename(path, path+".1"), os.WriteFile(path, []byte(planned+"\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	err := file.Append(receipts.Receipt{Time: now, Org: org, AppID: "0oa1", TokenID: "oar1", Outcome: bulk.Revoked})
	if err == nil || !strings.Contains(err.Error(), path+" was moved or deleted meanwhile") {
		t.Errorf("got %v", err)
	}
	if got := read(t, path) + read(t, path+".1"); got != planned+"\n"+planned+"\n" {
		t.Errorf("the files are\n%s", got)
	}
}

// Not parallel, because the umask is that of the process.
func TestNewFilesAreTheUsersAlone(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	path := filepath.Join(t.TempDir(), "receipts.jsonl")
	open(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, mode %v, want 0600", err, info.Mode())
	}
}
