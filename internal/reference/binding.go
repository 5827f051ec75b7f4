package main

import "strings"

// binding maps names of the contract to names in Go.
type binding struct {
	also        map[string]string // second methods for an operation, by the name of the first
	arguments   map[string]string // arguments of methods, by path parameter
	options     map[string]string // functions that return an option, by query parameter
	credentials map[string]string // credentials in Markdown, by security scheme
	errors      map[string]string // errors that stand for a status, by status
	types       []string          // types of the client to list among the models
	model       string            // schema that the operations return; those that it refers to follow
}

// methods returns the methods of Client for an operation. The first is the title of its section. Its name is that of
// the operation without the model: listTokens is List.
func (b binding) methods(operation string) []string {
	name := strings.TrimSuffix(strings.TrimSuffix(operation, b.model+"s"), b.model)
	name = strings.ToUpper(name[:1]) + name[1:]
	if also, found := b.also[name]; found {
		return []string{name, also}
	}
	return []string{name}
}

var names = binding{
	also:      map[string]string{"List": "Pages"},
	arguments: map[string]string{"appId": "appID", "tokenId": "tokenID"},
	options:   map[string]string{"expand": "ExpandScopes", "after": "StartAt", "limit": "PageSize"},
	credentials: map[string]string{
		"apiToken": "`APIToken`",
		"oauth2":   "`oauth.NewServiceApp`, `BearerToken`, `TokenSource`",
	},
	errors: map[string]string{
		"401": "ErrUnauthorized",
		"403": "ErrForbidden",
		"404": "ErrNotFound",
		"429": "ErrRateLimited",
	},
	types: []string{"Page", "RateLimit"},
	model: "Token",
}
