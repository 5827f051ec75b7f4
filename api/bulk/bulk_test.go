package bulk_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
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
		if len(r.proofs) != 2 || r.proofs[0].Gone+r.proofs[1].Gone != len(his) || len(r.proofs[0].Remaining)+len(r.proofs[0].New) > 0 {
			t.Errorf("proofs %+v", r.proofs)
		}
		if last := r.listed[len(r.listed)-1]; len(r.listed) != 4 || len(r.listed[0].Tokens) != api.MaxPageSize || last.AppID != "0oaEmpty" || last.Matches != len(his) || r.listed[0].Apps != 0 || last.Apps != 3 {
			t.Errorf("listed %+v", r.listed)
		}
		for _, request := range org.Requests() {
			if request.Status == http.StatusTooManyRequests {
				t.Error("a request was answered 429")
			}
		}
	})
}

// What Where excludes is not revoked, whatever the other fields say.
func TestRevokeAsksWhere(t *testing.T) {
	t.Parallel()
	for _, statuses := range [][]api.TokenStatus{nil, {api.TokenStatusActive}} {
		org := newOrg()
		userID := user(org)
		others := held(org, userID, false)
		where := func(token api.Token) bool { return token.UserID == userID }
		r := run(t, t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: apps, Filter: bulk.Filter{Statuses: statuses, Where: where}})
		if left := held(org, userID, false); r.err != nil || !slices.Equal(left, others) || len(held(org, userID, true)) > 0 {
			t.Errorf("statuses %v: %v; %d others are left of %d, and %d of the user's", statuses, r.err, len(left), len(others), len(held(org, userID, true)))
		}
	}
}

// The selection asks Where once for each token.
func TestRevokeAsksWhereOnce(t *testing.T) {
	t.Parallel()
	org, asked := newOrg(), 0
	firstTwo := func(api.Token) bool {
		asked++
		return asked <= 2
	}
	r := run(t, t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: apps, Filter: bulk.Filter{Where: firstTwo}, DryRun: true})
	if r.err != nil || len(r.selected) != 2 || asked != tokenCount {
		t.Errorf("%v; selected %v, asked %d times of %d tokens", r.err, r.selected, asked, tokenCount)
	}
}

func TestRevokeRidesOutAStorm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(oktatest.WithRateLimit(100, time.Minute))
		org.Inject(oktatest.Status(503).On(http.MethodDelete).After(20).Times(15), oktatest.DropBefore().On(http.MethodDelete).After(60).Times(5),
			oktatest.DropAfter().On(http.MethodDelete).After(90).Times(5))
		client := newClient(t, org.Transport(), api.WithRetry(api.RetryPolicy{MaxAttempts: 20})) // who meets them all needs that
		r := run(t, t.Context(), client, bulk.Job{AppIDs: apps, Filter: everything})
		if r.err != nil || r.count()[bulk.Revoked] != tokenCount {
			t.Errorf("%v, outcomes %v", r.err, r.count())
		}
	})
}

func TestConcurrencyIsBounded(t *testing.T) {
	t.Parallel()
	for concurrency, want := range map[int]int{-1: 8, 0: 8, 1: 1, 3: 3, 50: 50} {
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
			run(t, t.Context(), newClient(t, transport), bulk.Job{AppIDs: apps, Filter: everything, Concurrency: concurrency})
			if most != want {
				t.Errorf("%d at once with %d, want %d", most, concurrency, want)
			}
		})
	}
}

// beforeRevoking returns the org's transport, which calls f before the first revocation.
func beforeRevoking(org *oktatest.Org, f func()) http.RoundTripper {
	var once sync.Once
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodDelete {
			once.Do(f)
		}
		return org.Transport().RoundTrip(req)
	})
}

