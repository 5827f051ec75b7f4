package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// appList is where the IDs of apps come from: arguments, a file, and standard input.
type appList struct{ file string }

func (l *appList) addFlag(command *cobra.Command) {
	command.Flags().StringVar(&l.file, "apps-file", "", `file with IDs of apps, one a line; "-" for standard input`)
}

// read returns the IDs, each once. In files, what follows a "#" is a comment.
func (l *appList) read(a *app, command *cobra.Command, args []string) ([]string, error) {
	if command.Flags().Changed("apps-file") && l.file == "" {
		return nil, usageError{errors.New("--apps-file is empty")}
	}
	var ids []string
	for _, arg := range args {
		if arg != "-" {
			ids = append(ids, arg)
			continue
		}
		more, err := readIDs(a.in)
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		ids = append(ids, more...)
	}
	if l.file != "" {
		more, err := l.readFile(a)
		if err != nil {
			return nil, usageError{fmt.Errorf("--apps-file: %w", err)}
		}
		ids = append(ids, more...)
	}
	if ids = unique(ids); len(ids) == 0 {
		return nil, usageError{errors.New(`no app: name some, or pass --apps-file, or "-" for standard input`)}
	}
	return ids, nil
}

func (l *appList) readFile(a *app) ([]string, error) {
	if l.file == "-" {
		return readIDs(a.in)
	}
	file, err := os.Open(l.file)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readIDs(file)
}

func readIDs(r io.Reader) (ids []string, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		id, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "\ufeff"), "#") // some editors begin files with a mark
		if id = strings.TrimSpace(id); id != "" {
			ids = append(ids, id)
		}
	}
	return ids, lines.Err()
}
