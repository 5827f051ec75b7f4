package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
)

// buildCommand builds the command in a folder of its own, which remove removes.
func buildCommand(ctx context.Context) (path string, remove func(), err error) {
	folder, err := os.MkdirTemp("", "apptokens-soak-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(folder) }
	path = filepath.Join(folder, "apptokens")
	printed, err := exec.CommandContext(ctx, "go", "build", "-o", path, "./cmd/apptokens").CombinedOutput()
	if err != nil {
		remove()
		return "", nil, fmt.Errorf("%w\n%s", err, printed)
	}
	return path, remove, nil
}

// useCommand lists an app, or revokes the tokens of a user in it, with the command. The exit code 0 is a promise.
func (s *soak) useCommand(ctx context.Context, r *rand.Rand, app string) {
	if r.IntN(2) == 0 {
		before, listed := s.present(app), set{}
		out, err := s.runCommand(ctx, "list", app, "-o", "jsonl")
		s.count("command: list", err)
		if err != nil {
			return
		}
		for line := range bytes.Lines(out) {
			var token struct{ ID string }
			if err := json.Unmarshal(line, &token); err != nil {
				s.complain(fmt.Errorf("command: list: %w: %s", err, line))
			}
			listed[token.ID] = true
		}
		s.complain(missing("command: list", app, before, s.present(app), listed))
		return
	}
	user := users[r.IntN(len(users))]
	ids, done := s.askAll(app, user)
	defer done()
	_, err := s.runCommand(ctx, "sweep", app, "--user", user, "--yes")
	s.count("command: sweep", err)
	if err == nil {
		s.complain(s.stillThere("command: sweep", app, ids))
	}
}

func (s *soak) runCommand(ctx context.Context, args ...string) (out []byte, err error) {
	command := exec.CommandContext(ctx, s.command, args...)
	command.Env = append(os.Environ(), "OKTA_CLIENT_ORGURL="+s.url, "OKTA_CLIENT_TOKEN="+s.org.APIToken())
	command.Dir = filepath.Dir(s.command)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err = command.Run()
	s.scan(stdout.String() + stderr.String())
	if exit, failed := errors.AsType[*exec.ExitError](err); failed && exit.ExitCode() == 2 {
		s.complain(fmt.Errorf("command: %w: %s", err, &stderr))
	}
	return stdout.Bytes(), err
}
