package main

import "example.com/apptokens/api"

// binding says what Go has for what the contract names.
type binding struct {
	calls       []call            // in the order of the page; every operation of the contract has one
	arguments   map[string]string // of the methods, by path parameter
	options     map[string]string // functions that return an option, by query parameter
	credentials map[string]string // by security scheme
	errors      map[string]error  // that stand for a status, by name
	types       []string          // of the client that belong to the models
	model       string            // schema of what the operations return; those that it refers to follow
}

// call is an operation and the methods of Client that make it. The first one heads its section.
type call struct {
	operation string
	methods   []string
}

var names = binding{
	calls: []call{
		{"listTokens", []string{"List", "Pages"}},
		{"getToken", []string{"Get"}},
		{"revokeToken", []string{"Revoke"}},
		{"revokeAllTokens", []string{"RevokeAll"}},
	},
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
