// Package bulk selects refresh tokens of many apps, and revokes exactly those.
//
//	filter := bulk.Filter{UserIDs: []string{"00unkw1sfbTw08c0g1d7"}}
//	for event, err := range bulk.Revoke(ctx, client, bulk.Job{AppIDs: apps, Filter: filter}) {
//		if err != nil {
//			return err // it stopped: see the results before for what was done
//		}
//		switch event := event.(type) {
//		case bulk.Selected:
//			fmt.Println(len(event.Matches), "tokens; nothing was revoked yet") // to break here revokes none
//		case bulk.Result:
//			fmt.Println(event.Match.Token.ID, event.Outcome, event.Err)
//		case bulk.Proof:
//			fmt.Println(event.AppID, "still has", len(event.Remaining))
//		}
//	}
//
// # What it does
//
// First it lists all apps, to the end. If one of them cannot be listed, nothing is revoked: what was selected would be
// only a part. Then it revokes, several at a time, as fast as the client's rate limit lets it. Every token gets exactly
// one [Outcome]. One that fails does not keep the others. What would fail for all stops the rest: see [IsFatal]; so do
// sixteen failures in a row. Finally it lists the apps that had matches again, and reports what is still there.
//
// A value of the filter that no token has may be a mistake, and "nothing matches" a false all-clear: [Selected] names such
// values, and a [Matcher] does for any other listing.
//
// A job that was cut short is resumed by running it again: what is gone is not selected any more.
package bulk
