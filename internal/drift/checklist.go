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
		"- [ ] `make test lint`, and edit what their failures name\n" +
		"- [ ] `make drift UPSTREAM=FILE` with the same file, until it finds nothing unexpected\n" +
		"- [ ] `make upstream FROM=FILE` with the same file, so that nothing is left to edit here\n"
)

// checklist says in Markdown what a maintainer has to edit, once the version is recorded.
func (c *comparison) checklist(root string) string {
	var b strings.Builder
	fmt.Fprintf(&b, checklistHead, c.version)
	if c.clean() {
		fmt.Fprintf(&b, "Nothing is left to edit: %s differs only in what %s lists.\n", contractFile, deliberateFile)
		return b.String()
	}
	if len(c.unexpected) > 0 {
		fmt.Fprintf(&b, "Follow each difference in %s, and then in the places below it that it concerns; or list it in\n"+
			"%s and say why:\n\n", contractFile, deliberateFile)
	}
	for _, d := range c.unexpected {
		fmt.Fprintf(&b, "- [ ] `%s`: %s (%s)\n", d.Where, d.What, d.effect)
		for _, task := range tasks[d.kind()] {
			fmt.Fprintf(&b, "  - [ ] %s: %s\n", task.place(root), task.what)
		}
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
