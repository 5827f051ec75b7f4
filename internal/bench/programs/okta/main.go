// Command okta lists the tokens of an app with okta-sdk-golang.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/okta/okta-sdk-golang/v5/okta"
)

func main() {
	config, err := okta.NewConfiguration(okta.WithOrgUrl(os.Getenv("OKTA_CLIENT_ORGURL")),
		okta.WithToken(os.Getenv("OKTA_CLIENT_TOKEN")))
	if err != nil {
		log.Fatal(err)
	}
	client := okta.NewAPIClient(config)
	page, resp, err := client.ApplicationTokensAPI.ListOAuth2TokensForApplication(context.Background(),
		os.Args[1]).Limit(200).Execute()
	for {
		if err != nil {
			log.Fatal(err)
		}
		for _, token := range page {
			fmt.Println(token.GetId(), token.GetUserId(), token.GetExpiresAt())
		}
		if !resp.HasNextPage() {
			return
		}
		page = nil
		resp, err = resp.Next(&page)
	}
}
