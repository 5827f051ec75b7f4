package bulk_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/api/oktatest"
)

// One run finds every app that cannot be listed. A failure that all apps share is reported once.
func TestRevokeNamesEveryAppThatCannotBeListed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults []oktatest.Fault
		errs   int
	}{
		"two that are unknown":    {nil, 2},
		"a credential that fails": {[]oktatest.Fault{oktatest.Status(401).Forever()}, 1},
	} {
		org := newOrg()
		org.Inject(test.faults...)
		job := bulk.Job{AppIDs: []string{"0oaGone", "0oa1", "0oaLost", "0oa2"}, Filter: everything, Concurrency: 1}
		r := run(t, t.Context(), newClient(t, org.Transport()), job)
		text := fmt.Sprint(r.err)
		if strings.Count(text, "list (app 0oa") != test.errs || !strings.Contains(text, "app 0oaGone") || !strings.HasSuffix(text, "; nothing was revoked") || len(r.outcomes) > 0 {
			t.Errorf("%s: %v, %d outcomes", name, r.err, len(r.outcomes))
		}
	}
}

func TestRevokeStopsBeforeItBegins(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		job   bulk.Job
		leave bool
		fault *oktatest.Fault
		want  error
	}{
		"on a dry run":                    {job: bulk.Job{AppIDs: apps, Filter: everything, DryRun: true}},
		"when the loop ends":              {job: bulk.Job{AppIDs: apps, Filter: everything}, leave: true},
		"when an app is unknown":          {job: bulk.Job{AppIDs: append([]string{"0oaUnknown"}, apps...), Filter: everything}, want: api.ErrNotFound},
		"when the last app is unknown":    {job: bulk.Job{AppIDs: append(slices.Clone(apps), "0oaUnknown"), Filter: everything}, want: api.ErrNotFound},
		"when an app ID is invalid":       {job: bulk.Job{AppIDs: []string{".."}, Filter: everything}, want: api.ErrInvalidArgument},
		"when the second page is refused": {job: bulk.Job{AppIDs: apps, Filter: everything}, fault: new(oktatest.Status(403).After(1)), want: api.ErrForbidden},
		"without an app":                  {job: bulk.Job{Filter: everything}},
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
			if n := len(org.Tokens("0oa1")) + len(org.Tokens("0oa2")); n != tokenCount {
				t.Errorf("%d tokens are left of %d", n, tokenCount)
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
		r := run(t, t.Context(), newClient(t, transport), bulk.Job{AppIDs: apps, Filter: everything})
		want := map[bulk.Outcome]int{bulk.Revoked: tokenCount - 3, bulk.Failed: 2, bulk.Gone: 1}
		if r.err != nil || !maps.Equal(r.count(), want) {
			t.Errorf("%v, outcomes %v, want %v", r.err, r.count(), want)
		}
		if r.outcomes["0oa1 "+gone] != bulk.Gone || !errors.Is(r.errors["0oa1 "+forbidden], api.ErrForbidden) || r.outcomes["0oa2 "+proxied] != bulk.Failed {
			t.Errorf("outcomes %v, %v, %v", r.outcomes["0oa1 "+gone], r.errors["0oa1 "+forbidden], r.outcomes["0oa2 "+proxied])
		}
		// The proof does not believe what the server said: the one that is "gone" is still listed.
		if len(r.proofs) != 2 || len(r.proofs[0].Remaining) != 2 || len(r.proofs[1].Remaining) != 1 {
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
		"a token without the scope": {func(context.CancelCauseFunc) (*http.Response, error) {
			header := http.Header{"Www-Authenticate": {`Bearer error="insufficient_scope"`}}
			return &http.Response{StatusCode: 403, Header: header, Body: http.NoBody}, nil
		}, api.ErrForbidden},
		"a token without the scope, in Okta's words": {func(context.CancelCauseFunc) (*http.Response, error) {
			header := http.Header{"Www-Authenticate": {`Bearer error="insufficient_scope"`}, "Content-Type": {"application/json"}}
			return &http.Response{StatusCode: 403, Header: header, Body: io.NopCloser(strings.NewReader(`{"errorCode":"E0000006","errorSummary":"no"}`))}, nil
		}, api.ErrForbidden},
		"an org out of reach": {func(context.CancelCauseFunc) (*http.Response, error) { return nil, refused }, refused},
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
				r := run(t, ctx, newClient(t, transport), bulk.Job{AppIDs: apps, Filter: everything, Concurrency: 4})
				counts := r.count()
				if !errors.Is(r.err, test.want) || len(r.outcomes) != tokenCount || counts[bulk.Revoked] < 97 || counts[bulk.Failed]+counts[bulk.Unknown] > 4 || counts[bulk.NotAttempted] < tokenCount-104 {
					t.Errorf("%v, outcomes %v", r.err, counts)
				}
				for id, outcome := range r.outcomes {
					if outcome == bulk.NotAttempted && !errors.Is(r.errors[id], test.want) {
						t.Errorf("%s was not attempted because of %v", id, r.errors[id])
						break
					}
				}
				// Again, it does the rest.
				r = run(t, t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: apps, Filter: everything})
				if r.err != nil || r.count()[bulk.Revoked] < 297 || len(held(org, "", false)) != 0 {
					t.Errorf("again: %v, outcomes %v", r.err, r.count())
				}
			})
		})
	}
}

