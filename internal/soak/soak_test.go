package main

import (
	"flag"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api/oktatest"
)

var days = flag.Int("days", 1, "how many days of virtual time to play; make soak plays a week")

func TestDaysOfTroubleBreakNoPromise(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		key := newKey()
		const seed = 1
		org := oktatest.New(orgOptions(key, seed)...)
		s, err := newSoak(org, "https://acme.okta.com", org.Transport(), key, seed)
		if err != nil {
			t.Fatal(err)
		}
		for range *days {
			s.round(t.Context(), 24*time.Hour, 20*time.Minute)
		}
		if err := s.broken(); err != nil {
			t.Error(err)
		}
		t.Log("\n" + s.report())
	})
}
