package gen_test

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"example.com/apptokens/gen"
)

// TestSent runs with the code that TestGeneratedCodeSendsWhatTheContractAdds generates.
func TestSent(t *testing.T) {
	org := &url.URL{Scheme: "https", Host: "acme.okta.com", Path: "/proxy"}
	ticket, size, since := 7, uint64(math.MaxUint64), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	all := gen.ListTokensParams{
		Tenant: "a b&c", Since: &since, PageSize: &size, Digest: []byte("hi"), User: []string{"00u1", "00u2"}, XReason: "audit", XTicket: &ticket,
	}
	list, err := gen.NewListTokensRequest(t.Context(), org, "0oa1", &all)
	required, err2 := gen.NewListTokensRequest(t.Context(), org, "0oa1", nil)
	posted, err3 := gen.NewTestTokenRequest(t.Context(), org, "0oa1", "{appId}/.", 3)
	for _, err := range []error{err, err2, err3} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got := []string{
		sent(list, "X-Reason", "X-Ticket"), sent(required, "X-Reason", "X-Ticket"), sent(posted),
		fmt.Sprint(gen.TestTokenSuccess),
	}
	want := []string{
		"GET https://acme.okta.com/proxy/api/v1/apps/0oa1/tokens?tenant=a+b%26c&since=2026-01-02T03%3A04%3A05Z&page%5Bsize%5D=18446744073709551615&digest=aGk%3D&user=00u1,00u2 [audit] [7]",
		"GET https://acme.okta.com/proxy/api/v1/apps/0oa1/tokens?tenant=&digest= [] []",
		"POST https://acme.okta.com/proxy/api/v1/apps/0oa1/tokens/%7BappId%7D%2F./test/3",
		"202",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func sent(req *http.Request, headers ...string) string {
	text := req.Method + " " + req.URL.String()
	for _, name := range headers {
		text += fmt.Sprint(" ", req.Header.Values(name))
	}
	return text
}
