package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// recordVersion makes the repository speak of upstream's version, and writes the checklist.
func recordVersion(out io.Writer, root, upstreamFile string) error {
	c, err := compareFiles(root, upstreamFile)
	if err != nil {
		return err
	}
	texts, err := replaceVersion(root, c.recorded, c.version)
	if err != nil {
		return err
	}
	texts[checklistFile] = c.checklist(root)
	for file, text := range texts {
		if err := os.WriteFile(filepath.Join(root, file), []byte(text), 0o644); err != nil {
			return err
		}
	}
	places := "places"
	n := len(c.unexpected) + len(c.stale)
	if n == 1 {
		places = "place"
	}
	fmt.Fprintf(out, "recorded %s (before: %s); %s has %d %s to edit\n", c.version, c.recorded, checklistFile, n, places)
	return nil
}

// recordings are the places that name the version, with what stands around it.
var recordings = []struct{ file, format string }{
	{contractFile, "# API, version %s. "},
	{contractFile, "\n  version: %s\n"},
	{"api/contract/listprobes.go", "Okta's management API %s\""},
}

// Anything else could be a number in YAML, or could end the comment or the string that it stands in.
var recordable = regexp.MustCompile(`^\d+\.\d+\.[\w.+-]+$`)

// replaceVersion returns the files that name the version, by name, with another one in its place.
func replaceVersion(root, from, to string) (texts map[string]string, err error) {
	if !recordable.MatchString(to) {
		return nil, fmt.Errorf("version %q cannot be recorded: want one like 2026.06.3", to)
	}
	texts = map[string]string{}
	for _, r := range recordings {
		if _, read := texts[r.file]; !read {
			text, err := os.ReadFile(filepath.Join(root, r.file))
			if err != nil {
				return nil, err
			}
			texts[r.file] = string(text)
		}
		old := fmt.Sprintf(r.format, from)
		if n := strings.Count(texts[r.file], old); n != 1 {
			return nil, fmt.Errorf("%s has %q %d times; want it once, to know where the version stands", r.file, old, n)
		}
		texts[r.file] = strings.Replace(texts[r.file], old, fmt.Sprintf(r.format, to), 1)
	}
	return texts, nil
}
