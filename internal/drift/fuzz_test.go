package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// FuzzCompare: whatever document stands in the place of Okta's, it is refused by its name, or compared: always with the
// same result, one line for each difference, and none with itself.
func FuzzCompare(f *testing.F) {
	contract, err := parse(contractFile, []byte(smallContract))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(smallContract)
	f.Add(smallUpstream)
	f.Add(strings.ReplaceAll(smallUpstream, "3.0.3", "3.1.0"))
	f.Add(strings.Replace(smallUpstream, "{type: integer}", "{$ref: '#/components/schemas/Sized'}", 1))
	f.Add(strings.Replace(smallUpstream, "size: {type: integer}", `"si\nze": {type: "inte\x1bger"}`, 1))
	f.Add("openapi: 3.0.0\ninfo: {version: 1}\npaths: {/things/{id}: &a {get: *a}}\n")
	f.Add("{openapi: 3.1., info: {version: &v 1.0, title: *v}, paths: {'/things/{}': {get: {parameters: [1, null, {}], responses: []}}}}")
	f.Fuzz(func(t *testing.T, text string) {
		upstream, err := parse("upstream.yaml", []byte(text))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "upstream.yaml ") {
				t.Errorf("error %v", err)
			}
			return
		}
		found, err := compare(contract, upstream)
		again, _ := compare(contract, upstream)
		if fmt.Sprint(found) != fmt.Sprint(again) {
			t.Errorf("%q: first\n%v\nthen\n%v", text, found, again)
		}
		if err != nil && !strings.Contains(err.Error(), "none of the operations") {
			t.Errorf("%q: error %v", text, err)
		}
		for _, difference := range found {
			if strings.ContainsFunc(difference.String(), unicode.IsControl) {
				t.Errorf("%q: not one line: %q", text, difference)
			}
		}
		same, _ := compare(upstream, upstream)
		if i := slices.IndexFunc(same, func(d difference) bool { return d.change.keyword != "problem" }); i >= 0 {
			t.Errorf("%q: different from itself: %s", text, same[i])
		}
	})
}
