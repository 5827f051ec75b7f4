package main

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// ago parses a date, a date with a time, or a duration before now.
func ago(text string, now time.Time) (time.Time, error) { return when(text, now, -1) }

// ahead parses a date, a date with a time, or a duration from now.
func ahead(text string, now time.Time) (time.Time, error) { return when(text, now, 1) }

// layouts without a zone are local.
var layouts = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateTime, "2006-01-02 15:04", time.DateOnly}

func when(text string, now time.Time, sign time.Duration) (time.Time, error) {
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return t, nil
		}
	}
	span, err := parseSpan(text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither a date like 2026-11-24 or 2026-11-24T12:00:00Z nor a duration "+
			"like 90d or 12h", text)
	}
	return now.Add(sign * span), nil
}

var spanPattern = regexp.MustCompile(`^(\d{1,6})(w|d|h|m|s)$`)

const longestSpan = 100 * 365 * 24 * time.Hour

var units = map[string]time.Duration{
	"w": 7 * 24 * time.Hour, "d": 24 * time.Hour, "h": time.Hour, "m": time.Minute, "s": time.Second,
}

// parseSpan parses a number of weeks, days, hours, minutes or seconds.
func parseSpan(text string) (time.Duration, error) {
	parts := spanPattern.FindStringSubmatch(text)
	if parts == nil {
		return 0, fmt.Errorf("%q is not a duration like 90d or 12h", text)
	}
	n, err := strconv.Atoi(parts[1])
	if unit := units[parts[2]]; err == nil && n <= int(longestSpan/unit) {
		return time.Duration(n) * unit, nil
	}
	return 0, fmt.Errorf("%q is more than a hundred years", text)
}
