package api

import (
	"net/http"
	"strconv"
	"time"
)

// RateLimit is what a response says of the org's rate limit, in its X-Rate-Limit headers. It is the zero value where
// the headers are missing or make no sense.
type RateLimit struct {
	Limit     int       // requests in one window
	Remaining int       // requests left in this window
	Reset     time.Time // end of this window, to the second, by the server's clock
}

// maxReset is the last second of the year 9999: a Reset beyond it is not in seconds.
const maxReset = 253402300799

func parseRateLimit(header http.Header) RateLimit {
	limit, err1 := strconv.Atoi(header.Get("X-Rate-Limit-Limit"))
	remaining, err2 := strconv.Atoi(header.Get("X-Rate-Limit-Remaining"))
	reset, err3 := strconv.ParseInt(header.Get("X-Rate-Limit-Reset"), 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || min(limit, remaining) < 0 || reset <= 0 || reset > maxReset {
		return RateLimit{}
	}
	return RateLimit{Limit: limit, Remaining: remaining, Reset: time.Unix(reset, 0)}
}

// unknown tells that nothing is known of a window: there are no headers, or the limit that was hit is the one of
// concurrent requests, whose Limit and Remaining are 0 and whose Reset means nothing
// (https://developer.okta.com/docs/reference/rl-additional-limits/).
func (r RateLimit) unknown() bool { return r.Limit == 0 && r.Remaining == 0 }
