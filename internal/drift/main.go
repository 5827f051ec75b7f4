// Command drift compares the contract, openapi.yaml, with the document of the management API that Okta publishes, whole
// or trimmed. It runs in the root of the repository:
//
//	make drift UPSTREAM=FILE    reports what differs, and what of it breaks a client
//	make upstream FROM=FILE     records the version of FILE, and writes CHECKLIST.md: what to edit
//
// It looks at the operations of the contract and what they refer to, and at operations that Okta has beside them. The
// rest of Okta's document is not read, so that defects there do no harm.
//
// The exit code is 0 if nothing unexpected was found, 1 if something was, and 2 if the documents cannot be compared. It
// is 0 for a version that was recorded, whatever was found.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// The files of the repository that drift reads or writes.
const (
	contractFile   = "openapi.yaml"
	deliberateFile = "internal/drift/deliberate.yaml"
	checklistFile  = "internal/drift/CHECKLIST.md"
)

const (
	clean = iota
	differs
	cannotTell
)

func main() {
	os.Exit(run(".", os.Args[1:], os.Stdout, os.Stderr))
}

func run(root string, args []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		if bug := recover(); bug != nil {
			fmt.Fprintf(stderr, "drift: stopped by a bug of its own, so nothing is known of the differences: %v\n", bug)
			code = cannotTell
		}
	}()
	code, err := command(root, args, stdout)
	if err != nil {
		fmt.Fprintln(stderr, "drift:", err)
		code = cannotTell
	}
	return code
}

func command(root string, args []string, out io.Writer) (int, error) {
	if len(args) != 2 {
		return cannotTell, errors.New("usage: drift compare FILE, or drift record FILE")
	}
	upstreamFile := args[1]
	if upstreamFile == "" {
		return cannotTell, errors.New("name a file of Okta's: make drift UPSTREAM=FILE, or make upstream FROM=FILE")
	}
	switch args[0] {
	case "compare":
		return printComparison(out, root, upstreamFile)
	case "record":
		return clean, recordVersion(out, root, upstreamFile)
	}
	return cannotTell, fmt.Errorf("unknown command %q: want compare or record", args[0])
}

func printComparison(out io.Writer, root, upstreamFile string) (int, error) {
	c, err := compareFiles(root, upstreamFile)
	if err != nil {
		return cannotTell, err
	}
	c.print(out)
	if c.clean() {
		return clean, nil
	}
	return differs, nil
}
