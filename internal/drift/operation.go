package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// An endpoint is the method and the path of an operation, whatever the parameters of the path are called.
type endpoint struct{ method, template string }

var parameter = regexp.MustCompile(`\{[^}]*\}`)

func template(path string) string { return parameter.ReplaceAllString(path, "{}") }

// operationsOf returns the operations of the contract.
func operationsOf(contract *document) map[endpoint]operation {
	operations := map[endpoint]operation{}
	for path, item := range members(contract.at("paths")) {
		for method, node := range members(item) {
			if slices.Contains(methods, method) {
				operations[endpoint{method, template(path)}] = contract.operation(path, item, node, path)
			}
		}
	}
	return operations
}

// A candidate is an operation of upstream that is not read yet.
type candidate struct {
	endpoint
	path       string
	item, node *yaml.Node
}

func (c candidate) String() string { return strings.ToUpper(c.method) + " " + c.path }

// candidates returns the operations of upstream that are at or below the paths of the contract, or have a tag of its
// operations.
func candidates(upstream *document, ours map[endpoint]operation) (found []candidate) {
	for path, item := range members(upstream.at("paths")) {
		for method, node := range members(item) {
			c := candidate{endpoint{method, template(path)}, path, item, node}
			if slices.Contains(methods, method) && c.concerns(ours) {
				found = append(found, c)
			}
		}
	}
	return found
}

func (c candidate) concerns(ours map[endpoint]operation) bool {
	tags := list(decode(under(c.node, "tags")))
	for at, own := range ours {
		isBelow := strings.HasPrefix(c.template+"/", at.template+"/")
		if isBelow || slices.ContainsFunc(tags, func(tag any) bool { return contains(list(own.keywords["tags"]), tag) }) {
			return true
		}
	}
	return false
}

// match returns the counterparts of the contract's operations, in the same place or else by their ids, and the candidates
// that are left.
func match(ours map[endpoint]operation, theirs []candidate) (pairs map[endpoint]candidate, left []candidate) {
	pairs = map[endpoint]candidate{}
	for _, c := range theirs {
		if _, found := ours[c.endpoint]; found {
			pairs[c.endpoint] = c
		} else {
			left = append(left, c)
		}
	}
	for at, own := range ours {
		if _, found := pairs[at]; found {
			continue
		}
		moved := slices.IndexFunc(left, func(c candidate) bool {
			return equal(idOf(c.node), own.keywords["operationId"])
		})
		if moved >= 0 {
			pairs[at] = left[moved]
			left = slices.Delete(left, moved, moved+1)
		}
	}
	return pairs, left
}

// idOf returns the id that Okta gives an operation. The contract has names of its own.
func idOf(node *yaml.Node) any {
	if id := decode(under(node, "x-upstream-operation-id")); id != nil {
		return id
	}
	return decode(under(node, "operationId"))
}

// An operation is one of the document's, with what its path and the document say of all operations.
type operation struct {
	path     string
	keywords map[string]any // with parameters by place and name, servers by URL, security as a list, and tags
}

// operation reads one. The parameters of its path get the names that they have in ownPath.
func (d *document) operation(path string, item, node *yaml.Node, ownPath string) operation {
	value := decode(node)
	o := d.object(value)
	if o.problem != "" {
		return operation{path: path, keywords: map[string]any{"problem": o.problem}}
	}
	names := map[string]string{}
	theirs, own := parameter.FindAllString(path, -1), parameter.FindAllString(ownPath, -1)
	for i := range min(len(theirs), len(own)) {
		names[strings.Trim(theirs[i], "{}")] = strings.Trim(own[i], "{}")
	}
	parameters := append(list(decode(under(item, "parameters"))), list(o.keywords["parameters"])...)
	o.keywords["parameters"] = d.parameters(parameters, names)
	security, found := asMap(value)["security"]
	if !found {
		security = decode(d.at("security"))
	}
	o.keywords["security"] = requirements(security)
	servers := o.keywords["servers"]
	if servers == nil {
		servers = decode(under(item, "servers"))
	}
	o.keywords["servers"] = serversByURL(servers)
	o.keywords["operationId"] = idOf(node)
	o.keywords["tags"] = asMap(value)["tags"] // by which new operations are found
	return operation{path: path, keywords: o.keywords}
}

// parameters returns parameters by place and name. Later ones take the place of earlier ones.
func (d *document) parameters(all []any, names map[string]string) map[string]any {
	byName := map[string]any{}
	for i, value := range all {
		o := d.object(value)
		if o.problem != "" {
			byName[fmt.Sprint(i+1)] = value
			continue
		}
		if o.beyond {
			continue
		}
		in, name := fmt.Sprint(o.keywords["in"]), fmt.Sprint(o.keywords["name"])
		if own, ok := names[name]; ok && in == "path" {
			name = own
		}
		style := map[string]string{"path": "simple", "header": "simple", "query": "form", "cookie": "form"}[in]
		if o.keywords["style"] == style {
			delete(o.keywords, "style")
		}
		if o.keywords["explode"] == (style == "form") {
			delete(o.keywords, "explode")
		}
		delete(o.keywords, "in")
		delete(o.keywords, "name")
		byName[in+"/"+name] = o.keywords
	}
	return byName
}

// requirements returns each alternative as one word: apiToken, or oauth2: [okta.apps.read].
func requirements(security any) (alternatives []any) {
	for _, alternative := range list(security) {
		var schemes []string
		for name, scopes := range asMap(alternative) {
			if !isList(scopes) || len(list(scopes)) > 0 {
				name += ": " + show(scopes)
			}
			schemes = append(schemes, name)
		}
		slices.Sort(schemes)
		alternatives = append(alternatives, strings.Join(schemes, " and "))
	}
	return alternatives
}

func serversByURL(servers any) map[string]any {
	byURL := map[string]any{}
	for _, server := range list(servers) {
		byURL[show(asMap(server)["url"])] = server
	}
	return byURL
}
