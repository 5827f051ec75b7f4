package bulk

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"example.com/apptokens/api"
)

// Job says what [Revoke] does.
type Job struct {
	AppIDs []string
	// Filter matches tokens that are already revoked only if its Statuses include them.
	Filter Filter
	// KeepRaw sets Match.Raw.
	KeepRaw bool
	// DryRun ends the job after Selected.
	DryRun bool
	// Concurrency bounds the revocations in flight. The default is 8; more rarely helps: the rate limit dominates.
	Concurrency int
	// ProveAll lists all apps again after the revocations, including those that had no matches. It also finds tokens that
	// were issued to those in the meantime.
	ProveAll bool
}

// Revoke selects tokens, revokes them and verifies the result, as the package documentation describes. It yields a
// [Listed] after each page, one [Selected], a [Result] for each match and a [Proof] for each app that had matches, in
// this order. An error ends the job. Before Selected it means that nothing was revoked; later, every match has had its
// Result. Breaking out at Selected revokes nothing; breaking out later starts no further revocation and cancels those
// in flight.
//
// Every range over the result runs the job anew.
func Revoke(ctx context.Context, client *api.Client, job Job) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		r := &run{client: client, job: job, yield: yield, filter: job.filter(), apps: unique(job.AppIDs)}
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

func unique(values []string) (once []string) {
	seen := map[string]bool{}
	for _, value := range values {
		if !seen[value] {
			seen[value] = true
			once = append(once, value)
		}
	}
	return once
}

// run is one run of a job. Its methods return false once it has ended.
type run struct {
	client    *api.Client
	job       Job
	yield     func(Event, error) bool
	filter    Filter
	apps      []string
	tokens    int // in all apps
	matches   []Match
	unmatched []Unmatched
}

// filter excludes tokens that are already revoked, unless Statuses are set.
func (j Job) filter() Filter {
	filter := j.Filter
	if len(filter.Statuses) == 0 {
		filter.Where = func(token api.Token) bool {
			return token.Status != api.TokenStatusRevoked && (j.Filter.Where == nil || j.Filter.Where(token))
		}
	}
	return filter
}

func (r *run) list(ctx context.Context) bool {
	matcher := NewMatcher(r.job.Filter) // a value that only revoked tokens have is not a typo
	var options []api.ListOption
	if r.job.KeepRaw {
		options = append(options, api.KeepRaw())
	}
	for _, appID := range r.apps {
		seen := map[string]bool{} // a token that moves to the next page is listed twice
		for page, err := range r.client.Pages(ctx, appID, options...) {
			if err != nil {
				r.yield(nil, fmt.Errorf("bulk: nothing was revoked: %w", err))
				return false
			}
			for i, token := range page.Tokens {
				if matcher.Match(token) && r.filter.Match(token) && !seen[token.ID] {
					seen[token.ID] = true
					r.matches = append(r.matches, newMatch(appID, page, i))
				}
			}
			r.tokens += len(page.Tokens)
			if !r.yield(Listed{appID, page.Tokens, len(r.matches)}, nil) {
				return false
			}
		}
	}
	r.unmatched = matcher.Unmatched()
	return true
}

// revoke revokes the matches concurrently.
func (r *run) revoke(ctx context.Context) bool {
	workCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	var next atomic.Int64
	var breaker breaker
	results := make(chan Result)
	work := func() {
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
	concurrency := r.job.Concurrency
	if concurrency <= 0 {
		concurrency = 8
	}
	for range min(concurrency, len(r.matches)) {
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
	matches := map[string]map[string]bool{} // IDs by app
	for _, match := range r.matches {
		if matches[match.AppID] == nil {
			matches[match.AppID] = map[string]bool{}
		}
		matches[match.AppID][match.Token.ID] = true
	}
	for _, appID := range r.apps {
		if matches[appID] == nil && !r.job.ProveAll {
			continue
		}
		if !r.yield(r.proof(ctx, appID, matches[appID]), nil) {
			return
		}
	}
}

func (r *run) proof(ctx context.Context, appID string, matches map[string]bool) Proof {
	proof, seen := Proof{AppID: appID}, map[string]bool{}
	for token, err := range r.client.List(ctx, appID) {
		if err != nil {
			return Proof{AppID: appID, Err: err}
		}
		if token.Status == api.TokenStatusRevoked || seen[token.ID] {
			continue
		}
		switch {
		case matches[token.ID]:
			proof.Remaining = append(proof.Remaining, Match{AppID: appID, Token: token})
		case r.filter.Match(token):
			proof.New = append(proof.New, Match{AppID: appID, Token: token})
		default:
			continue
		}
		seen[token.ID] = true
	}
	proof.Gone = len(matches) - len(proof.Remaining)
	return proof
}
