// Package ratelimit keeps a client within the rate limit of an Okta org, by the headers of the org's responses.
package ratelimit

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Limit is api.RateLimit, which documents its fields. It is the zero value if the headers are missing or invalid.
type Limit struct {
	Limit     int
	Remaining int
	Reset     time.Time
}

const (
	// maxReset is the last second of the year 9999: a Reset beyond it is not in seconds.
	maxReset = 253402300799
	// maxLimit bounds limits, so that nothing overflows. A higher one is as good as none.
	maxLimit = 1_000_000_000
)

// Parse reads the X-Rate-Limit headers. A proxy may add its own limit, in separate lines or folded into one; Parse
// returns the limit with the fewest requests remaining.
func Parse(header http.Header) (strictest Limit) {
	limits, remaining := values(header, "X-Rate-Limit-Limit"), values(header, "X-Rate-Limit-Remaining")
	resets := values(header, "X-Rate-Limit-Reset")
	for i := range max(len(limits), len(remaining), len(resets)) {
		l, ok := parse(at(limits, i), at(remaining, i), at(resets, i))
		if !ok {
			return Limit{}
		}
		sameLater := l.Remaining == strictest.Remaining && l.Reset.After(strictest.Reset)
		if i == 0 || l.Remaining < strictest.Remaining || sameLater {
			strictest = l
		}
	}
	return strictest
}

func parse(limit, remaining, reset string) (l Limit, ok bool) {
	n, err1 := strconv.Atoi(limit)
	left, err2 := strconv.Atoi(remaining)
	seconds, err3 := strconv.ParseInt(reset, 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || min(n, left) < 0 || seconds <= 0 || seconds > maxReset {
		return Limit{}, false
	}
	return Limit{Limit: min(n, maxLimit), Remaining: min(left, maxLimit), Reset: time.Unix(seconds, 0)}, true
}

// values returns the values in all lines of a header, or one that is empty.
func values(header http.Header, name string) []string {
	return strings.Split(strings.Join(header.Values(name), ","), ",")
}

// at returns the value at i, or the last one: a header that occurs once applies to all.
func at(values []string, i int) string { return strings.TrimSpace(values[min(i, len(values)-1)]) }

// Unknown reports whether l says nothing about a window: there were no headers, or the limit that was hit is that of
// concurrent requests, whose Limit and Remaining are 0 and whose Reset means nothing
// (https://developer.okta.com/docs/reference/rl-additional-limits/).
func (l Limit) Unknown() bool { return l.Limit == 0 && l.Remaining == 0 }

// ServerTime returns the Date of a response, to the second, or now, the local time, if it has none.
func ServerTime(header http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		return date
	}
	return now
}