// A wait that the client may not make for one token, it may not make for the others either.
func TestARateLimitThatOutlastsTheCallStopsTheRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(oktatest.WithRateLimit(10, time.Minute))
		r := run(t, t.Context(), newClient(t, org.Transport(), api.WithCallTimeout(5*time.Second)), bulk.Job{AppIDs: apps, Filter: everything})
		if counts := r.count(); !errors.Is(r.err, api.ErrRateLimited) || len(r.outcomes) != tokenCount || counts[bulk.NotAttempted] < tokenCount-10 {
			t.Errorf("%v, outcomes %v", r.err, counts)
		}
	})
}

func TestOutcomesByTheErrorOfARevocation(t *testing.T) {
	t.Parallel()
	gone := &api.Error{TokenID: "oar1", StatusCode: 404, Code: "E0000007", Attempts: 1}
	tests := map[string]struct {
		err     error
		outcome bulk.Outcome
		fatal   bool
	}{
		"a success":                       {nil, bulk.Revoked, false},
		"a token that Okta does not know": {gone, bulk.NotFound, false},
		"the 404 of a proxy":              {&api.Error{StatusCode: 404, Attempts: 1}, bulk.Failed, false},
		"a 403":                           {&api.Error{StatusCode: 403, Code: "E0000006", Attempts: 1}, bulk.Failed, false},
		"a missing scope":                 {&api.Error{StatusCode: 403, Code: "insufficient_scope", Attempts: 1}, bulk.Failed, true},
		"a refused credential":            {&api.Error{StatusCode: 401, Attempts: 1}, bulk.Failed, true},
		"held back and not sent":          {&api.Error{Err: api.ErrRateLimited}, bulk.NotAttempted, true},
		"a 429 that remained":             {&api.Error{StatusCode: 429, Attempts: 5}, bulk.Failed, false},
		"interrupted in a request":        {&api.Error{Attempts: 1, Err: context.Canceled}, bulk.Unknown, true},
		"interrupted before it":           {&api.Error{Err: context.DeadlineExceeded}, bulk.NotAttempted, true},
		"interrupted after a 429":         {&api.Error{StatusCode: 429, Attempts: 1, Err: context.Canceled}, bulk.Failed, true},
		"an org that cannot be reached":   {&api.Error{Attempts: 1, Err: &net.OpError{Op: "dial"}}, bulk.Failed, true},
		"a proxy that cannot be reached":  {&api.Error{Attempts: 1, Err: &net.OpError{Op: "proxyconnect"}}, bulk.Failed, true},
		"a port without TLS":              {&api.Error{Attempts: 1, Err: tls.RecordHeaderError{}}, bulk.Failed, true},
		"a connection that broke":         {&api.Error{Attempts: 1, Err: &net.OpError{Op: "read"}}, bulk.Failed, false},
		"no answer that says":             {&api.Error{StatusCode: 502, Attempts: 5, MaybeDone: true}, bulk.Unknown, false},
		"another error":                   {errors.New("broken"), bulk.Failed, false},
	}
	for name, test := range tests {
		if outcome, fatal := bulk.OutcomeOf(test.err), bulk.IsFatal(test.err); outcome != test.outcome || fatal != test.fatal {
			t.Errorf("%s: %q, fatal %v; want %q, %v", name, outcome, fatal, test.outcome, test.fatal)
		}
	}
}

