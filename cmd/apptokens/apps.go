package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"example.com/apptokens/api/bulk"
)

// appList reads app IDs from arguments, a file and standard input.
type appList struct {
	file        string
	concurrency int // apps that are listed at once
}

// maxConcurrency bounds --concurrency: orgs allow 20 to 100 requests a minute.
const maxConcurrency = 64

// addFlags adds --apps-file and --concurrency. atOnce says what the latter bounds.
func (l *appList) addFlags(command *cobra.Command, atOnce string) {
	command.Flags().StringVar(&l.file, "apps-file", "", `file with app IDs, one per line; "-" for standard input`)
	command.Flags().IntVar(&l.concurrency, "concurrency", bulk.DefaultConcurrency,
		fmt.Sprintf("%s at once, 1 to %d, within the rate limit", atOnce, maxConcurrency))
}

// read returns the IDs, each once. In files, "#" begins a comment.
func (l *appList) read(ctx context.Context, a *app, args []string) (ids []string, err error) {
	if l.concurrency < 1 || l.concurrency > maxConcurrency {
		return nil, usage("--concurrency is %d, want 1 to %d", l.concurrency, maxConcurrency)
	}
	standardInput := func() ([]string, error) { return readApps("standard input", a.in) }
	for _, arg := range args {
		more := []string{arg}
		if arg == "-" {
			more, err = await(ctx, standardInput)
		} else {
			err = checkApps(arg)
		}
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
	}
	if l.file != "" {
		read := standardInput
		if l.file != "-" {
			read = func() ([]string, error) { return readAppsFile(l.file) }
		}
		more, err := await(ctx, read)
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
	}
	a.appIDs = unique(ids)
	switch {
	case len(ids) > 0:
		return a.appIDs, nil
	case l.file != "" && l.file != "-":
		return nil, usage("--apps-file: %s has no app ID", l.file)
	case l.file == "-" || len(args) > 0:
		return nil, usage("standard input has no app ID")
	}
	return nil, usage(`no app given; pass app IDs, --apps-file, or "-" for standard input`)
}

func readAppsFile(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usage("--apps-file: %w", err)
	}
	defer file.Close()
	return readApps("--apps-file: "+path, file)
}

func readApps(name string, r io.Reader) (ids []string, err error) {
	lines, n := bufio.NewScanner(r), 1
	for ; lines.Scan(); n++ {
		id, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "\ufeff"), "#") // some editors write a byte order mark
		if id = strings.TrimSpace(id); id == "" {
			continue
		}
		if err := checkApps(id); err != nil {
			return nil, usage("%s, line %d: %w", name, n, err)
		}
		ids = append(ids, id)
	}
	err = lines.Err()
	if failure, ok := errors.AsType[*fs.PathError](err); ok {
		err = failure.Err // without the path, which name has
	}
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, usage("%s, line %d: it is longer than %d bytes; write one app ID per line", name, n, bufio.MaxScanTokenSize)
	case err != nil:
		return nil, usage("%s: %w", name, err)
	}
	return ids, nil
}

// ofApps says how many of several apps are done, and nothing about a single one.
func ofApps(done, total int) string {
	if total == 1 {
		return ""
	}
	return fmt.Sprintf(" in %d of %d apps", done, total)
}
