package main

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
	"testing"
)

// flakyDisk is full for one of the writes, and takes the others.
type flakyDisk struct {
	left   int // writes before that one
	failed bool
}

func (d *flakyDisk) Write(p []byte) (int, error) {
	if d.left--; d.left == -1 {
		d.failed = true
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

// Whichever line of the output is lost, in any format, the command fails and says why.
func TestOutputThatIsLostIsAFailure(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	env := map[string]string{"OKTA_CLIENT_ORGURL": org.URL, "OKTA_CLIENT_TOKEN": org.APIToken()}
	formats := map[string][]string{
		"list 0oa1 --page-size 2":                      {"table", "json", "jsonl", "csv", "yaml"},
		"get 0oa1 " + org.Tokens("0oa1")[0].ID:         {"table", "json", "jsonl", "csv", "yaml"},
		"summary 0oa1":                                 {"table", "json", "jsonl", "csv", "yaml", "html"},
		"sweep 0oa1 --status ACTIVE --dry-run":         {"table", "json", "jsonl", "csv", "yaml"},
		"sweep 0oa1 --created-before 2001-01-01 --yes": {"table", "json", "csv", "yaml"},
		"revoke 0oa1 oarGone":                          {"table", "json", "jsonl", "csv", "yaml"},
		"contract 0oa1":                                {"table", "json", "yaml", "junit"},
		"version":                                      {"table"},
	}
	for line, formats := range formats {
		for _, format := range formats {
			t.Run(line+" "+format, func(t *testing.T) {
				t.Parallel()
				for lost := 0; ; lost++ {
					disk, stderr := &flakyDisk{left: lost}, &bytes.Buffer{}
					code := run(t.Context(), append(strings.Fields(line), "-o", format), &console{
						in: bufio.NewReader(strings.NewReader("")), out: disk, stderr: stderr, getenv: func(name string) string { return env[name] }, configFiles: []string{},
					})
					if !disk.failed {
						if lost == 0 {
							t.Error("nothing is written")
						}
						return
					}
					if code != exitFailed || !strings.Contains(stderr.String(), "no space left on device") {
						t.Errorf("write %d is lost: code %d, stderr %q", lost+1, code, stderr)
					}
				}
			})
		}
	}
}

// So it does for the output of subcommands that print no rows, and of cobra.
func TestTextThatIsLostIsAFailure(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"", "help", "help list", "--help", "list --help", "--version", "completion bash", "demo"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			code := run(t.Context(), strings.Fields(line), &console{
				out: fullDisk{}, stderr: &stderr, getenv: func(string) string { return "" }, configFiles: []string{},
			})
			if code != exitFailed || !strings.HasSuffix(stderr.String(), "apptokens: no space left on device\n") {
				t.Errorf("code %d, stderr %q; want 1, the reason", code, &stderr)
			}
		})
	}
}
