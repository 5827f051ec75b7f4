// Package bulk selects refresh tokens of many apps, and revokes exactly those.
//
//	filter := bulk.Filter{UserIDs: []string{"00unkw1sfbTw08c0g1d7"}}
//	for event, err := range bulk.Revoke(ctx, client, bulk.Job{AppIDs: apps, Filter: filter}) {
//		if err != nil {
//			return err // the job has stopped; the results so far say what was done
//		}
//		switch event := event.(type) {
//		case bulk.Selected:
//			fmt.Println(len(event.Matches), "tokens match") // nothing is revoked yet; breaking here revokes nothing
//		case bulk.Result:
//			fmt.Println(event.Match.Token.ID, event.Outcome, event.Err)
//		case bulk.Proof:
//			fmt.Println(event.AppID, "still has", len(event.Remaining))
//		}
//	}
//
// # What a job does
//
// First it lists every app completely, several at once (see [Pages]). If one listing fails, nothing is revoked, because
// the selection would be incomplete; the error names every app that cannot be listed. A failure that would repeat itself
// for every app ends the listings at once (see [IsFatal]). Then it revokes several tokens at once, as fast as the
// client's rate limit allows. Every match gets exactly one [Outcome]. A failure that concerns one token does not stop the
// others; one that would repeat itself does, and so do sixteen failures in a row. Finally it lists the apps that had
// matches again, and reports what is still there.
//
// A filter value that no token has may be a typo, and "nothing matches" a false all-clear. [Selected] names such
// values, except statuses; a [Matcher] finds them in any other listing.
//
// A filter without any criterion is an error, so that an empty list of users does not revoke every token.
//
// To resume an interrupted job, run it again: it does not select tokens that are gone.
package bulk
