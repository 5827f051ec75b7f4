package main

import (
	"strings"

	"example.com/apptokens/api"
)

// binding says what Go has for what the contract names.
type binding struct {
	also        map[string]string // methods that make the same operation as another, by the name of that one
	arguments   map[string]string // of the methods, by path parameter
	options     map[string]string // functions that return an option, by query parameter
	credentials map[string]string // by security scheme
	errors      map[string]error  // that stand for a status, by name
	types       []string          // of the client that belong to the models
	model       string            // schema of what the operations return; those that it refers to follow
}

// methods returns the methods of Client that make an operation. The first one heads its section; it has the name of the
// operation but for the model: listTokens is List.
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
	errors: map[string]error{
		"ErrUnauthorized": api.ErrUnauthorized,
		"ErrForbidden":    api.ErrForbidden,
		"ErrNotFound":     api.ErrNotFound,
		"ErrRateLimited":  api.ErrRateLimited,
	},
	types: []string{"Page", "RateLimit"},
	model: "Token",
}
