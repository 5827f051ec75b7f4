package main

import (
	"fmt"
	"io"
	"path/filepath"
)

// A comparison of the contract with upstream.
type comparison struct {
	recorded       string // upstream's version that the contract follows
	title, version string // of upstream
	unexpected     []difference
	deliberate     int
	stale          []place // deliberate ones that differ no more
}

func compareFiles(root, upstreamFile string) (*comparison, error) {
	contract, err := load(filepath.Join(root, contractFile))
	if err != nil {
		return nil, err
	}
	upstream, err := load(upstreamFile)
	if err != nil {
		return nil, err
	}
	deliberate, err := readDeliberate(filepath.Join(root, deliberateFile))
	if err != nil {
		return nil, err
	}
	found, err := compare(contract, upstream)
	if err != nil {
		return nil, err
	}
	c := &comparison{recorded: contract.version, version: upstream.version, title: upstream.title}
	c.unexpected, c.stale = split(found, deliberate)
	c.deliberate = len(found) - len(c.unexpected)
	return c, nil
}

func (c *comparison) clean() bool { return len(c.unexpected)+len(c.stale) == 0 }

// print writes the differences by what they do, and their numbers.
func (c *comparison) print(out io.Writer) {
	fmt.Fprintf(out, "%s %s, against %s, which follows %s\n", c.title, c.version, contractFile, c.recorded)
	counts := map[effect]int{}
	for _, difference := range c.unexpected {
		if counts[difference.effect] == 0 {
			fmt.Fprintf(out, "\n%s:\n", difference.effect)
		}
		counts[difference.effect]++
		fmt.Fprintf(out, "  %s\n", difference)
	}
	if len(c.stale) > 0 {
		fmt.Fprintf(out, "\nstale, in %s but not a difference any more:\n", deliberateFile)
	}
	for _, place := range c.stale {
		fmt.Fprintf(out, "  %s\n", place)
	}
	fmt.Fprintf(out, "\n%d unexpected (breaks clients: %d, may break clients: %d, harmless: %d), %d deliberate, %d stale\n",
		len(c.unexpected), counts[breaks], counts[mayBreak], counts[harmless], c.deliberate, len(c.stale))
}
