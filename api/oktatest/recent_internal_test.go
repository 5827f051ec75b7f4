package oktatest

import "testing"

func TestRecentForgetsTheOldest(t *testing.T) {
	t.Parallel()
	r := newRecent[int, string](3)
	for i := range 10 {
		r.add(i, "x")
		for key := range i + 1 {
			if _, known := r.entries[key]; known != (key > i-3) {
				t.Errorf("after %d: %d is known: %v", i, key, known)
			}
		}
	}
	if len(r.entries) != 3 || len(r.order) != 3 {
		t.Errorf("%d entries, %d keys, want 3", len(r.entries), len(r.order))
	}
}
