package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// A change is one that Okta could make.
type change struct {
	name      string
	contract  []edit            // of openapi.yaml
	patch     string            // or a file with this and all that follows from it
	drift     []string          // what drift reports
	checklist []string          // files that its checklist names
	also      [][]string        // what go does besides testing openapi.yaml
	steps     []step            // what fails, and what is edited then; none if everything passes at once
	proof     map[string]string // what files hold in the end, white space aside
}

// A step is a failure that names the place to edit.
type step struct {
	fails  []string // patterns of lines of its message
	follow []edit   // what a maintainer edits then; nothing if that takes a decision
}

// A result is what became of a change.
type result struct {
	change  change
	drift   []string
	files   []string // that the checklist names
	outcome []string
	err     error // it is not as expected
}

func (s *stage) rehearse(ctx context.Context, c change) *result {
	copied := <-s.places
	defer func() { s.places <- copied }()
	r := &result{change: c}
	r.err = s.play(ctx, copied, r)
	return r
}

func (s *stage) play(ctx context.Context, copied repository, r *result) error {
	if err := s.copy(copied); err != nil {
		return err
	}
	okta, err := s.publish(ctx, copied, r.change)
	if err != nil {
		return err
	}
	if err := s.compare(ctx, copied, okta, r); err != nil {
		return err
	}
	edited, err := os.ReadFile(okta)
	if err != nil {
		return err
	}
	if err := copied.write(contract, string(edited)); err != nil {
		return err
	}
	if passes, err := r.follow(ctx, copied); err != nil || !passes {
		return err
	}
	for file, want := range r.change.proof {
		text, err := copied.read(file)
		if err != nil {
			return err
		}
		if !strings.Contains(squeeze(text), squeeze(want)) {
			return fmt.Errorf("%s does not have %q", file, want)
		}
	}
	_, err = output(ctx, string(copied), s.drift, "compare", okta)
	return err
}

// publish makes a change, and returns a file that stands in for Okta's document: the contract, once changed. From it, the
// contract differs in nothing else.
func (s *stage) publish(ctx context.Context, copied repository, c change) (okta string, err error) {
	original, err := copied.read(contract)
	if err != nil {
		return "", err
	}
	if c.patch != "" {
		if _, err := output(ctx, string(copied), "git", "apply", "-C1", c.patch); err != nil {
			return "", err
		}
	}
	if err := copied.edit(c.contract...); err != nil {
		return "", err
	}
	edited, err := copied.read(contract)
	if err != nil {
		return "", err
	}
	okta = string(copied) + ".okta.yaml"
	return okta, errors.Join(os.WriteFile(okta, []byte(edited), 0o644), copied.write(contract, original),
		copied.write("internal/drift/deliberate.yaml", ""))
}

// compare has drift compare the contract with Okta's document, and write its checklist.
func (s *stage) compare(ctx context.Context, copied repository, okta string, r *result) error {
	said, err := output(ctx, string(copied), s.drift, "compare", okta)
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		return err
	}
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "  ") {
			r.drift = append(r.drift, strings.TrimSpace(line))
		}
	}
	if !slices.Equal(r.drift, r.change.drift) {
		return fmt.Errorf("drift reports %q, want %q", r.drift, r.change.drift)
	}
	if _, err = output(ctx, string(copied), s.drift, "record", okta); err != nil {
		return err
	}
	checklist, err := copied.read("internal/drift/CHECKLIST.md")
	for line := range strings.Lines(checklist) {
		if place, isTask := strings.CutPrefix(line, "  - [ ] "); isTask {
			file, _, _ := strings.Cut(place, ":")
			r.files = append(r.files, file)
		}
	}
	slices.Sort(r.files)
	r.files = slices.Compact(r.files)
	for _, file := range r.change.checklist {
		if !slices.Contains(r.files, file) {
			return fmt.Errorf("the checklist names %q, and not %s", r.files, file)
		}
	}
	return err
}

// follow goes from failure to failure, and reports whether everything passes in the end.
func (r *result) follow(ctx context.Context, copied repository) (passes bool, err error) {
	edits := []edit{{file: contract}}
	for _, step := range r.change.steps {
		failure := r.change.check(ctx, copied, edits)
		if failure == nil {
			return false, fmt.Errorf("nothing fails; want a failure that says %q", step.fails)
		}
		for _, pattern := range step.fails {
			line := regexp.MustCompile("(?m)^.*" + pattern + ".*$").FindString(failure.Error())
			if line == "" {
				return false, fmt.Errorf("the failure does not say %q: %w", pattern, failure)
			}
			r.outcome = append(r.outcome, "fails: "+strings.TrimSpace(line))
		}
		if step.follow == nil {
			return false, nil
		}
		edits = step.follow
		if err := copied.edit(edits...); err != nil {
			return false, err
		}
	}
	if err := r.change.check(ctx, copied, edits); err != nil {
		return false, err
	}
	r.outcome = append(r.outcome, "passes")
	return true, nil
}

// check does what the checklist ends with, as far as it is quick: it generates what edits concern, builds what knows the
// contract, and tests that.
func (c change) check(ctx context.Context, copied repository, edits []edit) error {
	generate := []string{"generate", "."}
	if !slices.ContainsFunc(edits, func(e edit) bool { return e.file == contract }) {
		generate = []string{"generate", "-run", "reference", "."}
	}
	commands := [][]string{
		generate,
		{"build", "./api", "./api/bulk", "./api/contract", "./api/oktatest"},
		{"test", "-vet=off", "-run", "Contract|Literals|BesideARef|Marked|Guard", "./internal/repository"},
	}
	for _, args := range slices.Concat(commands, c.also) {
		if _, err := output(ctx, string(copied), "go", args...); err != nil {
			return err
		}
	}
	return nil
}

func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }
