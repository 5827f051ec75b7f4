package bulk_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
)

// Evidence needs what Okta sent, with properties that the model does not know and in Okta's own spelling.
func TestMatchesKeepTheirRawJSON(t *testing.T) {
	t.Parallel()
	const first, second = `{"id":"oar1", "userId":"00u1","unknown":1.50,"scopes":[]}`, `{"id":"oar2","userId":"00u2","unknown":null}`
	client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		header := http.Header{"Content-Type": {"application/json"}}
		return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(strings.NewReader("[" + first + ",\n" + second + "]")), Request: req}, nil
	}))
	appIDs, filter := []string{"0oa1"}, bulk.Filter{UserIDs: []string{"00u2"}}
	for keep, want := range map[bool]string{true: second, false: ""} {
		var options []api.ListOption
		if keep {
			options = append(options, api.KeepRaw())
		}
		matches, selections := 0, 0
		for match, err := range bulk.Select(t.Context(), client, appIDs, filter, options...) {
			matches++
			if err != nil || string(match.Raw) != want || match.Token.ID != "oar2" {
				t.Errorf("keep %v: Select yields %v, raw %q", keep, err, match.Raw)
			}
		}
		for event, err := range bulk.Revoke(t.Context(), client, bulk.Job{AppIDs: appIDs, Filter: filter, DryRun: true, KeepRaw: keep}) {
			if err != nil {
				t.Fatal(err)
			}
			if selected, ok := event.(bulk.Selected); ok {
				selections++
				if len(selected.Matches) != 1 || string(selected.Matches[0].Raw) != want {
					t.Errorf("keep %v: selected %+v", keep, selected.Matches)
				}
			}
		}
		if matches != 1 || selections != 1 {
			t.Errorf("keep %v: %d matches and %d selections, want one of each", keep, matches, selections)
		}
	}
}
