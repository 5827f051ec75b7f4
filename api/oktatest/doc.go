// Package oktatest is an in-memory Okta org for tests: the Application Tokens API with its pages, errors and rate
// limits, and everything that can go wrong with it, on command.
//
//	server := oktatest.NewServer(oktatest.WithApp("0oa1", 450))
//	defer server.Close()
//	server.Inject(oktatest.Status(503).Times(2))
//	// Point the program under test at server.URL, with server.APIToken() as its credential.
//
// It behaves as Okta's documentation says and as recorded traffic shows; where both are silent, it does what is hardest
// on a client. A seed makes its data: the same options give the same tokens and, with [WithClock], the same times. Its
// people are invented.
//
// There are three ways to reach an [Org]: over a real connection with [NewServer], in a server of one's own as the
// [http.Handler] that it is, and within the process with [Org.Transport], which runs in the virtual time of
// testing/synctest.
//
// What it serves, for SSWS, Bearer and DPoP credentials:
//
//   - the operations of the contract, openapi.yaml
//   - DELETE /api/v1/apps/{appId}: the app is gone; what becomes of a request whose token ID is ".."
//   - POST /oauth2/v1/token: access tokens for service apps, see [WithServiceApp]
package oktatest
