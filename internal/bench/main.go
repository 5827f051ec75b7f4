// Command bench compares this project's client with its peers, side by side in one run: the cost of a listing, the size
// of a program, and the use of an org's rate limit. It prints tables, writes them to RESULTS.md, three rows of them to
// the README and the plot to limit.svg, and exits with 1 if a target is missed.
//
//	make bench
package main

import (
	"fmt"
	"os"
	"path/filepath"
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
	start := time.Now()
	dir, err := os.MkdirTemp("", "apptokens-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	l := &lab{dir: dir, report: &report{}}
	for _, step := range []func() error{l.build, l.startServer, l.listing, l.slowListing, l.memory, l.singleCalls,
		l.rateLimit, l.share, l.plot, l.weight} {
		if err := step(); err != nil {
			l.stop()
			return err
		}
	}
	l.stop()
	text := l.report.markdown(describe(), time.Since(start))
	fmt.Print(text)
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
