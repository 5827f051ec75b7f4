package api_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"example.com/apptokens/api"
)

// Hooks may be given several times: editors run in the order in which they were added, and every observer is called.
func TestHooksMayBeGivenSeveralTimes(t *testing.T) {
	t.Parallel()
	var ran []string
	edit := func(name string) api.Option {
		return api.WithRequestEditor(func(context.Context, *http.Request) error { ran = append(ran, name); return nil })
	}
	observe := func(name string) api.Option {
		return api.WithObserver(func(context.Context, api.Attempt) { ran = append(ran, name) })
	}
	_, client := newOrg(t, 1, edit("first editor"), observe("an observer"), edit("second editor"), observe("an observer"))
	if err := client.RevokeAll(t.Context(), appID); err != nil {
		t.Fatal(err)
	}
	if want := []string{"first editor", "second editor", "an observer", "an observer"}; !slices.Equal(ran, want) {
		t.Errorf("ran %q, want %q", ran, want)
	}
}
