package bulk

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"example.com/apptokens/api"
	"example.com/apptokens/gen"
)

// Job is what [Revoke] does.
type Job struct {
	AppIDs []string
	// Filter matches tokens that are revoked already only if its Statuses say so.
	Filter Filter
	// DryRun ends after Selected.
	DryRun bool
	// Concurrency bounds the revocations under way at once. The default is 8. More rarely helps, because the rate limit
	// dominates.
	Concurrency int
	// ProveAll lists all apps again after the revocations, and not only those that had matches: it also finds what was
	// issued meanwhile for other apps.
	ProveAll bool
}

// Revoke selects tokens, revokes them, and proves it; see the package's documentation for how. Its events come in this
// order: [Listed] after each page, one [Selected], a [Result] for each match, a [Proof] for each app that had some. An
// error ends it, with nothing revoked if it comes before Selected; after a fatal one, the matches that were not attempted
// still have their results. To leave the loop at Selected revokes nothing; to leave it later stops what is not yet under
// way, and cuts off what is.
//
// Every range over the result does the job anew.
func Revoke(ctx context.Context, client *api.Client, job Job) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		r := &run{client: client, job: job, yield: yield, filter: job.filter()}
		r.apps = unique(job.AppIDs)
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

func unique(ids []string) (once []string) {
	seen := map[string]bool{}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			once = append(once, id)
		}
	}
	return once
}

// run is one run of a job. Its steps return false once it has ended.
type run struct {
	client    *api.Client
	job       Job
	yield     func(Event, error) bool
	filter    Filter
	apps      []string
	tokens    int // of all apps
	matches   []Match
	unmatched []Unmatched
}

// filter leaves out what is revoked already, should Okta list it, unless it is asked for.
func (j Job) filter() Filter {
	filter := j.Filter
	if len(filter.Statuses) == 0 {
		filter.Where = func(token api.Token) bool {
			return token.Status != gen.TokenStatusRevoked && (j.Filter.Where == nil || j.Filter.Where(token))
		}
	}
	return filter
}

func (r *run) list(ctx context.Context) bool {
	matcher := NewMatcher(r.filter)
	for _, appID := range r.apps {
		seen := map[string]bool{} // a token that moves from page to page comes twice
		for page, err := range r.client.Pages(ctx, appID) {
			if err != nil {
				r.yield(nil, fmt.Errorf("bulk: nothing was revoked: %w", err))
				return false
			}
			for _, token := range page.Tokens {
				if matcher.Match(token) && !seen[token.ID] {
					seen[token.ID] = true
					r.matches = append(r.matches, Match{appID, token})
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

// maxFailures in a row mean that the org is broken, or the credential no good: to go on would only add to its load.
const maxFailures = 16

// revoke revokes the matches, several at a time.
func (r *run) revoke(ctx context.Context) bool {
	workCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	var next, failures atomic.Int64
	var fatal atomic.Pointer[error]
	results := make(chan Result)
	work := func() {
		for {
			i := int(next.Add(1)) - 1
			if i >= len(r.matches) {
				return
			}
			match := r.matches[i]
			if cause := fatal.Load(); cause != nil {
				results <- Result{match, NotAttempted, *cause}
				continue
			}
			err := r.client.Revoke(workCtx, match.AppID, match.Token.ID)
			result := Result{match, OutcomeOf(err), err}
			if result.Outcome == NotFound { // but it was listed
				result.Outcome, result.Err = Gone, nil
			}
			switch {
			case IsFatal(err):
				fatal.CompareAndSwap(nil, &err)
			case result.Outcome != Failed:
				failures.Store(0)
			case failures.Add(1) == maxFailures:
				err := fmt.Errorf("%d revocations in a row failed: %w", maxFailures, err)
				fatal.CompareAndSwap(nil, &err)
			}
			results <- result
		}
	}
	var workers sync.WaitGroup
	for range min(r.concurrency(), len(r.matches)) {
		workers.Go(work)
	}
	go func() {
		workers.Wait()
		close(results)
	}()
	defer func() { // where the loop is left, by a panic as well, what is under way ends
		cancel()
		for range results {
		}
	}()
	for result := range results {
		if !r.yield(result, nil) {
			return false
		}
	}
	if cause := fatal.Load(); cause != nil {
		r.yield(nil, fmt.Errorf("bulk: stopped: %w", *cause))
		return false
	}
	return true
}

func (r *run) concurrency() int {
	if r.job.Concurrency > 0 {
		return r.job.Concurrency
	}
	return 8
}

// prove lists the apps once more.
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
		if token.Status == gen.TokenStatusRevoked || seen[token.ID] {
			continue
		}
		switch {
		case matches[token.ID]:
			proof.Remaining = append(proof.Remaining, Match{appID, token})
		case r.filter.Match(token):
			proof.New = append(proof.New, Match{appID, token})
		default:
			continue
		}
		seen[token.ID] = true
	}
	proof.Gone = len(matches) - len(proof.Remaining)
	return proof
}
