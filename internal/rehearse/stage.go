package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A stage is a folder for copies of the repository.
type stage struct {
	folder string
	files  []string // of the repository
	drift  string   // the program
	places chan repository
}

func newStage(ctx context.Context) (*stage, error) {
	folder, err := os.MkdirTemp("", "apptokens-rehearsal-")
	if err != nil {
		return nil, err
	}
	s := &stage{folder: folder, drift: filepath.Join(folder, "drift"), places: make(chan repository, 2)}
	for place := range cap(s.places) {
		s.places <- repository(filepath.Join(folder, fmt.Sprint(place)))
	}
	list, err := output(ctx, ".", "git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate")
	if err == nil {
		s.files = strings.Fields(list)
		_, err = output(ctx, ".", "go", "build", "-o", s.drift, "./internal/drift")
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *stage) close() error { return os.RemoveAll(s.folder) }

// copy makes a fresh copy of the repository.
func (s *stage) copy(to repository) error {
	if err := os.RemoveAll(string(to)); err != nil {
		return err
	}
	for _, file := range s.files {
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed, and not yet committed
		}
		err = errors.Join(err, os.MkdirAll(filepath.Dir(filepath.Join(string(to), file)), 0o755), to.write(file, string(text)))
		if err != nil {
			return err
		}
	}
	return nil
}

// A repository is the folder of a copy.
type repository string

func (r repository) read(file string) (string, error) {
	text, err := os.ReadFile(filepath.Join(string(r), file))
	return string(text), err
}

func (r repository) write(file, text string) error {
	return os.WriteFile(filepath.Join(string(r), file), []byte(text), 0o644)
}

// An edit replaces a text in a file by another one, wherever it stands; *.go is every file that has it. With until, the
// edit takes what follows as well, up to there.
type edit struct{ file, from, until, to string }

// contract is the file that most edits are of.
const contract = "openapi.yaml"

func (r repository) edit(edits ...edit) error {
	for _, e := range r.spread(edits) {
		text, err := r.read(e.file)
		if err != nil {
			return err
		}
		before, after, found := strings.Cut(text, e.from)
		end := strings.Index(after, e.until)
		if !found || end < 0 {
			return fmt.Errorf("%s does not have %q, or %q after it: the rehearsal is out of date", e.file, e.from, e.until)
		}
		text = strings.ReplaceAll(text, e.from, e.to)
		if e.until != "" {
			text = before + e.to + after[end:]
		}
		if err := r.write(e.file, text); err != nil {
			return err
		}
	}
	return nil
}

// spread names the files of edits of *.go.
func (r repository) spread(edits []edit) (spread []edit) {
	for _, e := range edits {
		if e.file != "*.go" {
			spread = append(spread, e)
			continue
		}
		_ = filepath.WalkDir(string(r), func(path string, _ fs.DirEntry, err error) error {
			name, _ := filepath.Rel(string(r), path)
			if text, _ := r.read(name); filepath.Ext(path) == ".go" && strings.Contains(text, e.from) {
				spread = append(spread, edit{name, e.from, e.until, e.to})
			}
			return err
		})
	}
	return spread
}

// replaced returns edits of the contract, of texts and what takes their places.
func replaced(texts ...string) (edits []edit) {
	for pair := range slices.Chunk(texts, 2) {
		edits = append(edits, edit{file: contract, from: pair[0], to: pair[1]})
	}
	return edits
}

// output runs a program, and returns what it prints. An error has that in it.
func output(ctx context.Context, folder, name string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = folder
	var printed bytes.Buffer
	command.Stdout, command.Stderr = &printed, &printed
	if err := command.Run(); err != nil {
		return printed.String(), fmt.Errorf("%s: %w\n%s", command, err, &printed)
	}
	return printed.String(), nil
}
