package main

import (
	"fmt"
	"strings"
)

const (
	checklistHead = `# Follow Okta's management API %s

<!-- Written by "make upstream", and written anew when it runs again. -->

`
	checklistEnd = "\nThen:\n\n" +
		"- [ ] `make generate`, and look at what it changes in gen/ and api/REFERENCE.md\n" +
		"- [ ] `make test`, and make api/ and api/oktatest/ follow where it fails\n" +
		"- [ ] `make drift UPSTREAM=FILE` with the same file, until it finds nothing unexpected\n" +
		"- [ ] `make upstream FROM=FILE` with the same file, so that nothing is left to be done here\n"
)

// checklist tells in Markdown what a maintainer has to edit, once the version is recorded.
func (c *comparison) checklist() string {
	var b strings.Builder
	fmt.Fprintf(&b, checklistHead, c.version)
	if c.clean() {
		fmt.Fprintf(&b, "Nothing is to be done: %s differs in nothing but what %s lists.\n", contractFile, deliberateFile)
		return b.String()
	}
	if len(c.unexpected) > 0 {
		fmt.Fprintf(&b, "Follow each difference in %s, or list it in %s and say why:\n\n", contractFile, deliberateFile)
	}
	for _, d := range c.unexpected {
		fmt.Fprintf(&b, "- [ ] `%s`: %s (%s)\n", d.Where, d.What, d.effect)
	}
	if len(c.unexpected) > 0 && len(c.stale) > 0 {
		b.WriteString("\n")
	}
	if len(c.stale) > 0 {
		fmt.Fprintf(&b, "Take out of %s what does not differ any more:\n\n", deliberateFile)
	}
	for _, p := range c.stale {
		fmt.Fprintf(&b, "- [ ] `%s`: %s\n", p.Where, p.What)
	}
	b.WriteString(checklistEnd)
	return b.String()
}
