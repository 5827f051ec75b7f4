package retry_test

import (
	"testing"
	"time"

	"example.com/apptokens/api/internal/retry"
)

// A budget that is spent has what calls and time have paid in since, up to what it had at first.
func TestTheBudgetHasWhatIsPaidIn(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		calls int
		pause time.Duration
		want  int // retries
	}{
		"no call":                    {0, 0, 0},
		"nine calls at once":         {9, 0, 0},
		"eleven calls at once":       {11, 0, 1},
		"a call after eight seconds": {1, 8 * time.Second, 0},
		"a call after ten seconds":   {1, 10 * time.Second, 1},
		"a call after an hour":       {1, time.Hour, 50},
		"a thousand calls at once":   {1000, 0, 50},
	} {
		budget := retry.NewBudget()
		draw := func() (n int) {
			for budget.Draw() && n < 100 {
				n++
			}
			return n
		}
		budget.Pay(begin)
		if got := draw(); got != 50 {
			t.Errorf("%s: %d retries at first, want 50", name, got)
		}
		for range test.calls {
			budget.Pay(begin.Add(test.pause))
		}
		if got := draw(); got != test.want {
			t.Errorf("%s: %d retries, want %d", name, got, test.want)
		}
	}
}
