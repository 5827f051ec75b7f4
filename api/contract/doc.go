// Package contract checks HTTP traffic, or a whole running server, against the contract of Okta's Application Tokens
// API (openapi.yaml): in a team's tests, in CI, and nightly against a live org.
//
// Traffic of a client:
//
//	transport := contract.NewTransport(nil)
//	client, err := api.New(orgURL, auth, api.WithHTTPClient(&http.Client{Transport: transport}))
//	// A request or a response that violates the contract is now the error of the call, a *contract.Violation.
//
// A mock of one's own:
//
//	server := httptest.NewServer(contract.Handler(mock))
//
// A running server, which is only read unless Target.Write is set:
//
//	report, err := contract.Check(ctx, contract.Target{URL: orgURL, AppID: appID, Auth: auth})
//
// # What is a violation
//
// Of a request: another path or method, a parameter that the contract does not allow, an ID that would lead elsewhere,
// a body, no credential. Of a response: a status of success or redirection that is not the operation's, a header that
// is missing or malformed, links that package api cannot follow, another content type, an encoding other than gzip, a
// body that its schema does not allow. Unknown properties are not violations, because Okta adds some at any time; see
// [OnUnknown]. A 401 or 403 may have an empty body if it has a WWW-Authenticate header.
//
// Paths below a prefix count as the contract's, because an org may be behind a proxy.
package contract
