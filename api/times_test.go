package api_test

import (
	"context"
	"testing"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// One odd time does not cost a whole listing. What can be read is read, the rest is zero, and the observer hears of it.
func TestOddTimesAreReadAsFarAsPossible(t *testing.T) {
	t.Parallel()
	at := time.Date(2023, 7, 17, 11, 28, 57, 0, time.UTC)
	tests := map[string]struct {
		text string
		want time.Time // zero if it cannot be read
	}{
		"as Okta writes it":    {"2023-07-17T11:28:57.000Z", at},
		"as Go prints it":      {"2023-07-17 11:28:57 +0000 UTC", at},
		"as Jackson writes it": {"2023-07-17T11:28:57.000+0000", at},
		"a blank for the T":    {"2023-07-17 11:28:57Z", at},
		"lower-case t and z":   {"2023-07-17t11:28:57z", at},
		"no zone":              {"2023-07-17T11:28:57", at},
		"a blank and no zone":  {"2023-07-17 11:28:57", at},
		"a leap second":        {"2016-12-31T23:59:60Z", time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)},
		"one without a zone":   {"2016-12-31T23:59:60", time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)},
		"nothing":              {"", time.Time{}},
		"words":                {"yesterday", time.Time{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			warnings := 0
			org, client := newOrg(t, 0, api.WithObserver(func(_ context.Context, a api.Attempt) {
				if a.Warning != "" {
					warnings++
				}
			}))
			org.Inject(oktatest.Body(200, "application/json", `[{"id":"oar1","created":"`+test.text+`"},{"id":"oar2","created":"2023-07-17T11:28:57.000Z"},{"id":"oar3","lastUpdated":null,"expiresAt":"`+test.text+`"}]`))
			var tokens []api.Token
			for token, err := range client.List(t.Context(), appID) {
				if err != nil {
					t.Fatal(err)
				}
				tokens = append(tokens, token)
			}
			if len(tokens) != 3 || !tokens[0].Created.Equal(test.want) || !tokens[1].Created.Equal(at) || !tokens[2].ExpiresAt.Equal(test.want) {
				t.Errorf("%+v", tokens)
			}
			if want := map[bool]int{true: 1}[test.want.IsZero()]; warnings != want {
				t.Errorf("%d warnings, want %d", warnings, want)
			}
		})
	}
}
