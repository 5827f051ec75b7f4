package contract

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"example.com/apptokens/api/internal/retry"
)

// These look at all responses to the probes before them.
var headerProbes = []probe{
	{name: "error objects",
		rule:   "a failure is an error object of JSON, with all its properties; OAuth's may be only in a header",
		source: inErrors, run: each(errorObject)},
	{name: "rate limit", rule: "responses report the limit, what remains of it, and when it is reset",
		source: inRateLimits, run: each(rateLimit)},
	{name: "request id",
		rule:   "each response has its own X-Okta-Request-Id; a 405 and some 400s have none",
		source: inTraffic, run: requestIDs},
}

// each looks at every response, and returns the first problem.
func each(look func(*exchange) error) func(context.Context, *suite) (string, error) {
	return func(_ context.Context, s *suite) (string, error) {
		if len(s.exchanges) == 0 {
			return "no response came", errSkip
		}
		for _, x := range s.exchanges {
			if err := look(x); err != nil {
				return "", err
			}
		}
		return "", nil
	}
}

func errorObject(x *exchange) error {
	if x.status < http.StatusBadRequest {
		return nil
	}
	err := x.first("response body", "response header Content-Type", "response header Content-Encoding")
	if err != nil || len(x.body) == 0 {
		return err
	}
	var object map[string]any
	if err := json.Unmarshal(x.body, &object); err != nil {
		return x.fail("the body is not an error object")
	}
	for _, name := range []string{"errorCode", "errorSummary", "errorLink", "errorId", "errorCauses"} {
		if _, ok := object[name]; !ok {
			return x.fail("the error object has no %s", name)
		}
	}
	return nil
}

// maxWindow is more than any window of Okta's, which take a minute.
const maxWindow = 10 * time.Minute

func rateLimit(x *exchange) error {
	const header = "response header X-Rate-Limit-"
	if err := x.first(header+"Limit", header+"Remaining", header+"Reset"); err != nil {
		return err
	}
	limit := retry.ParseLimit(x.header)
	switch left := limit.Reset.Sub(retry.ServerTime(x.header, time.Now())); {
	case limit.Unknown() && strings.Trim(x.header.Get("X-Rate-Limit-Limit"), "0") != "":
		return x.fail("X-Rate-Limit-Reset is not a Unix time in seconds")
	case limit.Unknown():
		return nil // the contract demands none here, or it is the limit of concurrent requests
	case limit.Remaining > limit.Limit:
		return x.fail("%d requests remain of %d", limit.Remaining, limit.Limit)
	case left.Abs() > maxWindow:
		return x.fail("X-Rate-Limit-Reset is %v from the response's Date", left)
	}
	return nil
}

func requestIDs(_ context.Context, s *suite) (string, error) {
	if len(s.exchanges) == 0 {
		return "no response came", errSkip
	}
	seen := map[string]bool{}
	for _, x := range s.exchanges {
		if err := x.first("response header X-Okta-Request-Id"); err != nil {
			return "", err
		}
		id := x.header.Get("X-Okta-Request-Id")
		if id != "" && seen[id] {
			return "", x.fail("another response has the same X-Okta-Request-Id")
		}
		seen[id] = true
	}
	return "", nil
}
