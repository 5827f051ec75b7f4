package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// A place says where the contract and upstream differ, and in what.
type place struct{ Where, What string }

func (p place) String() string { return p.Where + ": " + p.What }

// A difference between the contract and upstream.
type difference struct {
	place
	change change
	effect effect
}

// A comparer gathers differences. It walks through both documents at once, so what only one of them has is not looked
// into.
type comparer struct {
	contract, upstream *document
	found              map[place]difference
	path               []string // the pairs of objects that led to the current one
}

// compare returns the differences, the worst first, each once, however many operations have it.
func compare(contract, upstream *document) ([]difference, error) {
	c := &comparer{contract: contract, upstream: upstream, found: map[place]difference{}}
	ours := operationsOf(contract)
	pairs, left := match(ours, candidates(upstream, ours))
	if len(pairs)+len(left) == 0 {
		return nil, fmt.Errorf("%s %s has none of the operations of %s, and none with their tags: is it Okta's management API?",
			upstream.title, upstream.version, contractFile)
	}
	for _, other := range left {
		c.report(location{where: other.String()}, "added", change{keyword: "operations", to: other.path})
	}
	for at, own := range ours {
		here := location{where: contract.word("paths", own.path, at.method, "operationId")}
		other, found := pairs[at]
		if !found {
			c.report(here, "removed", change{keyword: "operations", from: own.path})
			continue
		}
		if other.endpoint != at {
			c.report(here, "moved to "+other.String(), change{keyword: "moved"})
		}
		c.keywords(here, own.keywords, upstream.operation(other.path, other.item, other.node, own.path).keywords)
	}
	c.document()
	return c.sorted(), nil
}

// document compares what the documents say outside of operations.
func (c *comparer) document() {
	c.values(location{where: "document"}, "openapi", c.contract.openAPI, c.upstream.openAPI)
	c.entries(location{}, "servers", serversByURL(decode(c.contract.at("servers"))), serversByURL(decode(c.upstream.at("servers"))))
	ours := asMap(decode(c.contract.at("components", "securitySchemes")))
	theirs := asMap(decode(c.upstream.at("components", "securitySchemes")))
	maps.DeleteFunc(theirs, func(name string, _ any) bool { return ours[name] == nil })
	c.entries(location{}, "securitySchemes", ours, theirs)
}

func (c *comparer) sorted() []difference {
	return slices.SortedFunc(maps.Values(c.found), func(a, b difference) int {
		return cmp.Or(cmp.Compare(b.effect, a.effect), cmp.Compare(a.Where, b.Where), cmp.Compare(a.What, b.What))
	})
}

// A location is a place in both documents.
type location struct {
	where    string
	schema   bool // in a schema with a name, which where starts with
	response bool // in what a client receives
}

// below returns the location of a part. Not every keyword says something.
func (l location) below(name string) location {
	switch {
	case name == "properties" || name == "schema" || name == "":
	case l.where == "":
		l.where = name
	default:
		l.where += "/" + name
	}
	l.response = l.response || name == "responses"
	return l
}

// objects compares two objects that are in the same place.
func (c *comparer) objects(at location, ours, theirs any) {
	if refers(ours) || refers(theirs) {
		pair := encode(ours) + encode(theirs)
		if slices.Contains(c.path, pair) {
			return // a schema that holds itself
		}
		c.path = append(c.path, pair)
		defer func() { c.path = c.path[:len(c.path)-1] }()
	}
	own, other := c.contract.object(ours), c.upstream.object(theirs)
	if own.schema != "" && !at.schema {
		at.where, at.schema = own.schema, true // operations share it, so the way to it is left out
	}
	if problem := cmp.Or(other.problem, own.problem); problem != "" {
		c.report(at, "cannot be compared: "+problem, change{keyword: "problem"})
		return
	}
	c.keywords(at, own.keywords, other.keywords)
}

func (c *comparer) keywords(at location, ours, theirs map[string]any) {
	for key := range keys(ours, theirs) {
		c.keyword(at, key, ours[key], theirs[key])
	}
}

// namesBelow are the keywords below which keys are names.
var namesBelow = []string{
	"properties", "patternProperties", "dependentSchemas", "$defs", "parameters", "responses", "content", "headers",
	"callbacks", "links", "servers", "variables", "mapping", "encoding", "flows",
}

