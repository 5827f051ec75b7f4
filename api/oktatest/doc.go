// Package oktatest provides an in-memory Okta org for tests. It serves the Application Tokens API with its pages,
// errors and rate limits, and fails on command in every way that a client has to survive.
//
//	server := oktatest.NewServer(oktatest.WithApp("0oa1", 450))
//	defer server.Close()
//	server.Inject(oktatest.Status(503).Times(2))
//	// Point the program under test at server.URL, with server.APIToken() as its credential.
//
// The org behaves as Okta's documentation says and as recorded traffic shows. Where both are silent, it does what is
// hardest for a client. Its data comes from a seed: the same options give the same tokens and, with [WithClock], the
// same times. Its people are invented.
//
// There are three ways to reach an [Org]: over a real connection with [NewServer], as an [http.Handler] in a server of
// your own, and within the process with [Org.Transport], which works in the virtual time of testing/synctest.
//
// It accepts SSWS, Bearer and DPoP credentials, and serves:
//
//   - the operations of the contract, openapi.yaml
//   - DELETE /api/v1/apps/{appId}, which deletes the app; a request to revoke the token ".." ends here
//   - POST /oauth2/v1/token: access tokens for service apps, see [WithServiceApp]
package oktatest
