package retry

import (
	"net/http"
	"strconv"
	"time"
)

// Limit is api.RateLimit, which says what its fields mean. It is the zero value where the headers are missing or make
// no sense.
type Limit struct {
	Limit     int
	Remaining int
	Reset     time.Time
}

// maxReset is the last second of the year 9999: a Reset beyond it is not in seconds.
const maxReset = 253402300799

// ParseLimit reads the X-Rate-Limit headers.
func ParseLimit(header http.Header) Limit {
	limit, err1 := strconv.Atoi(header.Get("X-Rate-Limit-Limit"))
	remaining, err2 := strconv.Atoi(header.Get("X-Rate-Limit-Remaining"))
	reset, err3 := strconv.ParseInt(header.Get("X-Rate-Limit-Reset"), 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || min(limit, remaining) < 0 || reset <= 0 || reset > maxReset {
		return Limit{}
	}
	return Limit{Limit: limit, Remaining: remaining, Reset: time.Unix(reset, 0)}
}

// Unknown tells that nothing is known of a window: there are no headers, or the limit that was hit is the one of
// concurrent requests, whose Limit and Remaining are 0 and whose Reset means nothing
// (https://developer.okta.com/docs/reference/rl-additional-limits/).
func (l Limit) Unknown() bool { return l.Limit == 0 && l.Remaining == 0 }

// ServerTime is the Date of a response, to the second, or the local time where it has none.
func ServerTime(header http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		return date
	}
	return now
}
