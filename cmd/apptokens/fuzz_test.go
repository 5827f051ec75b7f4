package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
)

// FuzzWhen: a duration counts from now in the direction of its flag, for a hundred years at most; a date is the same
// time wherever it stands; and everything else is named.
func FuzzWhen(f *testing.F) {
	for _, text := range []string{"90d", "12h", "0s", "5200w", "999999d", "2026-11-24", "2026-11-24T12:00:00+01:00", "2026-11-24 12:00", "-1d", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		before, err := ago(text, clock)
		after, errAhead := ahead(text, clock)
		span, errSpan := parseSpan(text)
		switch {
		case err != nil || errAhead != nil:
			if err == nil || errAhead == nil || errSpan == nil || !strings.Contains(err.Error(), strconv.Quote(text)) {
				t.Errorf("%q: errors %v, %v, and %v for a duration", text, err, errAhead, errSpan)
			}
		case errSpan == nil:
			if span < 0 || span > longestSpan || clock.Sub(before) != span || after.Sub(clock) != span {
				t.Errorf("%q is %v, from %v to %v", text, span, before, after)
			}
		case !before.Equal(after):
			t.Errorf("the date %q is %v and %v", text, before, after)
		default:
			if again, err := ago(before.Format(time.RFC3339Nano), clock); err != nil || !again.Equal(before) {
				t.Errorf("the date %q is %v, and that is %v: %v", text, before, again, err)
			}
		}
	})
}

// FuzzReadApps: a file is a list of IDs that the API takes, all of them in the file, or an error with the place.
func FuzzReadApps(f *testing.F) {
	f.Add("0oa1\n0oa2 # payroll\r\n\n# none\n")
	f.Add("\ufeff0oa1\r0oa2")
	f.Add("0oa1,0oa2\n../0oa3\n00u1\n")
	f.Add("0oa1\x00\n")
	f.Add("0oa1\n" + strings.Repeat("0", 1<<17))
	f.Fuzz(func(t *testing.T, content string) {
		ids, err := readApps("apps.txt", strings.NewReader(content))
		if err != nil {
			if !errors.As(err, new(usageError)) || !strings.HasPrefix(err.Error(), "apps.txt, line ") {
				t.Errorf("%q: error %v", content, err)
			}
			return
		}
		lines := 0 // with an ID
		for line := range strings.SplitSeq(content, "\n") {
			text, _, _ := strings.Cut(strings.ReplaceAll(line, "\ufeff", ""), "#")
			if strings.TrimSpace(text) != "" {
				lines++
			}
		}
		if len(ids) != lines {
			t.Errorf("%q has %d apps, want %d", content, len(ids), lines)
		}
		for _, id := range ids {
			if api.CheckID("app ID", id) != nil || !strings.Contains(content, id) {
				t.Errorf("%q has the app %q", content, id)
			}
		}
		if again, err := readApps("apps.txt", strings.NewReader(strings.Join(ids, "\n"))); err != nil || !slices.Equal(again, ids) {
			t.Errorf("%q has %q, and they are read as %q: %v", content, ids, again, err)
		}
	})
}

// FuzzFilter: a flag restricts what is selected by its value, or is named in an error. No value of a flag means all.
func FuzzFilter(f *testing.F) {
	for _, seed := range [][2]string{
		{"user", "00u1,00u2 00u3"}, {"client", "0oa1"}, {"scope", "openid\nprofile"}, {"issuer", "https://acme.okta.com"},
		{"status", "ACTIVE"}, {"older-than", "90d"}, {"newer-than", "1h"}, {"created-after", "2026-11-24"},
		{"created-before", "90d"}, {"expires-after", "1w"}, {"expires-before", "2026-12-24T12:00:00Z"}, {"user", " , "},
	} {
		f.Add(seed[0], seed[1], "expires-before", "3w")
	}
	f.Fuzz(func(t *testing.T, flag, value, other, otherValue string) {
		both := [][2]string{{flag, value}, {other, otherValue}}
		filter, known, err := filterOf(both...)
		switch {
		case !known || flag == other: // of a flag that comes twice, the last value may be the one that counts
			return
		case err != nil:
			named := strings.Contains(err.Error(), "--"+flag) || strings.Contains(err.Error(), "--"+other) ||
				strings.HasPrefix(err.Error(), "no token can match: ")
			if !errors.As(err, new(usageError)) || !named {
				t.Errorf("%q: error %v", both, err)
			}
			return
		}
		for _, one := range both {
			if alone, _, err := filterOf(one); err != nil || alone.Match(api.Token{}) {
				t.Errorf("%q selects all: %+v, %v", one, alone, err)
			}
		}
		for _, wanted := range slices.Concat(filter.UserIDs, filter.ClientIDs, filter.Scopes, filter.Issuers) {
			if wanted == "" || !strings.Contains(value+"\n"+otherValue, wanted) {
				t.Errorf("%q selects %q", both, wanted)
			}
		}
	})
}

// filterOf returns the filter of some flags with their values, and whether there are such flags.
func filterOf(flags ...[2]string) (filter bulk.Filter, known bool, err error) {
	var filters filterFlags
	command := &cobra.Command{}
	filters.add(command)
	for _, flag := range flags {
		if command.Flags().Set(flag[0], flag[1]) != nil {
			return filter, false, nil
		}
	}
	filter, _, err = filters.filter(command, clock)
	return filter, true, err
}
