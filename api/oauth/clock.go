package oauth

import (
	"net/http"
	"sync/atomic"
	"time"
)

// clock tells the server's time. Assertions and proofs that are dated by a wrong local clock are refused.
type clock struct {
	offset atomic.Int64 // nanoseconds that the server is ahead
}

// tolerance is how far the local clock may be off before it matters. The Date of a response is of whole seconds, and
// takes a while to arrive.
const tolerance = 10 * time.Second

// learn sets the clock by the Date of a response, and tells whether that makes a difference.
func (c *clock) learn(header http.Header) (changed bool) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return false
	}
	offset := time.Until(date)
	if offset.Abs() < tolerance {
		offset = 0
	}
	before := time.Duration(c.offset.Swap(int64(offset)))
	return (offset - before).Abs() >= tolerance
}

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }
