package ratelimit_test

import (
	"math"
	"net/http"
	"strconv"
	"testing"
	"time"

	"example.com/apptokens/api/internal/ratelimit"
)

func TestTheStrictestOfSeveralLimitsCounts(t *testing.T) {
	t.Parallel()
	at := func(seconds int64) time.Time { return time.Unix(seconds, 0) }
	tests := map[string]struct {
		limit, remaining, reset []string
		want                    ratelimit.Limit
	}{
		"one":                           {[]string{"600"}, []string{"5"}, []string{"1000"}, ratelimit.Limit{Limit: 600, Remaining: 5, Reset: at(1000)}},
		"two lines":                     {[]string{"600", "5"}, []string{"590", "3"}, []string{"1000", "4600"}, ratelimit.Limit{Limit: 5, Remaining: 3, Reset: at(4600)}},
		"folded":                        {[]string{"5, 600"}, []string{"3, 590"}, []string{"4600, 1000"}, ratelimit.Limit{Limit: 5, Remaining: 3, Reset: at(4600)}},
		"the stricter one ends first":   {[]string{"5, 600"}, []string{"3, 590"}, []string{"1000, 4600"}, ratelimit.Limit{Limit: 5, Remaining: 3, Reset: at(1000)}},
		"the later Reset first":         {[]string{"600"}, []string{"0"}, []string{"1060", "1000"}, ratelimit.Limit{Limit: 600, Remaining: 0, Reset: at(1060)}},
		"two Resets":                    {[]string{"600"}, []string{"0"}, []string{"1000", "1060"}, ratelimit.Limit{Limit: 600, Remaining: 0, Reset: at(1060)}},
		"one that makes no sense":       {[]string{"600", "many"}, []string{"5"}, []string{"1000"}, ratelimit.Limit{}},
		"nonsense, then one used up":    {[]string{"many", "600"}, []string{"5", "0"}, []string{"1000"}, ratelimit.Limit{}},
		"one that is missing":           {[]string{"600"}, []string{"5"}, nil, ratelimit.Limit{}},
		"none":                          {nil, nil, nil, ratelimit.Limit{}},
		"a limit that would overflow":   {[]string{strconv.Itoa(math.MaxInt)}, []string{strconv.Itoa(math.MaxInt)}, []string{"1000"}, ratelimit.Limit{Limit: 1e9, Remaining: 1e9, Reset: at(1000)}},
		"the limit of concurrent calls": {[]string{"0"}, []string{"0"}, []string{"1000"}, ratelimit.Limit{Reset: at(1000)}},
	}
	for name, test := range tests {
		header := http.Header{"X-Rate-Limit-Limit": test.limit, "X-Rate-Limit-Remaining": test.remaining, "X-Rate-Limit-Reset": test.reset}
		if got := ratelimit.Parse(header); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}
