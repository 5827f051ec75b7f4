package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An unset variable without quotes leaves a flag without its value, so the next flag takes its place. If that is the one
// that restricts or prevents a revocation, the command must not go on without it.
func TestAFlagIsNotTheValueOfAnother(t *testing.T) {
	t.Parallel()
	for line, says := range map[string]string{
		"sweep 0oa1 --scope profile --receipts --user=00uNobody --yes": `--receipts: "--user=00uNobody" looks like a flag; is a value missing? If it is a file, write ./--user=00uNobody`,
		"sweep 0oa1 --scope profile --yes --receipts --dry-run":        `--receipts: "--dry-run" looks like a flag`,
		"sweep 0oa1 --scope profile --yes --receipts -v":               `--receipts: "-v" looks like a flag`,
		"sweep 0oa1 --yes --scope --dry-run":                           `--scope: "--dry-run" looks like a flag; is a value missing?` + "\n",
		"sweep 0oa1 --yes --scope profile --older-than --dry-run":      `--older-than: "--dry-run" looks like a flag`,
		"summary 0oa1 --html --user=00uNobody":                         `--html: "--user=00uNobody" looks like a flag; is a value missing? If it is a file, write ./--user=00uNobody`,
		"list --apps-file --user 0oa1":                                 `--apps-file: "--user" looks like a flag`,
		"revoke-all 0oa1 --config --yes":                               `--config: "--yes" looks like a flag`,
	} {
		org := newOrg(t, 3)
		got := command{org: org}.run(t.Context(), strings.Fields(line)...)
		if got.code != exitUsage || !strings.Contains(got.err, says) || got.out != "" || len(org.Requests()) > 0 {
			t.Errorf("%s: code %d, %d requests, stderr %q; want 2, none, %q", line, got.code, len(org.Requests()), got.err, says)
		}
	}
}

// No flag of any subcommand takes another one as its value.
func TestEveryFlagRefusesAFlagAsItsValue(t *testing.T) {
	t.Parallel()
	args := map[string]string{"get": "0oa1 oar1", "revoke": "0oa1 oar1", "man": t.TempDir(), "serve": "", "demo": "", "version": ""}
	for _, subcommand := range newRoot().Commands() {
		if name := subcommand.Name(); name == "help" || name == "completion" {
			continue
		}
		positional, ok := args[subcommand.Name()]
		if !ok {
			positional = "0oa1"
		}
		for _, name := range valueFlags(subcommand) {
			line := subcommand.Name() + " " + positional + " --" + name + " --verbose"
			t.Run(line, func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // serve would not end
				defer cancel()
				org := newOrg(t, 3)
				got := command{org: org}.run(ctx, strings.Fields(line)...)
				if got.code != exitUsage || !strings.Contains(got.err, "--"+name) || len(org.Requests()) > 0 {
					t.Errorf("code %d, %d requests, stderr %q; want 2, none, the flag", got.code, len(org.Requests()), got.err)
				}
			})
		}
	}
}

// A file may have any name.
func TestAFileWithTheNameOfAFlag(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "--yes")
	writeTestFile(t, file, "0oa1\n")
	if got := (command{org: newOrg(t, 3)}).run(t.Context(), "list", "--apps-file", file); got.code != exitDone {
		t.Errorf("code %d, stderr %q", got.code, got.err)
	}
}

// Values of the wrong type are named in plain words.
func TestValuesOfTheWrongTypeAreNamed(t *testing.T) {
	t.Parallel()
	for line, says := range map[string]string{
		"list 0oa1 --concurrency abc":           `--concurrency is "abc", want a whole number` + "\n",
		"list 0oa1 --page-size 1.5":             `--page-size is "1.5", want a whole number` + "\n",
		"serve --seed -1":                       `--seed is "-1", want a whole number of 0 or more`,
		"sweep 0oa1 --status ACTIVE --yes=yeah": `--yes is "yeah", want true or false` + "\n",
		"revoke 0oa1":                           "want 'apptokens revoke APP TOKEN...', got 1 argument\n",
		"get 0oa1 oar1 oar2":                    "want 'apptokens get APP TOKEN', got 3 arguments\n",
	} {
		org := newOrg(t, 3)
		got := command{org: org}.run(t.Context(), strings.Fields(line)...)
		if got.code != exitUsage || !strings.Contains(got.err, says) || strings.Contains(got.err, "strconv") || len(org.Requests()) > 0 {
			t.Errorf("%s: code %d, stderr %q; want 2, %q", line, got.code, got.err, says)
		}
	}
}

