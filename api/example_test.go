package api_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

func Example() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 3)) // in place of https://acme.okta.com
	defer org.Close()

	client, err := api.New(org.URL, api.APIToken(org.APIToken()))
	if err != nil {
		log.Fatal(err)
	}
	for token, err := range client.List(context.Background(), "0oa1") {
		if err != nil {
			log.Fatal(err) // the listing is not complete
		}
		fmt.Println(token.ID, token.UserID, token.Scopes)
	}
	// Output:
	// oarT4npx1yT6lrws7LFf 00uOmU6zDiIff85mCH1V [openid offline_access]
	// oardAWoEQ6lcSEAUDmKT 00uT2YUX9XoKVUNAQF5r [offline_access openid profile]
	// oarzdhskemTfpV2vsH5j 00uPFZ2dZ9AACn5BEsqQ [openid offline_access]
}

func ExampleClient_List() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 2)) // in place of https://acme.okta.com
	defer org.Close()
	client, err := api.New(org.URL, api.APIToken(org.APIToken()))
	if err != nil {
		log.Fatal(err)
	}

	for token, err := range client.List(context.Background(), "0oa1", api.ExpandScopes()) {
		if err != nil {
			log.Fatal(err) // the listing is not complete
		}
		fmt.Println(token.ID, token.Status, token.UserID)
		for _, scope := range token.Embedded.Scopes {
			fmt.Println("-", scope.Name)
		}
	}
	// Output:
	// oarT4npx1yT6lrws7LFf ACTIVE 00uOmU6zDiIff85mCH1V
	// - openid
	// - offline_access
	// oardAWoEQ6lcSEAUDmKT ACTIVE 00uT2YUX9XoKVUNAQF5r
	// - offline_access
	// - openid
	// - profile
}

// An export to CSV.
func ExampleClient_List_csv() {
	today := time.Date(2026, time.November, 26, 12, 0, 0, 0, time.UTC)
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 2), oktatest.WithClock(func() time.Time { return today }))
	defer org.Close()
	client, err := api.New(org.URL, api.APIToken(org.APIToken()))
	if err != nil {
		log.Fatal(err)
	}

	table := csv.NewWriter(os.Stdout)
	_ = table.Write([]string{"id", "user", "scopes", "created"}) // Error reports errors of Write
	for token, err := range client.List(context.Background(), "0oa1") {
		if err != nil {
			log.Fatal(err) // the table is not complete
		}
		scopes, created := strings.Join(token.Scopes, " "), token.Created.Format(time.RFC3339)
		_ = table.Write([]string{token.ID, token.UserID, scopes, created})
	}
	table.Flush()
	if err := table.Error(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// id,user,scopes,created
	// oarT4npx1yT6lrws7LFf,00uOmU6zDiIff85mCH1V,openid offline_access,2026-10-19T23:02:54Z
	// oardAWoEQ6lcSEAUDmKT,00uT2YUX9XoKVUNAQF5r,offline_access openid profile,2026-08-15T08:49:12Z
}

func ExampleClient_Pages() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 5))
	defer org.Close()
	client, err := api.New(org.URL, api.APIToken(org.APIToken()))
	if err != nil {
		log.Fatal(err)
	}

	// The first run ends after a page, and keeps what leads to the next one.
	var next string
	for page, err := range client.Pages(context.Background(), "0oa1", api.PageSize(3)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("first run:", len(page.Tokens), "tokens")
		next = page.Next
		break
	}
	// The second run goes on from there.
	for page, err := range client.Pages(context.Background(), "0oa1", api.StartAt(next)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("second run:", len(page.Tokens), "tokens")
	}
	// Output:
	// first run: 3 tokens
	// second run: 2 tokens
}

func ExampleClient_Get() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 1)) // in place of https://acme.okta.com
	defer org.Close()
	client, err := api.New(org.URL, api.APIToken(org.APIToken()))
	if err != nil {
		log.Fatal(err)
	}

	for _, id := range []string{"oarT4npx1yT6lrws7LFf", "oarUnknown"} {
		token, err := client.Get(context.Background(), "0oa1", id)
		switch {
		case errors.Is(err, api.ErrNotFound):
			fmt.Println(id, "is not there, or no longer")
		case err != nil:
			log.Fatal(err)
		default:
			fmt.Println(id, "is", token.Status, "for", token.Scopes)
		}
	}
	// Output:
	// oarT4npx1yT6lrws7LFf is ACTIVE for [openid offline_access]
	// oarUnknown is not there, or no longer
}

func ExampleClient_Revoke() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 1)) // in place of https://acme.okta.com
	defer org.Close()
	client, err := api.New(org.URL, api.APIToken(org.APIToken()))
	if err != nil {
		log.Fatal(err)
	}

	err = client.Revoke(context.Background(), "0oa1", "oarT4npx1yT6lrws7LFf")
	switch {
	case errors.Is(err, api.ErrNotFound):
		fmt.Println("there is no such token")
	case err != nil:
		log.Fatal(err) // it may still be there
	default:
		fmt.Println("it is gone")
	}
	// Output: it is gone
}

func ExampleClient_Revoke_hazards() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 1))
	defer org.Close()
	client, err := api.New(org.URL, api.APIToken(org.APIToken()))
	if err != nil {
		log.Fatal(err)
	}
	id := org.Tokens("0oa1")[0].ID

	// The connection breaks after Okta has revoked the token. The next attempt finds that it is gone.
	org.Inject(oktatest.DropAfter())
	fmt.Println(client.Revoke(context.Background(), "0oa1", id))

	// A token that is not there is an error.
	err = client.Revoke(context.Background(), "0oa1", id)
	fmt.Println(errors.Is(err, api.ErrNotFound))

	// What would delete the app does not leave the process.
	err = client.Revoke(context.Background(), "0oa1", "..")
	fmt.Println(err)
	// Output:
	// <nil>
	// true
	// apptokens: revoke (app 0oa1): invalid argument: token ID "..": it would lead to another resource
}

func ExampleClient_RevokeAll() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 450)) // in place of https://acme.okta.com
	defer org.Close()
	client, err := api.New(org.URL, api.APIToken(org.APIToken()))
	if err != nil {
		log.Fatal(err)
	}

	if err := client.RevokeAll(context.Background(), "0oa1"); err != nil {
		log.Fatal(err) // some may still be there
	}
	fmt.Println(len(org.Tokens("0oa1")), "tokens are left")
	// Output: 0 tokens are left
}

func ExampleError() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 1))
	defer org.Close()
	client, err := api.New(org.URL, api.APIToken("not-the-token"))
	if err != nil {
		log.Fatal(err)
	}
	err = client.RevokeAll(context.Background(), "0oa1")

	var failure *api.Error
	switch {
	case errors.Is(err, api.ErrRateLimited):
		fmt.Println("try again later")
	case errors.As(err, &failure):
		fmt.Println(failure.StatusCode, failure.Code, failure.Summary)
	}
	// Output: 401 E0000011 Invalid token provided
}