// A broken org, or a credential that may not revoke, gets a few requests, and not one for each token.
func TestManyFailuresInARowStopTheRest(t *testing.T) {
	t.Parallel()
	mixed := []oktatest.Fault{}
	for i := range tokenCount / 10 {
		mixed = append(mixed, oktatest.Status(500).On(http.MethodDelete).After(10*i))
	}
	tests := map[string]struct {
		faults  []oktatest.Fault
		outcome bulk.Outcome // of what failed; empty for any
		status  int          // of the last of these; 0 for no response, -1 for any
		opts    []api.Option
	}{
		"a 403":                        {[]oktatest.Fault{oktatest.Status(403)}, bulk.Failed, 403, nil},
		"a 503":                        {[]oktatest.Fault{oktatest.Status(503)}, bulk.Failed, 503, nil},
		"a 500":                        {[]oktatest.Fault{oktatest.Status(500)}, bulk.Unknown, 500, nil},
		"the 502 of a proxy":           {[]oktatest.Fault{oktatest.HTML(502)}, bulk.Unknown, 502, nil},
		"the 504 of a proxy":           {[]oktatest.Fault{oktatest.HTML(504)}, bulk.Unknown, 504, nil},
		"a connection that breaks":     {[]oktatest.Fault{oktatest.DropBefore()}, bulk.Unknown, 0, nil},
		"no answer in time":            {[]oktatest.Fault{oktatest.SlowFirstByte(time.Hour)}, bulk.Unknown, 0, nil},
		"a 400, and a 500 for a tenth": {append(mixed, oktatest.Status(400)), "", -1, []api.Option{api.WithRetry(api.RetryPolicy{MaxAttempts: 1})}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := newOrg()
				org.Inject(test.faults[:len(test.faults)-1]...)
				org.Inject(test.faults[len(test.faults)-1].On(http.MethodDelete).Forever())
				r := run(t, t.Context(), newClient(t, org.Transport(), test.opts...), bulk.Job{AppIDs: apps, Filter: everything})
				var failure *api.Error
				if !errors.As(r.err, &failure) || !strings.Contains(r.err.Error(), "16 revocations in a row failed") {
					t.Fatalf("%v; want 16 failures in a row", r.err)
				}
				if test.status >= 0 && failure.StatusCode != test.status {
					t.Errorf("%v; want status %d", r.err, test.status)
				}
				counts := r.count()
				failed := counts[bulk.Failed] + counts[bulk.Unknown]
				if failed < 16 || failed > 24 || counts[bulk.NotAttempted] != tokenCount-failed || test.outcome != "" && counts[test.outcome] != failed {
					t.Errorf("outcomes %v", counts)
				}
			})
		})
	}
}

// Failures with successes between them say nothing of the org, however many they are. Up to fifteen may come in a row.
// A token that is gone already is a success, too.
func TestFailuresBetweenSuccessesDoNotStopTheRest(t *testing.T) {
	t.Parallel()
	for success, gone := range map[bulk.Outcome]int{bulk.Revoked: 0, bulk.Gone: 20} {
		org := newOrg()
		for i := range 20 {
			org.Inject(oktatest.Status(403).On(http.MethodDelete).After(16 * i).Times(15))
		}
		for i := range gone {
			org.Inject(oktatest.Status(404).On(http.MethodDelete).After(16*i + 15))
		}
		r := run(t, t.Context(), newClient(t, org.Transport()), bulk.Job{AppIDs: apps, Filter: everything, Concurrency: 1})
		counts := r.count()
		if r.err != nil || counts[bulk.Failed] != 300 || counts[bulk.Gone] != gone || counts[bulk.Revoked] != tokenCount-300-gone {
			t.Errorf("%s between failures: %v, outcomes %v; want 300 failures, and no end", success, r.err, counts)
		}
	}
}

// A token whose revocation hangs uses up the time of its own call, not that of the job.
func TestASlowTokenDoesNotStopTheRest(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]api.Option{
		"bounded by the call":    api.WithCallTimeout(time.Second),
		"bounded by the attempt": api.WithAttemptTimeout(time.Second),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := newOrg()
				slow := org.Tokens("0oa1")[100].ID
				transport := roundTripper(func(req *http.Request) (*http.Response, error) {
					if strings.HasSuffix(req.URL.Path, slow) {
						<-req.Context().Done()
						return nil, req.Context().Err()
					}
					if req.Method == http.MethodDelete {
						time.Sleep(50 * time.Millisecond)
					}
					return org.Transport().RoundTrip(req)
				})
				client := newClient(t, transport, option, api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
				r := run(t, t.Context(), client, bulk.Job{AppIDs: apps, Filter: everything, Concurrency: math.MaxInt})
				if counts := r.count(); r.err != nil || counts[bulk.Revoked] != tokenCount-1 || counts[bulk.Unknown] != 1 {
					t.Errorf("%v, outcomes %v", r.err, counts)
				}
			})
		})
	}
}
