package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// An entry is a place where the contract differs on purpose, and why, for people.
type entry struct {
	place `yaml:",inline"`
	Why   string
}

func readDeliberate(file string) (entries []entry, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&entries); err != nil && !errors.Is(err, io.EOF) {
		oneLine := strings.Join(strings.Fields(err.Error()), " ")
		return nil, fmt.Errorf("%s: %s; want a list of entries with where, what and why", file, oneLine)
	}
	for _, entry := range entries {
		if entry.Where == "" || entry.What == "" || entry.Why == "" {
			return nil, fmt.Errorf("%s: the entry for %q lacks where, what or why", file, entry.place)
		}
	}
	return entries, nil
}

// split returns the differences that nobody expected, and the places of entries where nothing differs any more.
func split(found []difference, deliberate []entry) (unexpected []difference, stale []place) {
	unexpected = slices.Clone(found)
	for _, entry := range deliberate {
		if !slices.ContainsFunc(found, entry.matches) {
			stale = append(stale, entry.place)
		}
		unexpected = slices.DeleteFunc(unexpected, entry.matches)
	}
	return unexpected, stale
}

func (e entry) matches(d difference) bool { return e.place == d.place }
