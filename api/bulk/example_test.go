package bulk_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/api/oktatest"
)

func ExampleRevoke() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 250), oktatest.WithApp("0oa2", 150))
	defer org.Close()
	client, err := api.New(org.URL, api.APIToken(org.APIToken()))
	if err != nil {
		log.Fatal(err)
	}

	job := bulk.Job{AppIDs: []string{"0oa1", "0oa2"}, Filter: bulk.Filter{UserIDs: []string{org.Tokens("0oa1")[0].UserID}}}
	revoked := 0
	for event, err := range bulk.Revoke(context.Background(), client, job) {
		if err != nil {
			log.Fatal(err) // run it again to continue
		}
		switch event := event.(type) {
		case bulk.Selected:
			fmt.Println(len(event.Matches), "of", event.Tokens, "tokens are the user's")
		case bulk.Result:
			if event.Outcome == bulk.Revoked {
				revoked++
			}
		case bulk.Proof:
			fmt.Println(event.AppID, "has", len(event.Remaining), "of them left")
		}
	}
	fmt.Println(revoked, "revoked")
	// Output:
	// 27 of 400 tokens are the user's
	// 0oa1 has 0 of them left
	// 0oa2 has 0 of them left
	// 27 revoked
}

func ExamplePages() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 250), oktatest.WithApp("0oa2", 150))
	defer org.Close()
	client, err := api.New(org.URL, api.APIToken(org.APIToken()))
	if err != nil {
		log.Fatal(err)
	}

	for page, err := range bulk.Pages(context.Background(), client, []string{"0oa1", "0oa2"}, bulk.DefaultConcurrency) {
		if err != nil {
			log.Fatal(err) // the listing of page.AppID is not complete
		}
		fmt.Println(page.AppID, len(page.Tokens))
	}
	// Output:
	// 0oa1 200
	// 0oa1 50
	// 0oa2 150
}

func ExampleRevoke_olderThan90Days() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 250), oktatest.WithApp("0oa2", 150))
	defer org.Close()
	client, err := api.New(org.URL, api.APIToken(org.APIToken()))
	if err != nil {
		log.Fatal(err)
	}

	filter := bulk.Filter{CreatedBefore: time.Now().Add(-90 * 24 * time.Hour)}
	job := bulk.Job{AppIDs: []string{"0oa1", "0oa2"}, Filter: filter}
	for event, err := range bulk.Revoke(context.Background(), client, job) {
		if err != nil {
			log.Fatal(err) // run it again to continue
		}
		switch event := event.(type) {
		case bulk.Selected: // nothing is revoked yet
			if len(event.Matches) > event.Tokens*2/3 {
				log.Fatalf("%d of %d tokens would be revoked: is the date right?", len(event.Matches), event.Tokens)
			}
		case bulk.Result:
			if event.Err != nil {
				log.Printf("%s: %s: %v", event.Match.Token.ID, event.Outcome, event.Err)
			}
		case bulk.Proof:
			if event.Err != nil {
				log.Fatal(event.Err) // nothing is proved
			}
			fmt.Printf("%s: %d gone, %d left\n", event.AppID, event.Gone, len(event.Remaining))
		}
	}
	// Output:
	// 0oa1: 131 gone, 0 left
	// 0oa2: 71 gone, 0 left
}
