package main

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// The reason for another attempt is what the response shows and no more: a proxy's 429 is not a limit of the org.
func TestWhatARetryIsExplainedBy(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault oktatest.Fault
		want  string
	}{
		"the limit of concurrent requests": {oktatest.ConcurrentLimit(), "the org is at its concurrency limit"},
		"the end of a window":              {oktatest.UsedUp(time.Second), "the org's rate limit is used up"},
		"a 429 without limits":             {oktatest.Throttle(time.Second), "the request was throttled (429)"},
		"a 429 with requests left":         {oktatest.Status(http.StatusTooManyRequests), "the request was throttled (429)"},
		"an outage":                        {oktatest.Status(http.StatusServiceUnavailable), "the org answered 503"},
		"a body that is cut":               {oktatest.CutBody(), "the response ended early"},
		"a connection that breaks":         {oktatest.DropBefore(), "the connection broke"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := oktatest.New(oktatest.WithApp("0oa1", 1), oktatest.WithRateLimit(50, time.Minute))
				org.Inject(test.fault)
				var reasons []string
				observe := func(_ context.Context, attempt api.Attempt) {
					if attempt.Again {
						reasons = append(reasons, reason(attempt))
					}
				}
				client, err := api.New("https://acme.okta.com", api.APIToken(org.APIToken()),
					api.WithHTTPClient(&http.Client{Transport: org.Transport()}), api.WithObserver(observe))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := client.Get(t.Context(), "0oa1", org.Tokens("0oa1")[0].ID); err != nil || len(reasons) != 1 || reasons[0] != test.want {
					t.Errorf("%v, %q; want %q", err, reasons, test.want)
				}
			})
		})
	}
}
