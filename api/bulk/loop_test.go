package bulk_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
)

// Leaving the loop in the middle stops the rest, and leaves no goroutine behind.
func TestLeavingTheLoop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg()
		results := 0
		for event, err := range bulk.Revoke(t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: apps, Filter: everything, Concurrency: 4}) {
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := event.(bulk.Result); ok {
				if results++; results == 10 {
					break
				}
			}
		}
		if left := len(held(org, "", false)); left > tokenCount-10 || left < tokenCount-20 {
			t.Errorf("%d tokens are left of %d, want some 14 fewer", left, tokenCount)
		}
	})
}

// The loop may end at any event: nothing further is sent then.
func TestLeavingTheLoopAtAnyEvent(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		is            func(bulk.Event) bool
		gets, deletes int
	}{
		"Listed":   {is[bulk.Listed], 1, 0},
		"Selected": {is[bulk.Selected], 2, 0},
		"Result":   {is[bulk.Result], 2, 1},
		"Proof":    {is[bulk.Proof], 3, 100},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org, ids := newApps(2, 50)
				job := bulk.Job{AppIDs: ids, Filter: everything, Concurrency: 1}
				left := false
				for event := range bulk.Revoke(t.Context(), newClient(t, slow(org, time.Second, nil)), job) {
					if left = test.is(event); left {
						break
					}
				}
				if !left {
					t.Fatal("the loop ended by itself, without the event")
				}
				sent := map[string]int{}
				for _, request := range org.Requests() {
					sent[request.Method]++
				}
				// One more may have been in flight, and is cancelled; a DELETE only if the revocations have begun.
				if sent[http.MethodGet] > test.gets+1 || sent[http.MethodDelete] > test.deletes+min(test.deletes, 1) {
					t.Errorf("%v requests, want %d GET and %d DELETE", sent, test.gets, test.deletes)
				}
			})
		})
	}
}

func is[T bulk.Event](event bulk.Event) bool {
	_, ok := event.(T)
	return ok
}

// Changing the selection does not change what is revoked.
func TestSelectedIsTheCallers(t *testing.T) {
	t.Parallel()
	org := newOrg()
	job := bulk.Job{AppIDs: apps, Filter: bulk.Filter{UserIDs: []string{user(org)}}}
	userID := user(org)
	others := held(org, userID, false)
	for event, err := range bulk.Revoke(t.Context(), newClient(t, org.Transport()), job) {
		if err != nil {
			t.Fatal(err)
		}
		if selected, ok := event.(bulk.Selected); ok {
			for i := range selected.Matches {
				selected.Matches[i] = bulk.Match{AppID: "0oa1", Token: org.Tokens("0oa1")[i]}
			}
		}
	}
	if left := held(org, userID, true); len(left) > 0 {
		t.Errorf("the user's tokens %v are left", left)
	}
	if !slices.Equal(held(org, userID, false), others) {
		t.Error("tokens of others were revoked")
	}
}

// A loop that panics cancels what is in flight and leaves no goroutine behind; the bubble would report it.
func TestALoopThatPanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, results := newOrg(), 0
		defer func() {
			if got := recover(); got != "the loop is broken" || results != 1 {
				t.Errorf("recovered %v after %d results, want the loop's own panic after the first", got, results)
			}
			if left := len(held(org, "", false)); left < tokenCount-bulk.DefaultConcurrency {
				t.Errorf("%d tokens are left of %d, want all but those in flight", left, tokenCount)
			}
		}()
		job := bulk.Job{AppIDs: apps, Filter: everything}
		for event := range bulk.Revoke(t.Context(), newClient(t, slow(org, time.Second, nil)), job) {
			if _, ok := event.(bulk.Result); ok {
				results++
				panic("the loop is broken")
			}
		}
	})
}

// A panic in a revocation, for example of an editor, reaches the loop, and stops the others.
func TestAPanicInARevocationReachesTheLoop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg()
		var deletes atomic.Int64
		editor := api.WithRequestEditor(func(_ context.Context, req *http.Request) error {
			if req.Method == http.MethodDelete && deletes.Add(1) == 10 {
				panic("the editor is broken")
			}
			return nil
		})
		defer func() {
			if said := fmt.Sprint(recover()); !strings.Contains(said, "the editor is broken") {
				t.Errorf("recovered %s", said)
			}
			if left := len(held(org, "", false)); left < tokenCount-9-bulk.DefaultConcurrency {
				t.Errorf("%d tokens are left of %d, want all but those before the panic and those in flight", left, tokenCount)
			}
		}()
		for range bulk.Revoke(t.Context(), newClient(t, slow(org, time.Second, nil), editor), bulk.Job{AppIDs: apps, Filter: everything}) {
		}
	})
}

// A job that is ranged over again runs again, each time with the context that it was given.
func TestEveryRangeRunsTheJobAgain(t *testing.T) {
	t.Parallel()
	type ticket struct{}
	org := newOrg()
	client := newClient(t, org.Transport(), api.WithRequestEditor(func(ctx context.Context, _ *http.Request) error {
		if ctx.Value(ticket{}) != "INC-1" {
			t.Error("an editor lacks the value of the job's context")
		}
		return nil
	}))
	ctx := context.WithValue(t.Context(), ticket{}, "INC-1")
	events := bulk.Revoke(ctx, client, bulk.Job{AppIDs: apps, Filter: everything})
	for _, want := range []int{tokenCount, 0} {
		revoked := 0
		for event, err := range events {
			if err != nil {
				t.Fatal(err)
			}
			if result, ok := event.(bulk.Result); ok && result.Outcome == bulk.Revoked {
				revoked++
			}
		}
		if revoked != want {
			t.Errorf("revoked %d, want %d", revoked, want)
		}
	}
}
