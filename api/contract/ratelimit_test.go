package contract_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

func TestCheckKeepsToTheRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp("0oa1", gen.ListTokensLimitDefault+5), oktatest.WithBearerToken("denied"),
			oktatest.WithRateLimit(20, time.Minute))
		report, err := contract.Check(t.Context(), inProcess(org))
		if err != nil || report.Count(contract.Passed) != len(report.Results) {
			t.Errorf("%v, %+v", err, report.Results)
		}
		for _, request := range org.Requests() {
			if request.Status == http.StatusTooManyRequests {
				t.Error("a request was answered 429")
			}
		}
		if report.Duration < 2*time.Minute {
			t.Errorf("took %v", report.Duration)
		}
	})
}

// A share below a half takes less of each window, one above it no more.
func TestCheckTakesItsShareOfTheRateLimit(t *testing.T) {
	t.Parallel()
	took := map[float64]time.Duration{}
	for _, share := range []float64{0, 0.25, 0.000001, 0.5, 1} {
		synctest.Test(t, func(t *testing.T) {
			org := oktatest.New(oktatest.WithApp("0oa1", gen.ListTokensLimitDefault+5), oktatest.WithRateLimit(20, time.Minute))
			target := inProcess(org)
			target.Denied, target.RateShare = nil, share
			report, err := contract.Check(t.Context(), target)
			if err != nil || report.Count(contract.Failed)+report.Count(contract.Errored) > 0 {
				t.Errorf("%v: %v, %+v", share, err, report.Results)
			}
			took[share] = report.Duration
		})
	}
	if took[0] != took[0.5] || took[1] != took[0.5] || took[0.25] < 3*took[0.5]/2 || took[0.000001] < 4*took[0.25] {
		t.Errorf("took %v", took)
	}
}

func TestCheckReportsWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		limit  int
		fault  *oktatest.Fault
		reason string
		wait   time.Duration
	}{
		"its share is used up":       {limit: 20, reason: "its share of the rate limit is used up", wait: time.Minute},
		"its share is less than one": {limit: 1, reason: "its share of the rate limit is used up", wait: time.Minute},
		"the rate limit is used up": {fault: new(oktatest.UsedUp(30 * time.Second)), reason: "the rate limit is used up",
			wait: 30 * time.Second},
		"too many requests at once": {fault: new(oktatest.ConcurrentLimit()), reason: "the rate limit is used up"},
		"an outage":                 {fault: new(oktatest.Status(503).Times(8)), reason: "the server is not available"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := oktatest.New(oktatest.WithApp("0oa1", gen.ListTokensLimitDefault+5),
					oktatest.WithRateLimit(test.limit, time.Minute))
				if test.fault != nil {
					org.Inject(*test.fault)
				}
				waits := 0
				target := inProcess(org)
				target.Write, target.Denied = false, nil
				target.OnWait = func(reason string, until time.Time) {
					if wait := time.Until(until); reason != test.reason || wait <= 0 || wait < test.wait-10*time.Second ||
						wait > test.wait+10*time.Second {
						t.Errorf("waits %v because %s", wait, reason)
					}
					waits++
				}
				if _, err := contract.Check(t.Context(), target); err != nil || waits == 0 {
					t.Errorf("%v, %d waits", err, waits)
				}
			})
		})
	}
}
