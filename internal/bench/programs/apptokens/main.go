// Command apptokens lists the tokens of an app with this project's client.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"example.com/apptokens/api"
)

func main() {
	client, err := api.New(os.Getenv("OKTA_CLIENT_ORGURL"), api.APIToken(os.Getenv("OKTA_CLIENT_TOKEN")))
	if err != nil {
		log.Fatal(err)
	}
	for token, err := range client.List(context.Background(), os.Args[1]) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(token.ID, token.UserID, token.ExpiresAt)
	}
}
