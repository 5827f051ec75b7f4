package oauth

import (
	"net/http"
	"sync/atomic"
	"time"
)

// clock estimates the server's time, because servers refuse assertions and proofs whose time is wrong.
type clock struct {
	nanoseconds atomic.Int64 // by which the server's clock is ahead
}

// tolerance is how far the estimate may be off, because the Date of a response has a resolution of a second, and takes
// a while to arrive.
const tolerance = 10 * time.Second

// learn sets the clock to the Date of a response.
func (c *clock) learn(header http.Header) {
	date, err := http.ParseTime(header.Get("Date"))
	if err == nil {
		c.nanoseconds.Store(int64(time.Until(date)))
	}
}

// offset returns how far the server's clock is ahead.
func (c *clock) offset() time.Duration { return time.Duration(c.nanoseconds.Load()) }

// issued returns the time at which to issue an assertion or a proof: a little in the past, because servers refuse those
// that are issued in the future.
func (c *clock) issued() time.Time { return time.Now().Add(c.offset() - tolerance) }
