package bulk_test

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

var apps = []string{"0oa1", "0oa2", "0oaEmpty"}

// newOrg returns an org within the process, with 250 and 150 tokens in two apps and none in a third.
func newOrg(opts ...oktatest.Option) *oktatest.Org {
	return oktatest.New(append(opts, oktatest.WithApp("0oa1", 250), oktatest.WithApp("0oa2", 150), oktatest.WithApp("0oaEmpty", 0))...)
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

// report is what a job told.
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

func TestRevokeRevokesExactlyWhatMatches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(oktatest.WithRateLimit(50, time.Minute))
		userID := user(org)
		his, others := held(org, userID, true), held(org, userID, false)
		r := run(t, t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: apps, Filter: bulk.Filter{UserIDs: []string{userID}}})
		if r.err != nil || !slices.Equal(r.selected, his) || r.count()[bulk.Revoked] != len(his) || len(r.outcomes) != len(his) {
			t.Errorf("%v; selected %d of %d, outcomes %v", r.err, len(r.selected), len(his), r.count())
		}
		if left := held(org, userID, false); !slices.Equal(left, others) || len(held(org, userID, true)) > 0 {
			t.Errorf("%d others are left of %d, and %d of the user's", len(left), len(others), len(held(org, userID, true)))
		}
		if len(r.proofs) != 3 || r.proofs[0].Gone+r.proofs[1].Gone != len(his) || len(r.proofs[0].Remaining)+len(r.proofs[0].New) > 0 {
			t.Errorf("proofs %+v", r.proofs)
		}
		if last := r.listed[len(r.listed)-1]; len(r.listed) != 4 || len(r.listed[0].Tokens) != 200 || last.AppID != "0oaEmpty" || last.Matches != len(his) {
			t.Errorf("listed %+v", r.listed)
		}
		for _, request := range org.Requests() {
			if request.Status == http.StatusTooManyRequests {
				t.Error("a request was answered 429")
			}
		}
	})
}

func TestRevokeStopsBeforeItBegins(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		job   bulk.Job
		leave bool
		fault *oktatest.Fault
		want  error
	}{
		"on a dry run":                    {job: bulk.Job{AppIDs: apps, DryRun: true}},
		"when the loop ends":              {job: bulk.Job{AppIDs: apps}, leave: true},
		"when an app is unknown":          {job: bulk.Job{AppIDs: append([]string{"0oaUnknown"}, apps...)}, want: api.ErrNotFound},
		"when the last app is unknown":    {job: bulk.Job{AppIDs: append(slices.Clone(apps), "0oaUnknown")}, want: api.ErrNotFound},
		"when an app ID is none":          {job: bulk.Job{AppIDs: []string{".."}}, want: api.ErrInvalidArgument},
		"when the second page is refused": {job: bulk.Job{AppIDs: apps}, fault: new(oktatest.Status(403).After(1)), want: api.ErrForbidden},
		"when there is no app":            {job: bulk.Job{}},
		"when nothing matches":            {job: bulk.Job{AppIDs: apps, Filter: bulk.Filter{UserIDs: []string{"00u"}}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg()
			if test.fault != nil {
				org.Inject(*test.fault)
			}
			var last error
			for event, err := range bulk.Revoke(t.Context(), newClient(t, org.Transport()), test.job) {
				last = err
				if _, ok := event.(bulk.Selected); ok && test.leave {
					break
				}
			}
			if !errors.Is(last, test.want) {
				t.Errorf("error %v, want %v", last, test.want)
			}
			if n := len(org.Tokens("0oa1")) + len(org.Tokens("0oa2")); n != 400 {
				t.Errorf("%d tokens are left of 400", n)
			}
			for _, request := range org.Requests() {
				if request.Method == http.MethodDelete {
					t.Error("a DELETE was sent")
				}
			}
		})
	}
}

func TestOneFailureDoesNotStopTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg()
		forbidden, gone, proxied := org.Tokens("0oa1")[3].ID, org.Tokens("0oa1")[7].ID, org.Tokens("0oa2")[1].ID
		transport := roundTripper(func(req *http.Request) (*http.Response, error) {
			fault := map[string]oktatest.Fault{
				forbidden: oktatest.Status(403), proxied: oktatest.HTML(404),
				gone: oktatest.Body(404, "application/json", `{"errorCode":"E0000007","errorSummary":"Not found: Resource not found: x (OAuth2RefreshTokenTx)"}`),
			}
			for id, fault := range fault {
				if req.Method == http.MethodDelete && strings.HasSuffix(req.URL.Path, id) {
					single := oktatest.New()
					single.Inject(fault)
					return single.Transport().RoundTrip(req)
				}
			}
			return org.Transport().RoundTrip(req)
		})
		r := run(t, t.Context(), newClient(t, transport), bulk.Job{AppIDs: apps})
		want := map[bulk.Outcome]int{bulk.Revoked: 397, bulk.Failed: 2, bulk.Gone: 1}
		if r.err != nil || !maps.Equal(r.count(), want) {
			t.Errorf("%v, outcomes %v, want %v", r.err, r.count(), want)
		}
		if r.outcomes["0oa1 "+gone] != bulk.Gone || !errors.Is(r.errors["0oa1 "+forbidden], api.ErrForbidden) || r.outcomes["0oa2 "+proxied] != bulk.Failed {
			t.Errorf("outcomes %v, %v, %v", r.outcomes["0oa1 "+gone], r.errors["0oa1 "+forbidden], r.outcomes["0oa2 "+proxied])
		}
		// The proof does not believe what the server said: the one that is "gone" is still listed.
		if len(r.proofs) != 3 || len(r.proofs[0].Remaining) != 2 || len(r.proofs[1].Remaining) != 1 {
			t.Errorf("proofs %+v", r.proofs)
		}
	})
}

func TestAFatalFailureStopsTheRest(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	tests := map[string]struct {
		fails func(context.CancelCauseFunc) (*http.Response, error)
		want  error
	}{
		"a credential that is revoked": {nil, api.ErrUnauthorized},
		"an org out of reach":          {func(context.CancelCauseFunc) (*http.Response, error) { return nil, refused }, refused},
		"the end of the context": {func(cancel context.CancelCauseFunc) (*http.Response, error) {
			cancel(errors.New("closing time"))
			return nil, context.Canceled
		}, context.Canceled},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := newOrg()
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				var deletes atomic.Int64
				transport := roundTripper(func(req *http.Request) (*http.Response, error) {
					if req.Method == http.MethodDelete && deletes.Add(1) > 100 {
						if test.fails == nil {
							req.Header.Set("Authorization", "SSWS revoked")
							return org.Transport().RoundTrip(req)
						}
						return test.fails(cancel)
					}
					return org.Transport().RoundTrip(req)
				})
				r := run(t, ctx, newClient(t, transport), bulk.Job{AppIDs: apps, Concurrency: 4})
				counts := r.count()
				if !errors.Is(r.err, test.want) || len(r.outcomes) != 400 || counts[bulk.Revoked] < 97 || counts[bulk.Failed] > 4 || counts[bulk.NotAttempted] < 296 {
					t.Errorf("%v, outcomes %v", r.err, counts)
				}
				for id, outcome := range r.outcomes {
					if outcome == bulk.NotAttempted && !errors.Is(r.errors[id], test.want) {
						t.Errorf("%s was not attempted because of %v", id, r.errors[id])
						break
					}
				}
				// Again, it does the rest.
				r = run(t, t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: apps})
				if r.err != nil || r.count()[bulk.Revoked] < 297 || len(held(org, "", false)) != 0 {
					t.Errorf("again: %v, outcomes %v", r.err, r.count())
				}
			})
		})
	}
}

func TestRevokeRidesOutAStorm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(oktatest.WithRateLimit(100, time.Minute))
		org.Inject(oktatest.Status(503).On(http.MethodDelete).After(20).Times(15), oktatest.DropBefore().On(http.MethodDelete).After(60).Times(5),
			oktatest.DropAfter().On(http.MethodDelete).After(90).Times(5))
		client := newClient(t, org.Transport(), api.WithRetry(api.RetryPolicy{MaxAttempts: 20})) // who meets them all needs that
		r := run(t, t.Context(), client, bulk.Job{AppIDs: apps})
		if r.err != nil || r.count()[bulk.Revoked] != 400 {
			t.Errorf("%v, outcomes %v", r.err, r.count())
		}
	})
}

// To leave the loop in the middle stops the rest, and leaves no goroutine behind.
func TestLeavingTheLoop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg()
		results := 0
		for event, err := range bulk.Revoke(t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: apps, Concurrency: 4}) {
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := event.(bulk.Result); ok {
				if results++; results == 10 {
					break
				}
			}
		}
		if left := len(held(org, "", false)); left > 390 || left < 380 {
			t.Errorf("%d tokens are left of 400, want some 386", left)
		}
	})
}

func TestConcurrencyIsBounded(t *testing.T) {
	t.Parallel()
	for concurrency, want := range map[int]int{0: 8, 1: 1, 3: 3, 50: 50} {
		synctest.Test(t, func(t *testing.T) {
			org := newOrg()
			var mu sync.Mutex
			running, most := 0, 0
			transport := roundTripper(func(req *http.Request) (*http.Response, error) {
				if req.Method == http.MethodDelete {
					mu.Lock()
					running++
					most = max(most, running)
					mu.Unlock()
					time.Sleep(time.Second)
					mu.Lock()
					running--
					mu.Unlock()
				}
				return org.Transport().RoundTrip(req)
			})
			run(t, t.Context(), newClient(t, transport), bulk.Job{AppIDs: apps, Concurrency: concurrency})
			if most != want {
				t.Errorf("%d at once with %d, want %d", most, concurrency, want)
			}
		})
	}
}

// A user who signs in again meanwhile has a new token, which the proof tells of and which is left alone.
func TestNewTokensAreReported(t *testing.T) {
	t.Parallel()
	org := newOrg()
	userID := user(org)
	var once sync.Once
	transport := roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodDelete {
			once.Do(func() {
				org.Add("0oa2", gen.Token{ID: "oarNew", UserID: userID, Status: gen.TokenStatusActive}, gen.Token{ID: "oarOther", UserID: "00u"}, gen.Token{ID: "oarOld", UserID: userID, Status: gen.TokenStatusRevoked})
			})
		}
		return org.Transport().RoundTrip(req)
	})
	r := run(t, t.Context(), newClient(t, transport), bulk.Job{AppIDs: apps, Filter: bulk.Filter{UserIDs: []string{userID}}})
	if proof := r.proofs[1]; r.err != nil || len(proof.New) != 1 || proof.New[0].Token.ID != "oarNew" || len(proof.Remaining) > 0 {
		t.Errorf("%v, proof %+v", r.err, proof)
	}
}

func TestAProofMayFail(t *testing.T) {
	t.Parallel()
	org := newOrg()
	org.Inject(oktatest.Status(403).On(http.MethodGet).After(4)) // the first listing takes four
	r := run(t, t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: apps})
	if r.err != nil || len(r.proofs) != 3 || !errors.Is(r.proofs[0].Err, api.ErrForbidden) || r.proofs[1].Err != nil {
		t.Errorf("%v, proofs %+v", r.err, r.proofs)
	}
}

// A broken org, or a credential that may not revoke, gets a few requests, and not one for each token.
func TestManyFailuresInARowStopTheRest(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]error{403: api.ErrForbidden, 503: &api.Error{}} {
		synctest.Test(t, func(t *testing.T) {
			org := newOrg()
			org.Inject(oktatest.Status(status).On(http.MethodDelete).Forever())
			r := run(t, t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: apps})
			if counts := r.count(); r.err == nil || !strings.Contains(r.err.Error(), "16 revocations in a row failed") || counts[bulk.Failed] > 24 || counts[bulk.NotAttempted] < 376 {
				t.Errorf("%d: %v (want %v), outcomes %v", status, r.err, want, counts)
			}
		})
	}
}

// What Okta lists twice, or although it is revoked, has one outcome or none.
func TestEveryTokenIsRevokedOnce(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 3))
	twice := org.Tokens("0oa1")[0]
	revoked := twice
	revoked.ID, revoked.Status = "oarRevoked", gen.TokenStatusRevoked
	org.Add("0oa1", twice, revoked)
	r := run(t, t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: []string{"0oa1", "0oa1"}})
	if r.err != nil || len(r.outcomes) != 3 || len(r.selected) != 3 || len(r.proofs) != 1 || r.outcomes["0oa1 oarRevoked"] != "" {
		t.Errorf("%v, outcomes %v, proofs %+v", r.err, r.outcomes, r.proofs)
	}
	r = run(t, t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: []string{"0oa1"}, Filter: bulk.Filter{Statuses: []gen.TokenStatus{gen.TokenStatusRevoked}}})
	if len(r.selected) != 1 {
		t.Errorf("selected %v, want the one that is asked for", r.selected)
	}
}

// To change what was selected changes nothing of what is revoked.
func TestSelectedIsTheCallers(t *testing.T) {
	t.Parallel()
	org := newOrg()
	job := bulk.Job{AppIDs: apps, Filter: bulk.Filter{UserIDs: []string{user(org)}}}
	_, others := held(org, user(org), true), held(org, user(org), false)
	userID := user(org)
	for event := range bulk.Revoke(t.Context(), newClient(t, org.Transport()), job) {
		if selected, ok := event.(bulk.Selected); ok {
			for i := range selected.Matches {
				selected.Matches[i] = bulk.Match{AppID: "0oa1", Token: org.Tokens("0oa1")[i]}
			}
		}
	}
	if !slices.Equal(held(org, userID, false), others) {
		t.Error("tokens of others were revoked")
	}
}

// A loop that panics leaves no goroutine behind; the bubble would tell.
func TestALoopThatPanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer func() { _ = recover() }()
		for event := range bulk.Revoke(t.Context(), newClient(t, newOrg().Transport()), bulk.Job{AppIDs: apps}) {
			if _, ok := event.(bulk.Result); ok {
				panic("the loop is broken")
			}
		}
	})
}

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
