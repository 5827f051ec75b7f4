// Command drift compares the contract, openapi.yaml, with the document of the management API that Okta publishes, whole
// or trimmed. It runs in the root of the repository:
//
//	make drift UPSTREAM=FILE    tells what differs, and what of it breaks a client
//	make upstream FROM=FILE     records the version of FILE, and writes CHECKLIST.md: what is to be done
//
// The exit code is 0 if nothing unexpected was found, 1 if something was, and 2 if it cannot tell. A version that was
// recorded is 0, whatever was found.
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

func run(root string, args []string, stdout, stderr io.Writer) int {
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
