package oktatest

import (
	"net/http"
	"strconv"
	"time"
)

// unlimited is what the headers show where nothing is limited.
const unlimited = 1_000_000

// limiter counts requests in windows that begin with the first request after the end of the one before
// (https://developer.okta.com/docs/reference/rl-best-practices/).
type limiter struct {
	limit  int // 0 for no limit
	window time.Duration
	used   int
	end    time.Time
}

// take counts one request, writes the headers, and reports whether the request may go on.
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