func (c *comparer) keyword(at location, key string, ours, theirs any) {
	switch {
	case holdsValues(key):
		c.values(at, key, ours, theirs)
	case key == "scopes": // Okta has many more; what it says of one is a description
		for name := range asMap(ours) {
			if _, has := asMap(theirs)[name]; !has {
				c.report(at.below(key).below(name), "removed", change{keyword: key, from: name})
			}
		}
	case isObjects(ours) || isObjects(theirs):
		c.entries(at, key, numbered(ours), numbered(theirs))
	case slices.Contains(namesBelow, key):
		c.entries(at, key, asMap(ours), asMap(theirs))
	case isMap(ours) && isMap(theirs):
		c.objects(at.below(key), ours, theirs)
	case isMap(ours) && theirs == nil:
		c.report(at.below(key), "removed", change{keyword: key, from: ours, response: at.response})
	case isMap(theirs) && ours == nil:
		c.report(at.below(key), "added", change{keyword: key, to: theirs, response: at.response})
	default:
		c.values(at, key, ours, theirs)
	}
}

// entries compares what stands under the same names.
func (c *comparer) entries(at location, key string, ours, theirs map[string]any) {
	below := at.below(key)
	for name := range keys(ours, theirs) {
		own, other := ours[name], theirs[name]
		had := own != nil && !c.contract.object(own).beyond
		has := other != nil && !c.upstream.object(other).beyond
		switch {
		case had && has && !isMap(own) && !isMap(other):
			c.values(below, name, own, other)
		case had && has:
			c.objects(below.below(name), own, other)
		case had:
			c.report(below.below(name), "removed", change{keyword: key, name: name, from: own, response: below.response})
		case has && c.upstream.object(other).problem != "":
			c.report(below.below(name), "cannot be compared: "+c.upstream.object(other).problem, change{keyword: "problem"})
		case has:
			c.report(below.below(name), "added", change{keyword: key, name: name, to: other, response: below.response})
		}
	}
}

// values compares scalars and lists of them.
func (c *comparer) values(at location, key string, ours, theirs any) {
	change := change{keyword: key, from: ours, to: theirs, response: at.response}
	if lost, got := change.lost(), change.got(); isList(ours) || isList(theirs) || key == "type" {
		if len(lost)+len(got) > 0 {
			c.report(at, key+" "+describeList(lost, got), change)
		}
		return
	}
	if !equal(ours, theirs) {
		c.report(at, fmt.Sprintf("%s %s -> %s", key, describe(key, ours), describe(key, theirs)), change)
	}
}

func (c *comparer) report(at location, what string, change change) {
	d := difference{place{oneLine(at.where), oneLine(what)}, change, change.effect()}
	if old, found := c.found[d.place]; !found || old.effect < d.effect {
		c.found[d.place] = d
	}
}

// oneLine replaces control characters, which a name in a document may contain, so that a difference is one line.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// refers reports whether an object leads to others, as each does that holds itself.
func refers(value any) bool { return asMap(value)["$ref"] != nil || asMap(value)["allOf"] != nil }

// keys ranges over the keys of both.
func keys(ours, theirs map[string]any) func(func(string) bool) {
	all := maps.Clone(theirs)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, ours)
	return maps.Keys(all)
}

func isList(value any) bool { _, ok := value.([]any); return ok }

// isObjects reports whether a value is a list of objects, such as that of oneOf.
func isObjects(value any) bool { return isList(value) && slices.ContainsFunc(list(value), isMap) }

// numbered gives the objects of a list names.
func numbered(value any) map[string]any {
	objects := map[string]any{}
	for i, object := range list(value) {
		objects[fmt.Sprint(i+1)] = object
	}
	return objects
}

// describe returns a value, or what OpenAPI says of a missing one.
func describe(key string, value any) string {
	if value == nil {
		value = defaults[key]
	}
	if value == nil || value == "" {
		return "none"
	}
	return show(value)
}

// describeList describes what a list lost and got.
func describeList(lost, got []any) string {
	switch {
	case len(got) == 0:
		return "without " + words(lost)
	case len(lost) == 0:
		return "with " + words(got)
	}
	return words(lost) + " -> " + words(got)
}

func words(values []any) string {
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = show(value)
	}
	return strings.Join(all, ", ")
}
