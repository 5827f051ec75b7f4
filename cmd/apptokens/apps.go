package main

import (
	"bufio"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// appList is where the IDs of apps come from: arguments, a file, and standard input.
type appList struct{ file string }

func (l *appList) addFlag(command *cobra.Command) {
	command.Flags().StringVar(&l.file, "apps-file", "", `file with the IDs of apps, one per line; "-" for standard input`)
}

// read returns the IDs, each once. In files, what follows a "#" is a comment.
func (l *appList) read(a *app, command *cobra.Command, args []string) ([]string, error) {
	if command.Flags().Changed("apps-file") && l.file == "" {
		return nil, usage("--apps-file is empty")
	}
	var ids []string
	for _, arg := range args {
		more, err := []string{arg}, checkApps(arg)
		if arg == "-" {
			more, err = readApps("standard input", a.in)
		}
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
	}
	if l.file != "" {
		more, err := l.readFile(a)
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
	}
	if ids = unique(ids); len(ids) == 0 {
		return nil, usage(`no app given; pass app IDs, --apps-file, or "-" for standard input`)
	}
	return ids, nil
}

func (l *appList) readFile(a *app) ([]string, error) {
	if l.file == "-" {
		return readApps("standard input", a.in)
	}
	file, err := os.Open(l.file)
	if err != nil {
		return nil, usage("--apps-file: %w", err)
	}
	defer file.Close()
	return readApps(l.file, file)
}

func readApps(name string, r io.Reader) (ids []string, err error) {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		id, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "\ufeff"), "#") // some editors begin files with a mark
		if id = strings.TrimSpace(id); id == "" {
			continue
		}
		if err := checkApps(id); err != nil {
			return nil, usage("%s, line %d: %w", name, n, err)
		}
		ids = append(ids, id)
	}
	if err := lines.Err(); err != nil {
		return nil, usage("%s: %w", name, err)
	}
	return ids, nil
}
