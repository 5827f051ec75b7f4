package bulk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/panics"
)

// Job describes what [Revoke] does. To add a header to the requests of one job, use [api.WithRequestEditor]: an editor
// gets the context that was passed to Revoke, with its values.
type Job struct {
	AppIDs []string
	// Filter must have a criterion. To revoke every token, use [api.Client.RevokeAll], or a Where that returns true. It
	// matches tokens that are already revoked only if its Statuses include them.
	Filter Filter
	// KeepRaw sets Match.Raw.
	KeepRaw bool
	// DryRun ends the job after Selected.
	DryRun bool
	// Concurrency bounds the apps that are listed, and the tokens that are revoked, at once; 0 means [DefaultConcurrency].
	// With HTTP/1.1, net/http may open a few more connections than that, unless MaxConnsPerHost of the transport forbids it.
	Concurrency int
	// ProveAll lists all apps again after the revocations, including those that had no matches. It also finds tokens that
	// were issued to those in the meantime.
	ProveAll bool
}

// Revoke selects tokens, revokes them and verifies the result, as the package documentation describes. It yields a
// [Listed] after each page, one [Selected], a [Result] for each match and a [Proof] for each app that is listed again,
// in this order. An error ends the job. Before Selected it means that nothing was revoked; later, every match has had its
// Result. Breaking out at Selected revokes nothing; breaking out later starts no further revocation and cancels those
// in flight.
//
// A filter without any criterion, or with a list that is empty but not nil, is [api.ErrInvalidArgument], and nothing is
// sent then.
//
// Every range over the result runs the job again.
func Revoke(ctx context.Context, client *api.Client, job Job) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if err := job.check(); err != nil {
			yield(nil, err)
			return
		}
		if job.Concurrency <= 0 {
			job.Concurrency = DefaultConcurrency
		}
		r := &run{client: client, job: job, yield: yield, selected: map[string]map[string]bool{}}
		if !r.list(ctx) {
			return
		}
		if !yield(Selected{r.tokens, slices.Clone(r.matches), r.unmatched}, nil) || job.DryRun {
			return
		}
		if r.revoke(ctx) {
			r.prove(ctx)
		}
	}
}

// run is one run of a job. Its methods return false once it has ended.
type run struct {
	client    *api.Client
	job       Job
	yield     func(Event, error) bool
	tokens    int // in all apps
	matches   []Match
	selected  map[string]map[string]bool // IDs of the matches, by app
	unmatched []Unmatched
}

func (j Job) check() error {
	if err := j.Filter.check(); err != nil || j.Filter.hasCriterion() {
		return err
	}
	return fmt.Errorf("%w: bulk: the Filter has no criterion, so it would revoke every token; if you mean that, call "+
		"Client.RevokeAll, or set Where to a function that returns true", api.ErrInvalidArgument)
}

// revocable excludes tokens that are already revoked, unless the filter has Statuses.
func (j Job) revocable(token api.Token) bool {
	return len(j.Filter.Statuses) > 0 || token.Status != api.TokenStatusRevoked
}

func (r *run) list(ctx context.Context) bool {
	matcher := NewMatcher(r.job.Filter) // a value that only revoked tokens have is not a typo
	var options []api.ListOption
	if r.job.KeepRaw {
		options = append(options, api.KeepRaw())
	}
	listed := 0
	var failures []error
	for page, err := range Pages(ctx, r.client, r.job.AppIDs, r.job.Concurrency, options...) {
		if err != nil {
			if failures = append(failures, err); IsFatal(err) {
				break
			}
			continue
		}
		for i, token := range page.Tokens {
			if matcher.Match(token) && r.job.revocable(token) && r.selects(page.AppID, token.ID) {
				r.matches = append(r.matches, newMatch(page, i))
			}
		}
		r.tokens += len(page.Tokens)
		if page.Next == "" {
			listed++
		}
		if !r.yield(Listed{page.AppID, page.Tokens, len(r.matches), listed}, nil) {
			return false
		}
	}
	if len(failures) > 0 {
		r.yield(nil, fmt.Errorf("%w; nothing was revoked", errors.Join(failures...)))
		return false
	}
	r.unmatched = matcher.Unmatched()
	return true
}

// selects notes a match. It returns false if it is known: a token that moves to the next page is listed twice.
func (r *run) selects(appID, tokenID string) bool {
	if r.selected[appID] == nil {
		r.selected[appID] = map[string]bool{}
	}
	known := r.selected[appID][tokenID]
	r.selected[appID][tokenID] = true
	return !known
}

// revoke revokes the matches concurrently.
func (r *run) revoke(ctx context.Context) bool {
	workCtx, cancel := context.WithCancel(ctx)
	var next atomic.Int64
	var breaker breaker
	results := make(chan Result)
	atOnce := min(r.job.Concurrency, len(r.matches))
	panicked := make(chan *panics.Carried, atOnce) // for example of an editor
	work := func() {
		var carried *panics.Carried
		defer func() {
			if carried != nil {
				cancel()
				panicked <- carried
			}
		}()
		defer panics.Catch(&carried)
		for i := next.Add(1) - 1; i < int64(len(r.matches)); i = next.Add(1) - 1 {
			if cause := breaker.cause(); cause != nil {
				results <- Result{r.matches[i], NotAttempted, cause}
				continue
			}
			result := r.revokeOne(workCtx, r.matches[i])
			breaker.note(result)
			results <- result
		}
	}
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(work)
	}
	go func() {
		workers.Wait()
		close(results)
	}()
	defer func() { // if the caller's loop ends early or panics, cancel and await what is in flight
		cancel()
		for range results {
		}
	}()
	for result := range results {
		if !r.yield(result, nil) {
			return false
		}
	}
	select {
	case carried := <-panicked:
		panic(carried)
	default:
	}
	if cause := breaker.cause(); cause != nil {
		r.yield(nil, fmt.Errorf("bulk: stopped: %w", cause))
		return false
	}
	return true
}

func (r *run) revokeOne(ctx context.Context, match Match) Result {
	err := r.client.Revoke(ctx, match.AppID, match.Token.ID)
	if outcome := OutcomeOf(err); outcome != NotFound {
		return Result{match, outcome, err}
	}
	return Result{match, Gone, nil} // not NotFound, because it was listed
}

// prove lists the apps again.
func (r *run) prove(ctx context.Context) {
	apps := slices.DeleteFunc(slices.Clone(r.job.AppIDs), func(appID string) bool {
		return r.selected[appID] == nil && !r.job.ProveAll
	})
	var proof Proof
	seen := map[string]bool{} // of its tokens
	for page, err := range Pages(ctx, r.client, apps, r.job.Concurrency) {
		for _, token := range page.Tokens {
			switch {
			case token.Status == api.TokenStatusRevoked || seen[token.ID]:
				continue
			case r.selected[page.AppID][token.ID]:
				proof.Remaining = append(proof.Remaining, Match{AppID: page.AppID, Token: token})
			case r.job.Filter.Match(token):
				proof.New = append(proof.New, Match{AppID: page.AppID, Token: token})
			default:
				continue
			}
			seen[token.ID] = true
		}
		if err == nil && page.Next != "" {
			continue
		}
		proof.AppID, proof.Gone = page.AppID, len(r.selected[page.AppID])-len(proof.Remaining)
		if err != nil {
			proof = Proof{AppID: page.AppID, Err: err}
		}
		if !r.yield(proof, nil) {
			return
		}
		proof, seen = Proof{}, map[string]bool{}
	}
}
