package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/api/oktatest"
)

// A nightly job fails if a user on the list of leavers still holds tokens.
func ExampleSelect() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 250), oktatest.WithApp("0oa2", 150))
	defer org.Close()
	client, err := api.New(org.URL, api.APIToken(org.APIToken()))
	if err != nil {
		log.Fatal(err)
	}
	leavers := "00uLeftLongAgo\n" + org.Tokens("0oa1")[0].UserID + "\n" // in real life, a file

	err = checkLeavers(context.Background(), client, []string{"0oa1", "0oa2"}, leavers)
	fmt.Println(err) // in real life, log.Fatal
	// Output: leavers still hold tokens: map[00uOmU6zDiIff85mCH1V:27]
}

// checkLeavers returns an error unless it is certain that no leaver holds a token.
func checkLeavers(ctx context.Context, client *api.Client, appIDs []string, leavers string) error {
	filter := bulk.Filter{UserIDs: strings.Fields(leavers)}
	if len(filter.UserIDs) == 0 {
		return errors.New("the list of leavers is empty") // Select would reject the filter, too
	}
	for _, id := range filter.UserIDs {
		if !strings.HasPrefix(id, "00u") {
			return fmt.Errorf("%q on the list of leavers is not the ID of a user", id) // it would match no token
		}
	}
	held := map[string]int{}
	for match, err := range bulk.Select(ctx, client, appIDs, filter) {
		if err != nil {
			return err
		}
		held[match.Token.UserID]++
	}
	if len(held) > 0 {
		return fmt.Errorf("leavers still hold tokens: %v", held)
	}
	return nil
}
