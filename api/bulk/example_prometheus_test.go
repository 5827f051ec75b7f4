package bulk_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/api/oktatest"
)

// A Prometheus exporter of how many tokens each app holds.
func Example_prometheus() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 250), oktatest.WithApp("0oa2", 150))
	defer org.Close()
	client, err := api.New(org.URL, api.APIToken(org.APIToken()), api.WithRateShare(0.5))
	if err != nil {
		log.Fatal(err)
	}

	var metrics exporter
	// In real life, again and again: for range time.Tick(time.Hour) { ... }
	if err := metrics.count(context.Background(), client, []string{"0oa1", "0oa2"}); err != nil {
		log.Print(err)
	}

	scrape := httptest.NewRecorder() // in real life: http.ListenAndServe("localhost:9100", &metrics)
	metrics.ServeHTTP(scrape, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(scrape.Body.String()) {
		if !strings.HasPrefix(line, "okta_app_tokens_counted") { // which has the time
			fmt.Print(line)
		}
	}
	// Output:
	// # HELP okta_app_tokens Refresh tokens that users hold for an app.
	// # TYPE okta_app_tokens gauge
	// okta_app_tokens{app="0oa1"} 250
	// okta_app_tokens{app="0oa2"} 150
	// # HELP okta_app_tokens_counted_timestamp_seconds When the tokens were counted.
	// # TYPE okta_app_tokens_counted_timestamp_seconds gauge
}

// exporter serves the last count, so that a scrape costs nothing of the org's rate limit.
type exporter struct{ text atomic.Value }

// count lists all apps. If it fails, the last count stays, and the time of that count shows how old it is.
func (e *exporter) count(ctx context.Context, client *api.Client, appIDs []string) error {
	tokens := map[string]int{}
	for page, err := range bulk.Pages(ctx, client, appIDs, bulk.DefaultConcurrency) {
		if err != nil {
			return err
		}
		tokens[page.AppID] += len(page.Tokens)
	}
	var text strings.Builder
	text.WriteString("# HELP okta_app_tokens Refresh tokens that users hold for an app.\n# TYPE okta_app_tokens gauge\n")
	for _, appID := range appIDs {
		fmt.Fprintf(&text, "okta_app_tokens{app=%q} %d\n", appID, tokens[appID])
	}
	text.WriteString("# HELP okta_app_tokens_counted_timestamp_seconds When the tokens were counted.\n")
	text.WriteString("# TYPE okta_app_tokens_counted_timestamp_seconds gauge\n")
	fmt.Fprintf(&text, "okta_app_tokens_counted_timestamp_seconds %d\n", time.Now().Unix())
	e.text.Store(text.String())
	return nil
}

func (e *exporter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	text, counted := e.text.Load().(string)
	if !counted {
		http.Error(w, "no count is complete yet", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = io.WriteString(w, text)
}
