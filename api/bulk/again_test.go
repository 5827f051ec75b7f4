package bulk_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
)

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

// The link of one app is none of another's.
func TestStartAtWorksWithOneAppOnly(t *testing.T) {
	t.Parallel()
	org := newOrg()
	client := newClient(t, org.Transport())
	var next string
	for page, err := range client.Pages(t.Context(), "0oa1") {
		if err != nil {
			t.Fatal(err)
		}
		next = page.Next
		break
	}
	failed := map[string]error{}
	for page, err := range bulk.Pages(t.Context(), client, []string{"0oa1", "0oa2"}, 0, api.StartAt(next)) {
		if err != nil {
			failed[page.AppID] = err
		}
	}
	if len(failed) != 1 || !errors.Is(failed["0oa2"], api.ErrForeignLink) {
		t.Errorf("failed %v, want the app that the link does not belong to", failed)
	}
}
