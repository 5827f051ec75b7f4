package bulk

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"example.com/apptokens/api"
	"example.com/apptokens/gen"
)

// Job is what [Revoke] does.
type Job struct {
	AppIDs []string // without one twice
	Filter Filter
	// DryRun ends after Selected.
	DryRun bool
	// Concurrency bounds the revocations under way at once. The default is 8. More is of no use: the rate limit decides.
	Concurrency int
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
		r := &run{client: client, job: job, yield: yield}
		if !r.list(ctx) || !yield(r.selected, nil) || job.DryRun || !r.revoke(ctx) {
			return
		}
		r.prove(ctx)
	}
}

// run is one run of a job. Its steps return false once it has ended.
type run struct {
	client   *api.Client
	job      Job
	yield    func(Event, error) bool
	selected Selected
}

func (r *run) list(ctx context.Context) bool {
	for _, appID := range r.job.AppIDs {
		tokens := 0
		for page, err := range r.client.Pages(ctx, appID) {
			if err != nil {
				r.yield(nil, fmt.Errorf("bulk: nothing was revoked: %w", err))
				return false
			}
			for _, token := range page.Tokens {
				if r.job.Filter.Match(token) {
					r.selected.Matches = append(r.selected.Matches, Match{appID, token})
				}
			}
			tokens += len(page.Tokens)
			if !r.yield(Listed{appID, tokens, len(r.selected.Matches)}, nil) {
				return false
			}
		}
		r.selected.Tokens += tokens
	}
	return true
}

// revoke revokes the matches, several at a time.
func (r *run) revoke(ctx context.Context) bool {
	workCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	var next atomic.Int64
	var fatal atomic.Pointer[error]
	results := make(chan Result)
	work := func() {
		for {
			i := int(next.Add(1)) - 1
			if i >= len(r.selected.Matches) {
				return
			}
			match := r.selected.Matches[i]
			if cause := fatal.Load(); cause != nil {
				results <- Result{match, NotAttempted, *cause}
				continue
			}
			err := r.client.Revoke(workCtx, match.AppID, match.Token.ID)
			if isFatal(workCtx, err) {
				fatal.CompareAndSwap(nil, &err)
			}
			results <- settle(match, err)
		}
	}
	var workers sync.WaitGroup
	for range min(r.concurrency(), len(r.selected.Matches)) {
		workers.Go(work)
	}
	go func() {
		workers.Wait()
		close(results)
	}()
	for result := range results {
		if !r.yield(result, nil) {
			cancel()
			for range results { // what is under way ends
			}
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

// prove lists the apps that had matches once more.
func (r *run) prove(ctx context.Context) {
	matches := map[string]map[string]bool{} // IDs by app
	for _, match := range r.selected.Matches {
		if matches[match.AppID] == nil {
			matches[match.AppID] = map[string]bool{}
		}
		matches[match.AppID][match.Token.ID] = true
	}
	for _, appID := range r.job.AppIDs {
		if len(matches[appID]) > 0 && !r.yield(r.proof(ctx, appID, matches[appID]), nil) {
			return
		}
	}
}

func (r *run) proof(ctx context.Context, appID string, matches map[string]bool) Proof {
	proof := Proof{AppID: appID}
	for token, err := range r.client.List(ctx, appID) {
		switch {
		case err != nil:
			proof.Err = err
			return proof
		case token.Status == gen.TokenStatusRevoked:
		case matches[token.ID]:
			proof.Remaining = append(proof.Remaining, Match{appID, token})
		case r.job.Filter.Match(token):
			proof.New = append(proof.New, Match{appID, token})
		}
	}
	proof.Gone = len(matches) - len(proof.Remaining)
	return proof
}
