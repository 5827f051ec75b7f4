package main

import "testing"

func TestADeliberateEntryIsComplete(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, deliberate, want string }{
		{"no why", "- {where: Thing, what: required with size}",
			`deliberate.yaml: the entry for "Thing: required with size" lacks where, what or why`},
		{"an empty what", "- {where: Thing, what: '', why: Because.}", "lacks where, what or why"},
		{"an unknown key", "- {where: Thing, what: added, why: Because., until: 2030}", "field until not found"},
		{"no list", "where: Thing", "want a list of entries with where, what and why"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root, upstreamFile := repository(t, test.deliberate, smallUpstream)
			cannot(t, root, []string{"compare", upstreamFile}, test.want)
		})
	}
}
