package oktatest_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// Any client, in whatever way it is written, can be pointed at an org.
func Example() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 450))
	defer org.Close()
	org.Inject(oktatest.Status(http.StatusServiceUnavailable))

	for range 2 {
		req, _ := http.NewRequest(http.MethodGet, org.URL+"/api/v1/apps/0oa1/tokens", nil)
		req.Header.Set("Authorization", "SSWS "+org.APIToken())
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(resp.Status)
		resp.Body.Close()
	}
	for _, request := range org.Requests() {
		fmt.Println(request.Method, request.Path, request.Fault)
	}
	// Output:
	// 503 Service Unavailable
	// 200 OK
	// GET /api/v1/apps/0oa1/tokens status
	// GET /api/v1/apps/0oa1/tokens
}

// Within the process, an org answers for any host and needs no port. Tokens may be written down.
func ExampleOrg_Transport() {
	org := oktatest.New()
	org.Add("0oa1", api.Token{ID: "oar1", UserID: "00u1"}, api.Token{ID: "oar2", UserID: "00u2"})
	client, err := api.New("https://acme.okta.com", api.APIToken(org.APIToken()),
		api.WithHTTPClient(&http.Client{Transport: org.Transport()}))
	if err != nil {
		log.Fatal(err)
	}

	if err := client.Revoke(context.Background(), "0oa1", "oar1"); err != nil {
		log.Fatal(err)
	}
	for _, token := range org.Tokens("0oa1") {
		fmt.Println(token.ID, "of", token.UserID, "is left")
	}
	// Output: oar2 of 00u2 is left
}

// Faults in the form of text are the rows of a table.
func ExampleParseFault() {
	for _, text := range []string{"status@times=2:503", "drop-after", "redirect:302,/login", "status:403"} {
		fault, err := oktatest.ParseFault(text)
		if err != nil {
			log.Fatal(err)
		}
		org := oktatest.New(oktatest.WithApp("0oa1", 450))
		org.Inject(fault)
		client, err := api.New("https://acme.okta.com", api.APIToken(org.APIToken()),
			api.WithHTTPClient(&http.Client{Transport: org.Transport()}),
			api.WithRetry(api.RetryPolicy{BaseDelay: time.Millisecond}))
		if err != nil {
			log.Fatal(err)
		}

		err = client.RevokeAll(context.Background(), "0oa1")
		requests, left := len(org.Requests()), len(org.Tokens("0oa1"))
		fmt.Printf("%s: success %t, %d requests, %d tokens left\n", text, err == nil, requests, left)
	}
	// Output:
	// status@times=2:503: success true, 3 requests, 0 tokens left
	// drop-after: success true, 2 requests, 0 tokens left
	// redirect:302,/login: success false, 1 requests, 450 tokens left
	// status:403: success false, 1 requests, 450 tokens left
}
