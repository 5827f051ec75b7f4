package oauth

import (
	"net/http"
	"sync/atomic"
	"time"
)

// clock tells the server's time. Assertions and proofs that are dated by a wrong local clock are refused.
type clock struct {
	nanoseconds atomic.Int64 // that the server is ahead
}

// tolerance is how far the local clock may be off before it matters. The Date of a response is of whole seconds, and
// takes a while to arrive.
const tolerance = 10 * time.Second

// learn sets the clock by the Date of a response.
func (c *clock) learn(header http.Header) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return
	}
	offset := time.Until(date)
	if offset.Abs() < tolerance {
		offset = 0
	}
	c.nanoseconds.Store(int64(offset))
}

// offset is how much the server is ahead.
func (c *clock) offset() time.Duration { return time.Duration(c.nanoseconds.Load()) }

// issued is the time to date things with: a little in the past, since nothing is taken that is dated in the future.
func (c *clock) issued() time.Time { return time.Now().Add(c.offset() - tolerance) }
