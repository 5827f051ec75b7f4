package oktatest_test

import (
	"fmt"
	"net/http"

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
