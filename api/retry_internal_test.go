package api

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
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
	dropped := &transientError{io.EOF}
	const stop = time.Duration(-1)
	tests := map[string]struct {
		outcome
		want time.Duration
	}{
		"429: one second after the reset":                   {outcome{status: 429, header: limited("50", "0", 20*time.Second)}, 21 * time.Second},
		"429: jitter on top":                                {outcome{status: 429, header: limited("50", "0", 20*time.Second), jitter: 0.5}, 21*time.Second + 125*time.Millisecond},
		"429: the server's clock counts, ahead":             {outcome{status: 429, header: limited("50", "0", 620*time.Second, "Date", now.Add(600*time.Second).Format(http.TimeFormat))}, 21 * time.Second},
		"429: the server's clock counts, behind":            {outcome{status: 429, header: limited("50", "0", -580*time.Second, "Date", now.Add(-600*time.Second).Format(http.TimeFormat))}, 21 * time.Second},
		"429: no Date, so the local clock":                  {outcome{status: 429, header: limited("50", "0", 20*time.Second, "Date", "")}, 21 * time.Second},
		"429: reset in the past":                            {outcome{status: 429, header: limited("50", "0", -time.Hour)}, time.Second},
		"429: reset beyond MaxWait":                         {outcome{status: 429, header: limited("50", "0", 90*time.Second)}, stop},
		"429: reset beyond the deadline":                    {outcome{status: 429, header: limited("50", "0", 20*time.Second), deadline: now.Add(20 * time.Second)}, stop},
		"429: reset within the deadline":                    {outcome{status: 429, header: limited("50", "0", 20*time.Second), deadline: now.Add(22 * time.Second)}, 21 * time.Second},
		"429: reset is no number":                           {outcome{status: 429, header: headers("X-Rate-Limit-Limit", "50", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "soon"), jitter: 0.5}, 125 * time.Millisecond},
		"429: reset overflows":                              {outcome{status: 429, header: headers("X-Rate-Limit-Limit", "50", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "99999999999999999999"), jitter: 0.5}, 125 * time.Millisecond},
		"429: reset in milliseconds":                        {outcome{status: 429, header: headers("X-Rate-Limit-Limit", "50", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "1795521600000"), jitter: 0.5}, 125 * time.Millisecond},
		"429: reset centuries away":                         {outcome{status: 429, header: headers("X-Rate-Limit-Limit", "50", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "253402300799")}, stop},
		"429: negative remaining":                           {outcome{status: 429, header: limited("50", "-1", 20*time.Second), jitter: 0.5}, 125 * time.Millisecond},
		"429: negative limit":                               {outcome{status: 429, header: limited("-50", "0", 20*time.Second), jitter: 0.5}, 125 * time.Millisecond},
		"429: reset of 0":                                   {outcome{status: 429, header: headers("X-Rate-Limit-Limit", "50", "X-Rate-Limit-Remaining", "0", "X-Rate-Limit-Reset", "0"), jitter: 0.5}, 125 * time.Millisecond},
		"503: Retry-After as a date, by the server's clock": {outcome{status: 503, header: headers("Retry-After", now.Add(-591*time.Second).Format(http.TimeFormat), "Date", now.Add(-600*time.Second).Format(http.TimeFormat))}, 9 * time.Second},
		"plain text on a TLS port":                          {outcome{err: transportError(&http.Request{}, tls.RecordHeaderError{})}, stop},
		"429: without any header":                           {outcome{status: 429, jitter: 0.5}, 125 * time.Millisecond},
		"429: concurrent limit, reset means little":         {outcome{status: 429, header: limited("0", "0", time.Hour), attempt: 3, jitter: 0.5}, 500 * time.Millisecond},
		"429: Retry-After alone":                            {outcome{status: 429, header: headers("Retry-After", "7")}, 7 * time.Second},
		"429: the later of Retry-After and reset":           {outcome{status: 429, header: limited("50", "0", 20*time.Second, "Retry-After", "40")}, 40 * time.Second},
		"429: an earlier Retry-After":                       {outcome{status: 429, header: limited("50", "0", 20*time.Second, "Retry-After", "5")}, 21 * time.Second},

		"503: full jitter, first":             {outcome{status: 503, jitter: 0.5}, 125 * time.Millisecond},
		"503: full jitter, fourth":            {outcome{status: 503, attempt: 4, jitter: 0.5}, time.Second},
		"503: Retry-After as a date":          {outcome{status: 503, header: headers("Retry-After", now.Add(9*time.Second).Format(http.TimeFormat))}, 9 * time.Second},
		"503: Retry-After in the past":        {outcome{status: 503, header: headers("Retry-After", now.Add(-time.Hour).Format(http.TimeFormat)), jitter: 0.5}, 125 * time.Millisecond},
		"503: Retry-After beyond MaxWait":     {outcome{status: 503, header: headers("Retry-After", "91")}, stop},
		"503: Retry-After overflows":          {outcome{status: 503, header: headers("Retry-After", "99999999999999999999")}, stop},
		"503: Retry-After is negative":        {outcome{status: 503, header: headers("Retry-After", "-5"), jitter: 0.5}, 125 * time.Millisecond},
		"503: no attempt left":                {outcome{status: 503, attempt: 5}, stop},
		"503: the wait outlasts the deadline": {outcome{status: 503, jitter: 0.5, deadline: now.Add(100 * time.Millisecond)}, stop},
		"500":                                 {outcome{status: 500, jitter: 0.5}, 125 * time.Millisecond},
		"502":                                 {outcome{status: 502, jitter: 0.5}, 125 * time.Millisecond},
		"504":                                 {outcome{status: 504, jitter: 0.5}, 125 * time.Millisecond},
		"dropped connection":                  {outcome{err: dropped, jitter: 0.5}, 125 * time.Millisecond},
		"200 whose body breaks off":           {outcome{status: 200, err: dropped, jitter: 0.5}, 125 * time.Millisecond},
		"200 that is not the contract's":      {outcome{status: 200, err: unexpected("html")}, stop},
		"certificate":                         {outcome{err: transportError(&http.Request{}, &tls.CertificateVerificationError{Err: errors.New("expired")})}, stop},
		"context":                             {outcome{err: context.Canceled}, stop},
		"authorization fails":                 {outcome{err: errors.New("authorize: no token")}, stop},
		"400":                                 {outcome{status: 400}, stop},
		"401":                                 {outcome{status: 401}, stop},
		"403":                                 {outcome{status: 403}, stop},
		"404":                                 {outcome{status: 404}, stop},
		"501":                                 {outcome{status: 501}, stop},
		"302":                                 {outcome{status: 302, err: unexpected("redirect")}, stop},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := test.outcome
			o.now = now
			if o.attempt == 0 {
				o.attempt = 1
			}
			wait, again := RetryPolicy{}.withDefaults().decide(o)
			if !again {
				wait = stop
			}
			if wait != test.want {
				t.Errorf("decide = %v, want %v (-1ns is stop)", wait, test.want)
			}
		})
	}
}

func TestBackoffIsBounded(t *testing.T) {
	t.Parallel()
	policy := RetryPolicy{MaxAttempts: 1 << 30}.withDefaults()
	for _, attempt := range []int{7, 64, 1 << 20} {
		wait, again := policy.decide(outcome{attempt: attempt, status: 503, now: now, jitter: 0.999})
		if !again || wait > policy.MaxDelay || wait < policy.MaxDelay/2 {
			t.Errorf("attempt %d: wait %v, again %v; want just under %v", attempt, wait, again, policy.MaxDelay)
		}
	}
}
