package retry

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// now is the local time of every case, and by default the server's.
var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// headers makes a header of pairs, with the server's Date unless it is among them.
func headers(pairs ...string) http.Header {
	h := http.Header{"Date": {now.Format(http.TimeFormat)}}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// limited makes the rate-limit headers of a window that ends some time from now.
func limited(limit, remaining string, reset time.Duration, more ...string) http.Header {
	return headers(append([]string{
		"X-Rate-Limit-Limit", limit,
		"X-Rate-Limit-Remaining", remaining,
		"X-Rate-Limit-Reset", strconv.FormatInt(now.Add(reset).Unix(), 10),
	}, more...)...)
}

func TestDecide(t *testing.T) {
	t.Parallel()
	dropped := Transient(io.EOF)
	const (
		stop    = time.Duration(-1) // another attempt would not help
		tooLong = time.Duration(-2) // the wait for it would be too long
	)
	tests := map[string]struct {
		Outcome
		want time.Duration
	}{
		"429: one second after the reset":                   {Outcome{Status: 429, Header: limited("50", "0", 20*time.Second)}, 21 * time.Second},
		"429: jitter on top":                                {Outcome{Status: 429, Header: limited("50", "0", 20*time.Second), Jitter: 0.5}, 21*time.Second + 125*time.Millisecond},
		"429: the server's clock counts, ahead":             {Outcome{Status: 429, Header: limited("50", "0", 620*time.Second, "Date", now.Add(600*time.Second).Format(http.TimeFormat))}, 21 * time.Second},
		"429: the server's clock counts, behind":            {Outcome{Status: 429, Header: limited("50", "0", -580*time.Second, "Date", now.Add(-600*time.Second).Format(http.TimeFormat))}, 21 * time.Second},
		"429: no Date, so the local clock":                  {Outcome{Status: 429, Header: limited("50", "0", 20*time.Second, "Date", "")}, 21 * time.Second},
		"429: reset in the past":                            {Outcome{Status: 429, Header: limited("50", "0", -time.Hour)}, time.Second},
		"429: reset beyond MaxWait":                         {Outcome{Status: 429, Header: limited("50", "0", 90*time.Second)}, tooLong},
		"429: a wait of MaxWait":                            {Outcome{Status: 429, Header: limited("50", "0", 89*time.Second)}, 90 * time.Second},
		"429: reset beyond the deadline":                    {Outcome{Status: 429, Header: limited("50", "0", 20*time.Second), Deadline: now.Add(20 * time.Second)}, tooLong},
		"429: reset within the deadline":                    {Outcome{Status: 429, Header: limited("50", "0", 20*time.Second), Deadline: now.Add(22 * time.Second)}, 21 * time.Second},
		"429: reset is not a number":                        {Outcome{Status: 429, Header: headers("X-Rate-Limit-Limit", "50", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "soon"), Jitter: 0.5}, 125 * time.Millisecond},
		"429: reset overflows":                              {Outcome{Status: 429, Header: headers("X-Rate-Limit-Limit", "50", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "99999999999999999999"), Jitter: 0.5}, 125 * time.Millisecond},
		"429: reset in milliseconds":                        {Outcome{Status: 429, Header: headers("X-Rate-Limit-Limit", "50", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "1795521600000"), Jitter: 0.5}, 125 * time.Millisecond},
		"429: reset centuries away":                         {Outcome{Status: 429, Header: headers("X-Rate-Limit-Limit", "50", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "253402300799")}, tooLong},
		"429: negative remaining":                           {Outcome{Status: 429, Header: limited("50", "-1", 20*time.Second), Jitter: 0.5}, 125 * time.Millisecond},
		"429: negative limit":                               {Outcome{Status: 429, Header: limited("-50", "0", 20*time.Second), Jitter: 0.5}, 125 * time.Millisecond},
		"429: reset of 0":                                   {Outcome{Status: 429, Header: headers("X-Rate-Limit-Limit", "50", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "0"), Jitter: 0.5}, 125 * time.Millisecond},
		"503: Retry-After as a date, by the server's clock": {Outcome{Status: 503, Header: headers("Retry-After", now.Add(-591*time.Second).Format(http.TimeFormat), "Date", now.Add(-600*time.Second).Format(http.TimeFormat))}, 9 * time.Second},
		"429: without any header":                           {Outcome{Status: 429, Jitter: 0.5}, 125 * time.Millisecond},
		"429: concurrent limit, reset means little":         {Outcome{Status: 429, Header: limited("0", "0", time.Hour), Attempt: 3, Jitter: 0.5}, 500 * time.Millisecond},
		"429: Retry-After alone":                            {Outcome{Status: 429, Header: headers("Retry-After", "7")}, 7 * time.Second},
		"429: the later of Retry-After and reset":           {Outcome{Status: 429, Header: limited("50", "0", 20*time.Second, "Retry-After", "40")}, 40 * time.Second},
		"429: an earlier Retry-After":                       {Outcome{Status: 429, Header: limited("50", "0", 20*time.Second, "Retry-After", "5")}, 21 * time.Second},

		"503: full jitter, first":             {Outcome{Status: 503, Jitter: 0.5}, 125 * time.Millisecond},
		"503: full jitter, fourth":            {Outcome{Status: 503, Attempt: 4, Jitter: 0.5}, time.Second},
		"503: Retry-After as a date":          {Outcome{Status: 503, Header: headers("Retry-After", now.Add(9*time.Second).Format(http.TimeFormat))}, 9 * time.Second},
		"503: Retry-After in the past":        {Outcome{Status: 503, Header: headers("Retry-After", now.Add(-time.Hour).Format(http.TimeFormat)), Jitter: 0.5}, 125 * time.Millisecond},
		"503: Retry-After beyond MaxWait":     {Outcome{Status: 503, Header: headers("Retry-After", "91")}, tooLong},
		"503: Retry-After overflows":          {Outcome{Status: 503, Header: headers("Retry-After", "99999999999999999999")}, tooLong},
		"503: Retry-After is negative":        {Outcome{Status: 503, Header: headers("Retry-After", "-5"), Jitter: 0.5}, 125 * time.Millisecond},
		"503: no attempt left":                {Outcome{Status: 503, Attempt: 5}, stop},
		"429: no attempt left":                {Outcome{Status: 429, Attempt: 5, Header: limited("50", "0", 20*time.Second)}, stop},
		"503: the wait outlasts the deadline": {Outcome{Status: 503, Jitter: 0.5, Deadline: now.Add(100 * time.Millisecond)}, tooLong},
		"500":                                 {Outcome{Status: 500, Jitter: 0.5}, 125 * time.Millisecond},
		"502":                                 {Outcome{Status: 502, Jitter: 0.5}, 125 * time.Millisecond},
		"504":                                 {Outcome{Status: 504, Jitter: 0.5}, 125 * time.Millisecond},
		"dropped connection":                  {Outcome{Err: dropped, Jitter: 0.5}, 125 * time.Millisecond},
		"200 whose body is cut short":         {Outcome{Status: 200, Err: dropped, Jitter: 0.5}, 125 * time.Millisecond},
		"200 that is not the contract's":      {Outcome{Status: 200, Err: errors.New("html")}, stop},
		"error that is not transient":         {Outcome{Err: io.EOF}, stop},
		"context":                             {Outcome{Err: context.Canceled}, stop},
		"authorization fails":                 {Outcome{Err: errors.New("authorize: no token")}, stop},
		"400":                                 {Outcome{Status: 400}, stop},
		"401":                                 {Outcome{Status: 401}, stop},
		"403":                                 {Outcome{Status: 403}, stop},
		"404":                                 {Outcome{Status: 404}, stop},
		"501":                                 {Outcome{Status: 501}, stop},
		"302":                                 {Outcome{Status: 302, Err: errors.New("redirect")}, stop},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := test.Outcome
			o.Now = now
			if o.Attempt == 0 {
				o.Attempt = 1
			}
			wait, again := Policy{}.WithDefaults().Decide(o)
			switch {
			case !again && wait > 0:
				wait = tooLong
			case !again:
				wait = stop
			}
			if wait != test.want {
				t.Errorf("decide = %v, want %v (-1ns is stop, -2ns is too long)", wait, test.want)
			}
		})
	}
}

func TestBackoffIsBounded(t *testing.T) {
	t.Parallel()
	for maxDelay, want := range map[time.Duration]time.Duration{0: 9990 * time.Millisecond, 7 * time.Second: 6993 * time.Millisecond} {
		policy := Policy{MaxAttempts: 1 << 30, MaxDelay: maxDelay}.WithDefaults()
		for _, attempt := range []int{7, 64, 1 << 20} {
			wait, again := policy.Decide(Outcome{Attempt: attempt, Status: 503, Now: now, Jitter: 0.999})
			if !again || wait != want {
				t.Errorf("attempt %d: wait %v, again %v; want %v, that much of MaxDelay", attempt, wait, again, want)
			}
		}
	}
}

func TestTheLongestDelayDoesNotOverflow(t *testing.T) {
	t.Parallel()
	policy := Policy{BaseDelay: math.MaxInt64, MaxDelay: math.MaxInt64}.WithDefaults()
	outcome := Outcome{Attempt: 1, Status: 429, Header: limited("50", "0", 20*time.Second), Now: now, Jitter: 0.99}
	if wait, again := policy.Decide(outcome); again || wait < policy.MaxWait {
		t.Errorf("wait %v, again %v; want a wait too long to begin", wait, again)
	}
}
