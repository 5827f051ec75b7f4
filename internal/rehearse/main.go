// Command rehearse makes changes that Okta could make, each to a copy of the repository of its own: to a stand-in for
// Okta's document, which drift compares, and to openapi.yaml, as a maintainer would. What follows must be right, or fail
// with a message that names the place to edit. It runs in the root of the repository:
//
//	make rehearse
//
// It prints a table: each change, what drift reported, the files that the checklist named, and the outcome. The exit code
// is 1 if one of them is not as expected.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"sync"
)

func main() {
	only := flag.String("run", "", "rehearse only the changes whose name matches this `pattern`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := rehearseAll(ctx, *only); err != nil {
		fmt.Fprintln(os.Stderr, "rehearse:", err)
		os.Exit(1)
	}
}

func rehearseAll(ctx context.Context, only string) (err error) {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	stage, err := newStage(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.close()) }()
	changes := slices.DeleteFunc(slices.Concat(schemaChanges, operationChanges), func(c change) bool { return !pattern.MatchString(c.name) })
	results := make([]*result, len(changes))
	var running sync.WaitGroup
	for i, change := range changes {
		running.Go(func() { results[i] = stage.rehearse(ctx, change) })
	}
	running.Wait()
	if err := printTable(os.Stdout, results); err != nil {
		return err
	}
	var wrong []error
	for _, r := range results {
		if r.err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", r.change.name, r.err))
		}
	}
	return errors.Join(wrong...)
}
