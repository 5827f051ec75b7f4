package api

import (
	"net/http"
	"time"

	"example.com/apptokens/api/internal/ratelimit"
)

// RateLimit is what a response says of the org's rate limit, in its X-Rate-Limit headers. It is the zero value where
// the headers are missing or make no sense.
type RateLimit struct {
	Limit     int       // requests in one window
	Remaining int       // requests left in this window
	Reset     time.Time // end of this window, to the second, by the server's clock
}

func parseRateLimit(header http.Header) RateLimit { return RateLimit(ratelimit.Parse(header)) }

func (r RateLimit) unknown() bool { return ratelimit.Limit(r).Unknown() }
