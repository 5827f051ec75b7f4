// Command tests runs go test, prints what it prints, and finally the number of tests that were skipped, with their
// reasons: go test itself does not mention them. Each run has its own arguments; "--" separates the runs:
//
//	go run ./internal/tests -race ./... -- -C internal/bench .
//
// The exit code is 1 if a run failed.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

func main() { os.Exit(run(os.Stdout, os.Args[1:])) }

func run(w io.Writer, args []string) (code int) {
	found := skips{}
	for one := range strings.SplitSeq(strings.Join(args, "\n"), "\n--\n") {
		args := append([]string{"test"}, strings.Split(one, "\n")...) // -C has to come first
		command := exec.Command("go", append(args, "-json")...)
		command.Stderr = os.Stderr
		events, err := command.StdoutPipe()
		if err == nil {
			err = command.Start()
		}
		if err == nil {
			printEvents(w, events, found)
			err = command.Wait()
		}
		if err != nil {
			fmt.Fprintf(w, "go %s: %v\n", strings.Join(args, " "), err)
			code = 1
		}
	}
	fmt.Fprintln(w, found)
	return code
}

// event is one line of go test -json.
type event struct{ Action, Package, Test, Output string }

// skips maps the reasons of skipped tests to their names.
type skips map[string][]string

func (s skips) String() string {
	if len(s) == 0 {
		return "0 tests were skipped"
	}
	count, reasons := 0, []string{}
	for _, reason := range slices.Sorted(maps.Keys(s)) {
		count += len(s[reason])
		reasons = append(reasons, fmt.Sprintf("%s (%s)", reason, strings.Join(s[reason], ", ")))
	}
	return fmt.Sprintf("%d tests were skipped: %s", count, strings.Join(reasons, "; "))
}

// reason matches what a test said when it was skipped.
var reason = regexp.MustCompile(`^ +\w+\.go:\d+: (.*)\n$`)

// printEvents prints what go test prints without -json and -v, and collects the skipped tests.
func printEvents(w io.Writer, events io.Reader, found skips) {
	said := map[string][]event{} // by package, in order: output of what has not passed
	for decoder := json.NewDecoder(events); ; {
		var e event
		if decoder.Decode(&e) != nil {
			return // go test has ended; its exit code says how
		}
		switch {
		case e.Action == "build-output":
			fmt.Fprint(w, e.Output)
		case e.Action == "output":
			said[e.Package] = append(said[e.Package], e)
		case !slices.Contains([]string{"pass", "fail", "skip"}, e.Action):
		case e.Test == "":
			printPackage(w, said[e.Package], e.Action == "pass")
			delete(said, e.Package)
		case e.Action != "fail":
			if e.Action == "skip" {
				found.add(e.Test, said[e.Package])
			}
			said[e.Package] = slices.DeleteFunc(said[e.Package], func(o event) bool { return o.Test == e.Test })
		}
	}
}

// add notes a skipped test with the reason that it gave in the output of its package.
func (s skips) add(test string, output []event) {
	why := "no reason given"
	for _, o := range output {
		if match := reason.FindStringSubmatch(o.Output); match != nil && o.Test == test {
			why = match[1]
		}
	}
	s[why] = append(s[why], test)
}

// printPackage prints the line of a package that passed, or all that is left of another's output.
func printPackage(w io.Writer, output []event, passed bool) {
	for _, o := range output {
		if !strings.HasPrefix(o.Output, "=== ") && (!passed || strings.HasPrefix(o.Output, "ok ")) {
			fmt.Fprint(w, o.Output)
		}
	}
}
