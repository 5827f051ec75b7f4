// Command std lists the tokens of an app with net/http and encoding/json: the least that it takes.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"

	"example.com/apptokens/internal/bench/measure"
)

func main() {
	for link := os.Getenv("OKTA_CLIENT_ORGURL") + "/api/v1/apps/" + os.Args[1] + "/tokens?limit=200"; link != ""; {
		req, err := http.NewRequest(http.MethodGet, link, nil)
		if err != nil {
			log.Fatal(err)
		}
		req.Header.Set("Authorization", "SSWS "+os.Getenv("OKTA_CLIENT_TOKEN"))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			log.Fatal(err)
		}
		var page []measure.Token
		if err := json.NewDecoder(resp.Body).Decode(&page); err != nil {
			log.Fatal(err)
		}
		resp.Body.Close()
		for _, token := range page {
			fmt.Println(token.ID, token.UserID, token.ExpiresAt)
		}
		link = ""
		for _, header := range resp.Header.Values("Link") {
			if target, found := strings.CutSuffix(header, `>; rel="next"`); found {
				link = target[1:]
			}
		}
	}
}
