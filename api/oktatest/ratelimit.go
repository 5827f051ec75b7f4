package oktatest

import (
	"net/http"
	"strconv"
	"time"
)

// unlimited is the limit that the headers show if there is none.
const unlimited = 1_000_000

// limiter counts requests per window. A window begins with the first request after the end of the previous one
// (https://developer.okta.com/docs/reference/rl-best-practices/).
type limiter struct {
	limit  int // 0 for no limit
	window time.Duration
	used   int
	end    time.Time
}

// take counts a request, writes the headers, and reports whether the request is within the limit.
func (l *limiter) take(now time.Time, header http.Header) bool {
	if l.limit == 0 {
		writeRateLimit(header, unlimited, unlimited-1, now.Add(time.Minute))
		return true
	}
	if !now.Before(l.end) {
		l.used, l.end = 0, now.Add(l.window)
	}
	allowed := l.used < l.limit
	if allowed {
		l.used++
	}
	writeRateLimit(header, l.limit, l.limit-l.used, l.end)
	return allowed
}

func writeRateLimit(header http.Header, limit, remaining int, reset time.Time) {
	header.Set("X-Rate-Limit-Limit", strconv.Itoa(limit))
	header.Set("X-Rate-Limit-Remaining", strconv.Itoa(remaining))
	header.Set("X-Rate-Limit-Reset", strconv.FormatInt(reset.Unix(), 10))
}
