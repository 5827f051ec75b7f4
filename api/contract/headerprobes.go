package contract

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"example.com/apptokens/api/internal/ratelimit"
)

// headerProbes examine all responses to the probes before them.
var headerProbes = []probe{
	{name: "error objects",
		rule:   "a failure has a JSON error object with all its properties; an OAuth failure may have only a header",
		source: inErrors, run: each(errorObject)},
	{name: "rate limit", rule: "responses report the limit, the remaining requests and the time of the reset",
		source: inRateLimits, run: each(rateLimit)},
	{name: "request id",
		rule:   "each response has its own X-Okta-Request-Id, except a 405 and some 400s, which have none",
		source: inTraffic, run: requestIDs},
}

// each returns a probe that checks every response and reports the first problem.
func each(check func(*exchange) error) runFunc {
	return func(_ context.Context, s *suite) error {
		for _, exchange := range s.exchanges {
			if err := check(exchange); err != nil {
				return err
			}
		}
		return nil
	}
}

func errorObject(exchange *exchange) error {
	if exchange.status < http.StatusBadRequest {
		return nil
	}
	err := exchange.violationAt("response body", "response header Content-Type", "response header Content-Encoding")
	if err != nil || len(exchange.body) == 0 {
		return err
	}
	var object map[string]any
	if err := json.Unmarshal(exchange.body, &object); err != nil {
		return exchange.fail("the body is not an error object")
	}
	for _, name := range []string{"errorCode", "errorSummary", "errorLink", "errorId", "errorCauses"} {
		if _, ok := object[name]; !ok {
			return exchange.fail("the error object has no %s", name)
		}
	}
	return nil
}

func rateLimit(exchange *exchange) error {
	const header = "response header X-Rate-Limit-"
	if err := exchange.violationAt(header+"Limit", header+"Remaining", header+"Reset"); err != nil {
		return err
	}
	limit := ratelimit.Parse(exchange.header)
	switch left := limit.Reset.Sub(ratelimit.ServerTime(exchange.header, time.Now())); {
	case limit.Unknown() && strings.Trim(exchange.header.Get("X-Rate-Limit-Limit"), "0") != "":
		return exchange.fail("X-Rate-Limit-Reset is not a Unix time in seconds")
	case limit.Unknown():
		return nil // the contract requires no headers here, or they report the limit of concurrent requests
	case limit.Remaining > limit.Limit:
		return exchange.fail("%d requests remain of %d", limit.Remaining, limit.Limit)
	case left.Abs() > ratelimit.LongestWindow:
		return exchange.fail("X-Rate-Limit-Reset is %v from the response's Date", left)
	}
	return nil
}

func requestIDs(ctx context.Context, s *suite) error {
	seen := map[string]bool{}
	return each(func(exchange *exchange) error {
		if err := exchange.violationAt("response header X-Okta-Request-Id"); err != nil {
			return err
		}
		id := exchange.header.Get("X-Okta-Request-Id")
		if id != "" && seen[id] {
			return exchange.fail("another response has the same X-Okta-Request-Id")
		}
		seen[id] = true
		return nil
	})(ctx, s)
}
