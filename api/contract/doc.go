// Package contract checks HTTP traffic, or a whole running server, against the contract of Okta's Application Tokens
// API (openapi.yaml): in a team's tests, in CI, or nightly against a live org.
//
// To check the traffic of a client:
//
//	transport := contract.NewTransport(nil)
//	client, err := api.New(orgURL, auth, api.WithHTTPClient(&http.Client{Transport: transport}))
//	// A request or a response that violates the contract is now the error of the call, a *contract.Violation.
//
// To check your own mock:
//
//	server := httptest.NewServer(contract.Handler(mock))
//
// To check a running server, without revoking anything unless Target.Write is set:
//
//	report, err := contract.Check(ctx, contract.Target{URL: orgURL, AppID: appID, Auth: auth})
//
// # What is a violation
//
// A request violates the contract if it has an unknown path or method, an invalid parameter, an ID that leads to
// another resource, a body, or no credential. A response violates it if it has a status below 400 that is not the
// operation's, a missing or malformed header, malformed or contradictory links, another content type, an encoding
// other than gzip, or a body that does not match its schema. Unknown properties are not violations, because Okta may
// add some at any time; see [OnUnknown]. A 401 or 403 may have an empty body if it has a WWW-Authenticate header.
//
// The paths of the contract may follow a prefix, because an org may be behind a proxy.
package contract
