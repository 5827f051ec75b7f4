package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTallyCountsSlotsByWindowAndClient(t *testing.T) {
	t.Parallel()
	requests := []request{{Client: "a", Window: 1, Status: 204}, {Client: "b", Window: 1, Status: 204},
		{Client: "a", Window: 1, Status: 429}, {Client: "a", Window: 3, Status: 204}}
	taken, refused := tally(requests)
	if len(taken) != 3 || taken[0]["a"] != 1 || taken[0]["b"] != 1 || len(taken[1]) != 0 || taken[2]["a"] != 1 ||
		refused != 1 {
		t.Errorf("tally = %v, %d", taken, refused)
	}
}

func TestUsedLeavesOutTheLastWindow(t *testing.T) {
	t.Parallel()
	if got := used(100, []map[string]int{{"a": 50, "b": 50}, {"a": 90}, {"a": 3}}); got != 0.95 {
		t.Errorf("used = %v, want 0.95", got)
	}
}

func TestElapsedIsFromTheFirstToTheLastRequest(t *testing.T) {
	t.Parallel()
	start := time.Now()
	if got := elapsed([]request{{Time: start}, {Time: start.Add(time.Second)},
		{Time: start.Add(3 * time.Second)}}); got != 3*time.Second {
		t.Errorf("elapsed = %v", got)
	}
}

func TestTargetsThatAreMissedAreNamed(t *testing.T) {
	t.Parallel()
	var r report
	r.target("low enough", 1, 1)
	r.target("too high", 1.01, 1)
	r.floor("high enough", 1, 1)
	r.floor("too low", 0.99, 1)
	if got := r.missed(); !slices.Equal(got, []string{"too high", "too low"}) {
		t.Errorf("missed = %q", got)
	}
}

func TestTheReadmeQuotesSomeOfTheMedians(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "README.md")
	before := "a\n<!-- make bench writes this table -->\nold\n<!-- to here -->\nb\n"
	if err := os.WriteFile(path, []byte(before), 0o644); err != nil {
		t.Fatal(err)
	}
	var r report
	r.compare("size, MB", series{"std": {7}}, 0)
	r.quote("time, s", series{"std": {3, 1, 2}, "apptokens": {1.25}}, 1)
	if err := r.updateReadme(path); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(got), "|---|---|---|---|\n| time, s | 2.0 | 1.2 | – |\n<!-- to here -->\nb\n") || strings.Contains(string(got), "old") {
		t.Errorf("the README is\n%s", got)
	}
	if text := r.markdown("", 0); !strings.Contains(text, "| size, MB | 7 | – | – |\n| time, s | 2.0 | 1.2 | – |\n") {
		t.Errorf("the results are\n%s", text)
	}
}
