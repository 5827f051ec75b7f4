// Command bench compares this project's client with its peers, side by side in one run: the cost of a listing, the size
// of a program, and the use of an org's rate limit. It prints tables, writes them to RESULTS.md, three rows of them to
// the README and the plot to limit.svg, and exits with 1 if a target is missed. With -run it measures a part, and writes
// nothing.
//
//	make bench
//	go run . -run 'apps|grid'
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	part := flag.String("run", "", "measure only what matches this regular expression: listing, slow, memory, calls, apps, "+
		"limit, grid, share, plot or weight")
	flag.Parse()
	chosen, err := regexp.Compile(*part)
	if err != nil {
		return err
	}
	start := time.Now()
	dir, err := os.MkdirTemp("", "apptokens-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	l := &lab{dir: dir, report: &report{}}
	defer l.stop()
	if err := errors.Join(l.build(), l.startServer()); err != nil {
		return err
	}
	for _, step := range []struct {
		name    string
		measure func() error
	}{
		{"listing", l.listing}, {"slow", l.slowListing}, {"memory", l.memory}, {"calls", l.singleCalls}, {"apps", l.manyApps},
		{"limit", l.rateLimit}, {"grid", l.grid}, {"share", l.share}, {"plot", l.plot}, {"weight", l.weight},
	} {
		if !chosen.MatchString(step.name) {
			continue
		}
		if err := step.measure(); err != nil {
			return err
		}
	}
	text := l.report.markdown(describe(), time.Since(start))
	fmt.Print(text)
	if *part != "" {
		return nil
	}
	if err := os.WriteFile("RESULTS.md", []byte(text), 0o644); err != nil {
		return err
	}
	if err := l.report.updateReadme("../../README.md"); err != nil {
		return err
	}
	if missed := l.report.missed(); len(missed) > 0 {
		return fmt.Errorf("missed: %s", strings.Join(missed, "; "))
	}
	return nil
}

// clients are the clients, in the order of the tables.
var clients = []string{"floor", "std", "jsonv2", "generated", "apptokens", "okta"}

// build compiles the programs, stripped, as if for a release.
func (l *lab) build() error {
	for _, name := range clients {
		if err := l.compile(filepath.Join(l.dir, name), "./clients/"+name); err != nil {
			return err
		}
	}
	return l.compile(filepath.Join(l.dir, "server"), "./server")
}

func (l *lab) compile(output, source string, env ...string) error {
	_, err := l.command(append(env, "CGO_ENABLED=0"), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", output, source)
	return err
}