// A user who signs in again meanwhile has a new token, which the proof reports and does not revoke.
func TestNewTokensAreReported(t *testing.T) {
	t.Parallel()
	org := newOrg()
	userID := user(org)
	transport := beforeRevoking(org, func() {
		org.Add("0oa2", gen.Token{ID: "oarNew", UserID: userID, Status: gen.TokenStatusActive}, gen.Token{ID: "oarOther", UserID: "00u"}, gen.Token{ID: "oarOld", UserID: userID, Status: gen.TokenStatusRevoked})
	})
	r := run(t, t.Context(), newClient(t, transport), bulk.Job{AppIDs: apps, Filter: bulk.Filter{UserIDs: []string{userID}}})
	if proof := r.proofs[1]; r.err != nil || len(proof.New) != 1 || proof.New[0].Token.ID != "oarNew" || len(proof.Remaining) > 0 {
		t.Errorf("%v, proof %+v", r.err, proof)
	}
}

// With ProveAll, so does one of an app that had no match.
func TestNewTokensOfAppsWithoutMatchesAreReported(t *testing.T) {
	t.Parallel()
	org := newOrg()
	userID := user(org)
	transport := beforeRevoking(org, func() {
		org.Add("0oaEmpty", gen.Token{ID: "oarNew", UserID: userID}, gen.Token{ID: "oarOther", UserID: "00u"})
	})
	r := run(t, t.Context(), newClient(t, transport), bulk.Job{AppIDs: apps, Filter: bulk.Filter{UserIDs: []string{userID}}, ProveAll: true})
	if len(r.proofs) != 3 {
		t.Fatalf("%d proofs, want 3", len(r.proofs))
	}
	if proof := r.proofs[2]; r.err != nil || proof.AppID != "0oaEmpty" || len(proof.New) != 1 || proof.New[0].Token.ID != "oarNew" {
		t.Errorf("%v, proof %+v", r.err, proof)
	}
}

// A token that stays in the listing with the status REVOKED is gone; one that stays as it was remains. What Okta lists
// twice is one token.
func TestATokenThatIsListedAsRevokedIsGone(t *testing.T) {
	t.Parallel()
	org := newOrg()
	tokens := org.Tokens("0oa2")
	again := fmt.Sprintf(`[{"id":%q,"status":"REVOKED"},{"id":%q,"status":"ACTIVE"},{"id":%[2]q,"status":"ACTIVE"},{"id":"oarNew"},{"id":"oarNew"}]`,
		tokens[0].ID, tokens[1].ID)
	org.Inject(oktatest.Body(http.StatusOK, "application/json", again).On(http.MethodGet).After(1))
	r := run(t, t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: []string{"0oa2"}, Filter: everything})
	if proof := r.proofs[0]; r.err != nil || proof.Gone != len(tokens)-1 || len(proof.Remaining) != 1 || proof.Remaining[0].Token.ID != tokens[1].ID || len(proof.New) != 1 {
		t.Errorf("%v; %d of %d are gone, remaining %+v, new %+v", r.err, proof.Gone, len(tokens), proof.Remaining, proof.New)
	}
}

func TestAProofMayFail(t *testing.T) {
	t.Parallel()
	org := newOrg()
	org.Inject(oktatest.Status(403).On(http.MethodGet).After(4)) // the first listing takes four
	r := run(t, t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: apps, Filter: everything, Concurrency: 1})
	if r.err != nil || len(r.proofs) != 2 || !errors.Is(r.proofs[0].Err, api.ErrForbidden) || r.proofs[1].Err != nil {
		t.Errorf("%v, proofs %+v", r.err, r.proofs)
	}
}

// A proof does not believe that a revocation succeeded, and proves nothing if its listing is incomplete.
func TestAProofOfRevocationsWithoutEffect(t *testing.T) {
	t.Parallel()
	org := newOrg()
	org.Inject(oktatest.Status(403).On(http.MethodGet).After(5)) // the second page of the first app, in its second listing
	transport := roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodDelete {
			return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody}, nil
		}
		return org.Transport().RoundTrip(req)
	})
	r := run(t, t.Context(), newClient(t, transport), bulk.Job{AppIDs: apps, Filter: everything, Concurrency: 1})
	if r.err != nil || len(r.proofs) != 2 || r.count()[bulk.Revoked] != tokenCount {
		t.Fatalf("%v, outcomes %v, proofs %+v", r.err, r.count(), r.proofs)
	}
	if p := r.proofs[0]; !errors.Is(p.Err, api.ErrForbidden) || p.AppID != "0oa1" || p.Gone != 0 || len(p.Remaining)+len(p.New) > 0 {
		t.Errorf("incomplete listing: error %v, %d gone, %d remaining, %d new", p.Err, p.Gone, len(p.Remaining), len(p.New))
	}
	if p := r.proofs[1]; p.Err != nil || p.AppID != "0oa2" || p.Gone != 0 || len(p.Remaining) != 150 || len(p.New) > 0 {
		t.Errorf("complete listing: error %v, %d gone, %d remaining, %d new", p.Err, p.Gone, len(p.Remaining), len(p.New))
	}
}

// Listing again costs requests, so the apps without matches are left out unless the caller wants to see what is new there.
func TestTheProofListsTheAppsThatHadMatches(t *testing.T) {
	t.Parallel()
	for all, want := range map[bool]int{false: 2, true: 3} {
		org := newOrg()
		r := run(t, t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: apps, Filter: bulk.Filter{UserIDs: []string{user(org)}}, ProveAll: all})
		if r.err != nil || len(r.proofs) != want {
			t.Errorf("all %v: %v, %d proofs, want %d", all, r.err, len(r.proofs), want)
		}
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
	r := run(t, t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: []string{"0oa1", "0oa1"}, Filter: everything})
	if r.err != nil || len(r.outcomes) != 3 || len(r.selected) != 3 || len(r.proofs) != 1 || r.outcomes["0oa1 oarRevoked"] != "" {
		t.Errorf("%v, outcomes %v, proofs %+v", r.err, r.outcomes, r.proofs)
	}
	r = run(t, t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: []string{"0oa1"}, Filter: bulk.Filter{Statuses: []gen.TokenStatus{gen.TokenStatusRevoked}}})
	if len(r.selected) != 1 {
		t.Errorf("selected %v, want the one that is asked for", r.selected)
	}
}

// The workers keep their connections: a new one for each request costs a handshake, and floods a proxy.
func TestRevocationsReuseTheirConnections(t *testing.T) {
	t.Parallel()
	for most, transport := range map[int64]http.RoundTripper{
		8:  &http.Transport{MaxConnsPerHost: 8, MaxIdleConnsPerHost: 8},
		16: nil, // the default, which opens 8 where the machine is not busy
	} {
		revokeAllOver(t, transport, most)
	}
}

// revokeAllOver allows 16 connections in all, because net/http does not keep one on which a busy machine has written a
// request late.
func revokeAllOver(t *testing.T, transport http.RoundTripper, most int64) {
	t.Helper()
	var opened, open, atOnce atomic.Int64
	server := &http.Server{Handler: newOrg(), ConnState: func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew: // reported by the accept loop alone
			for i := 0; i < 200 && open.Load() >= most; i++ {
				time.Sleep(10 * time.Millisecond) // the server may notice late that the client has closed one
			}
			opened.Add(1)
			atOnce.Store(max(atOnce.Load(), open.Add(1)))
		case http.StateClosed:
			open.Add(-1)
		}
	}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	options := []api.Option{}
	if transport != nil {
		options = append(options, api.WithHTTPClient(&http.Client{Transport: transport}))
	}
	client, err := api.New("http://"+listener.Addr().String(), api.APIToken(oktatest.DefaultAPIToken), options...)
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, t.Context(), client, bulk.Job{AppIDs: apps, Filter: everything, Concurrency: 8})
	if r.err != nil || r.count()[bulk.Revoked] != tokenCount || atOnce.Load() > most || opened.Load() > 16 {
		t.Errorf("%v, %v, %d connections, %d of them at once; want about one for each worker", r.err, r.count(), opened.Load(), atOnce.Load())
	}
}
