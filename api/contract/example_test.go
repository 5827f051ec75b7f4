package contract_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"example.com/apptokens/api"
	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oktatest"
)

func ExampleNewTransport() {
	// A server that has a number where the contract has a string.
	mock := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"id":"oar1","userId":7}`)
	})
	server := httptest.NewServer(mock)
	defer server.Close()

	client, err := api.New(server.URL, api.APIToken("00token"),
		api.WithHTTPClient(&http.Client{Transport: contract.NewTransport(nil,
			contract.OnViolation(func(v contract.Violation) {
				if v.Where == "response body" {
					fmt.Println(v.Operation, v.Pointer, v.Rule, v.Value)
				}
			}))}))
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Get(context.Background(), "0oa1", "oar1")
	fmt.Println(errors.Is(err, api.ErrUnexpectedResponse))
	// Output:
	// getToken /userId type 7
	// true
}

func ExampleCheck() {
	server := oktatest.NewServer(oktatest.WithApp("0oa1", 250))
	defer server.Close()

	report, err := contract.Check(context.Background(), contract.Target{
		URL: server.URL, AppID: "0oa1", Auth: api.APIToken(server.APIToken()),
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, result := range report.Results {
		if result.Outcome == contract.Failed {
			fmt.Println(result.Probe, result.Detail)
		}
	}
	fmt.Println(report.Count(contract.Passed), "passed,", report.Count(contract.Failed), "failed")
	// Output: 23 passed, 0 failed
}

func ExampleHandler() {
	mock := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK) // the contract wants 204
	})
	server := httptest.NewServer(contract.Handler(mock))
	defer server.Close()

	client, err := api.New(server.URL, api.APIToken("00token"), api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
	if err != nil {
		log.Fatal(err)
	}
	var failure *api.Error
	if errors.As(client.Revoke(context.Background(), "0oa1", "oar1"), &failure) {
		fmt.Println(failure.StatusCode, failure.Summary)
	}
	// Output: 501 contract: revokeToken: response status: status: want 204 or a failure, not 200
}
