// Package api lists, reads and revokes the OAuth 2.0 refresh tokens of the apps of an Okta org.
//
//	client, err := api.New("https://acme.okta.com", api.APIToken(os.Getenv("OKTA_CLIENT_TOKEN")))
//	if err != nil {
//		return err
//	}
//	for token, err := range client.List(ctx, "0oardd5r32PWsF4421d7") {
//		if err != nil {
//			return err // the listing is not complete
//		}
//		fmt.Println(token.ID, token.UserID, token.ExpiresAt)
//	}
//
// It wraps the generated client of package gen and adds what generated code cannot: every page of a listing, retries
// that respect Okta's rate limits, typed errors, and guards against the mistakes that revoke the wrong thing.
//
// # What a nil error means
//
// A nil error from [Client.Revoke] or [Client.RevokeAll] means that Okta answered 204, or, for Revoke alone, that an
// earlier attempt of the same call may have got through and Okta now says that the app has no such token. A listing
// that ends without an error is complete as far as Okta's links show: pages that cannot be read, links that lead
// elsewhere or that repeat, and full pages whose links are missing are errors.
//
// Every error of [New] and of a [Client] is an [*Error]. Use [errors.Is] with the Err values of this package to find
// out what happened, and [errors.As] for the status, Okta's error code and the request ID.
//
// # Retries and rate limits
//
// Rate limits (429), outages (500, 502, 503, 504), broken connections and responses that end early are retried; see
// [RetryPolicy]. All four operations are idempotent.
//
// Every response of Okta reports how many requests are left in the window of its rate limit. When none are, a [Client]
// holds its next attempts back until the window ends, instead of letting them draw a 429. At the start of a window one
// attempt goes ahead, and the others wait for its response, but at most a second. A part of each window is left for
// about two seconds to clients that share the limit and come later, and the last few requests of a window that others
// used, too, until it ends. [WithRateShare] leaves a part of the limit to others. A call never begins a wait that would
// outlast its context's deadline or [RetryPolicy].MaxWait: it returns the server's error, or [ErrRateLimited], at once.
//
// # Tests
//
// Tests of programs that use a Client need no mock: package oktatest runs an Okta org inside the process.
//
//	org := oktatest.NewServer(oktatest.WithApp("0oa1", 450))
//	defer org.Close()
//	client, err := api.New(org.URL, api.APIToken(org.APIToken()))
package api
