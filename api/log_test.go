package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

func TestTheLogHoldsWhatHelpsAndNothingElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		org, client := newOrg(t, 3, api.WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
		org.Inject(oktatest.Status(503))
		if err := client.RevokeAll(t.Context(), appID); err != nil {
			t.Fatal(err)
		}
		org.Inject(oktatest.Status(403))
		if err := client.Revoke(t.Context(), appID, "oar1"); err == nil {
			t.Fatal("no error")
		}
		allowed := []string{"time", "level", "msg", "op", "app", "token", "attempt", "duration", "status", "request_id",
			"rate_limit", "rate_remaining", "error", "wait"}
		var levels []string
		for decoder := json.NewDecoder(&log); decoder.More(); {
			var line map[string]any
			if err := decoder.Decode(&line); err != nil {
				t.Fatal(err)
			}
			for name := range line {
				if !slices.Contains(allowed, name) {
					t.Errorf("the log holds %s: %v", name, line[name])
				}
			}
			levels = append(levels, line["level"].(string))
			if again := line["status"] == 503.0; again != (line["wait"] != nil) {
				t.Errorf("only the 503 is retried after a wait, but a line is %v", line)
			}
			if limited := line["status"] == 204.0; limited != (line["rate_limit"] != nil) || limited != (line["rate_remaining"] != nil) {
				t.Errorf("only the success had a rate limit, but a line is %v", line)
			}
			if line["op"] == "revoke" && (line["app"] != appID || line["token"] != "oar1" || line["status"] != 403.0 || line["error"] == nil) {
				t.Errorf("the line of a failed revocation is %v", line)
			}
		}
		if want := []string{"WARN", "DEBUG", "DEBUG"}; !slices.Equal(levels, want) {
			t.Errorf("levels %v, want %v", levels, want)
		}
	})
}

// A hold, and what could not be read of a good response, is worth a line in the log.
func TestTheLogNamesHoldsAndWarnings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		random := func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "request_id" || a.Key == "until" && a.Value.Time().After(time.Now()) {
				return slog.Attr{}
			}
			return a
		}
		org := oktatest.New(oktatest.WithApp(appID, 3), oktatest.WithRateLimit(1, time.Minute))
		client := newClient(t, org.Transport(), api.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: random}))))
		org.Inject(oktatest.Body(200, "application/json", `{"id":"oar1","created":"yesterday"}`))
		if _, err := client.Get(t.Context(), appID, "oar1"); err != nil {
			t.Fatal(err)
		}
		ids := allIDs(org)
		for _, id := range ids[:2] {
			if err := client.Revoke(t.Context(), appID, id); err != nil {
				t.Fatal(err)
			}
		}
		const attempt = `level=DEBUG msg="apptokens: attempt" op=revoke app=0oa1 token=%s attempt=1 duration=0s status=204 rate_limit=1 rate_remaining=0` + "\n"
		want := `level=WARN msg="apptokens: attempt" op=get app=0oa1 token=oar1 attempt=1 duration=0s status=200` +
			` warning="a time in the response cannot be read, at \"/created\""` + "\n" +
			fmt.Sprintf(attempt, ids[0]) +
			`level=INFO msg="apptokens: held back by the rate limit" op=revoke app=0oa1 token=` + ids[1] + ` reason=limit rate_limit=1` + "\n" +
			fmt.Sprintf(attempt, ids[1])
		if got := log.String(); got != want {
			t.Errorf("the log is\n%swant\n%s", got, want)
		}
	})
}
