package bulk_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/api/oktatest"
)

var apps = []string{"0oa1", "0oa2", "0oaEmpty"}

// tokenCount is how many tokens newOrg's apps hold: two pages in one, a page in another and none in a third.
const tokenCount = api.MaxPageSize + 50 + 150

// everything is a filter that every token matches.
var everything = bulk.Filter{Where: func(api.Token) bool { return true }}

// newOrg returns an org within the process.
func newOrg(opts ...oktatest.Option) *oktatest.Org {
	return oktatest.New(append(opts, oktatest.WithApp("0oa1", tokenCount-150), oktatest.WithApp("0oa2", 150), oktatest.WithApp("0oaEmpty", 0))...)
}

func newClient(t *testing.T, transport http.RoundTripper, opts ...api.Option) *api.Client {
	t.Helper()
	client, err := api.New("https://acme.okta.com", api.APIToken(oktatest.DefaultAPIToken), append(opts, api.WithHTTPClient(&http.Client{Transport: transport}))...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// user is one who holds tokens of both apps.
func user(org *oktatest.Org) string { return org.Tokens("0oa2")[0].UserID }

// held returns the IDs of a user's tokens, or of all others.
func held(org *oktatest.Org, userID string, his bool) (ids []string) {
	for _, appID := range apps {
		for _, token := range org.Tokens(appID) {
			if (token.UserID == userID) == his {
				ids = append(ids, appID+" "+token.ID)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

// report is what a job reported.
type report struct {
	listed   []bulk.Listed
	selected []string
	outcomes map[string]bulk.Outcome
	errors   map[string]error
	proofs   []bulk.Proof
	err      error
}

func run(t *testing.T, ctx context.Context, client *api.Client, job bulk.Job) (r report) {
	t.Helper()
	r.outcomes, r.errors = map[string]bulk.Outcome{}, map[string]error{}
	for event, err := range bulk.Revoke(ctx, client, job) {
		if r.err != nil {
			t.Errorf("event %+v and error %v after the error that ends the job", event, err)
		}
		if err != nil {
			r.err = err
			continue
		}
		switch event := event.(type) {
		case bulk.Listed:
			r.listed = append(r.listed, event)
		case bulk.Selected:
			for _, match := range event.Matches {
				r.selected = append(r.selected, match.AppID+" "+match.Token.ID)
			}
			slices.Sort(r.selected)
		case bulk.Result:
			id := event.Match.AppID + " " + event.Match.Token.ID
			if r.outcomes[id] != "" {
				t.Errorf("%s has a second outcome", id)
			}
			r.outcomes[id], r.errors[id] = event.Outcome, event.Err
		case bulk.Proof:
			r.proofs = append(r.proofs, event)
		}
	}
	return r
}

// count returns how many matches have each outcome.
func (r report) count() map[bulk.Outcome]int {
	counts := map[bulk.Outcome]int{}
	for _, outcome := range r.outcomes {
		counts[outcome]++
	}
	return counts
}

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