// A slip is a usage error that names what is right, and nothing is sent or printed, which may go into a file.
func TestSlipsAreExplained(t *testing.T) {
	t.Parallel()
	for line, says := range map[string]string{
		"revoke 0oa1 -":      `revoke does not take "-" for standard input; use 'xargs apptokens revoke 0oa1'` + "\n",
		"revoke 0oa1 oar1 -": "use 'xargs apptokens revoke 0oa1 oar1'\n",
		"get 0oa1 -":         `get does not take "-" for standard input; use 'xargs -n 1 apptokens get 0oa1'` + "\n",
		"revoke-all - --yes": `revoke-all does not take "-" for standard input; use 'xargs apptokens revoke-all'` + "\n",
		"contract -":         `contract does not take "-" for standard input; use 'xargs -n 1 apptokens contract'` + "\n",
		"version x":          "want 'apptokens version', got 1 argument\n",
		"demo x y":           "want 'apptokens demo', got 2 arguments\n",
		"serve x":            "want 'apptokens serve', got 1 argument\n",
		"completion bsh":     `apptokens: unknown shell "bsh"; choose from bash, fish, powershell, zsh` + "\n",
		"completion bash x":  "want 'apptokens completion bash', got 1 argument\n",
		"completion":         "want 'apptokens completion SHELL', got 0 arguments\n",
		"list -user 00u1":    "unknown shorthand flag: 'u' in -user; did you mean --user?\n",
		"list -colums=id":    "unknown shorthand flag: 'c' in -colums=id; did you mean --columns?\n",
		"sweep 0oa1 --status ACTIVE --yes --columns id": "--columns works only with --dry-run\n",
	} {
		org := newOrg(t, 3)
		got := command{org: org, interruptAt: "export"}.run(t.Context(), strings.Fields(line)...)
		if got.code != exitUsage || !strings.Contains(got.err, says) || got.out != "" || len(org.Requests()) > 0 {
			t.Errorf("%s: code %d, %d requests, stdout %.80q, stderr %q; want 2, none, %q", line, got.code, len(org.Requests()), got.out, got.err, says)
		}
	}
}

// A global flag that would change nothing is an error, because whoever passes it expects something of it.
func TestFlagsThatASubcommandIgnoresAreRefused(t *testing.T) {
	t.Parallel()
	global := map[string]string{
		"--org-url": "https://x", "--config": "/nope", "--rate-share": "0.5", "--output": "json", "--no-headers": "true", "--verbose": "true",
	}
	dir := t.TempDir()
	for _, line := range []string{"serve", "demo", "version", "man " + dir, "completion bash"} {
		for flag, value := range global {
			if line == "serve" && flag == "--verbose" {
				continue // which logs the requests
			}
			t.Run(line+" "+flag, func(t *testing.T) {
				t.Parallel()
				got := command{interruptAt: "export"}.run(t.Context(), append([]string{flag + "=" + value}, strings.Fields(line)...)...)
				if name, _, _ := strings.Cut(line, " "); got.code != exitUsage || !strings.Contains(got.err, "apptokens: "+name+" ignores "+flag+"; leave it out\n") || got.out != "" {
					t.Errorf("code %d, stdout %.200q, stderr %q; want 2, the flag", got.code, got.out, got.err)
				}
			})
		}
	}
	// What a subcommand does anyway may be asked for.
	if got := (command{}).run(t.Context(), "version", "-o", "table", "-v=false"); got.code != exitDone {
		t.Errorf("code %d, %s", got.code, got.err)
	}
}
