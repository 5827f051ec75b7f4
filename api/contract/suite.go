package contract

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/gen"
)

// suite is one run of the probes.
type suite struct {
	target    Target
	org       *url.URL
	exchanges []*exchange // so far, in order
	secrets   secrets     // sent so far
	outcomes  map[string]Outcome
	report    Report

	free     time.Time // when the rate limit allows the next request
	accepted bool      // the server has accepted the target's credential
	fatal    error     // ends the run
	detail   string    // of the probe that is running

	firstPage   *exchange
	firstTokens []gen.Token // on the first page
	listed      []string    // IDs of all tokens
	partial     bool        // there are more than listed
	readable    string      // ID of a token that could be read
}

// probe checks one rule that a server has to keep.
type probe struct {
	name, rule, source string

	app    bool     // needs an app
	write  bool     // revokes tokens
	denied bool     // needs the second credential
	needs  []string // probes that must have passed
	run    runFunc
}

// runFunc runs a probe. It returns nil if the server keeps the rule, a skip if there is nothing to check, and an
// unjudged error if the rule cannot be checked. Any other error means that the server breaks the rule.
type runFunc func(context.Context, *suite) error

// skip is why a probe has nothing to check.
type skip string

func (s skip) Error() string { return string(s) }

// unjudged marks an error that breaks no rule: an outage or a rate limit that outlasts all retries, or a credential
// that is refused or not available.
type unjudged struct{ error }

func (u unjudged) Unwrap() error { return u.error }

// run runs all probes, in order, until the context or a fatal error ends it.
func (s *suite) run(ctx context.Context) error {
	for _, probes := range [][]probe{listProbes, tokenProbes, refusalProbes, writeProbes, headerProbes} {
		for _, p := range probes {
			if ctx.Err() != nil {
				break
			}
			if s.probe(ctx, p); s.fatal != nil {
				return fmt.Errorf("contract: %w", s.fatal)
			}
		}
	}
	if ctx.Err() != nil {
		return fmt.Errorf("contract: %w", retry.ContextError(ctx))
	}
	return nil
}

// probe runs one probe and reports its result.
func (s *suite) probe(ctx context.Context, p probe) {
	result := Result{Probe: p.name, Rule: p.rule, Source: p.source}
	start, before := time.Now(), len(s.exchanges)
	s.detail = ""
	err := s.obstacle(p)
	if err == nil {
		err = p.run(ctx, s)
	}
	switch {
	case errors.As(err, new(skip)):
		result.Outcome, result.Detail = Skipped, err.Error()
	case ctx.Err() != nil && p.write:
		result.Outcome, result.Detail = Errored, "interrupted; tokens may have been revoked"
	case ctx.Err() != nil:
		result.Outcome, result.Detail = Errored, "interrupted"
	case errors.As(err, new(unjudged)):
		result.Outcome, result.Detail = Errored, err.Error()
	case err != nil:
		result.Outcome, result.Detail = Failed, err.Error()
	default:
		result.Outcome, result.Detail = Passed, s.detail
	}
	result.Duration, result.Requests = time.Since(start), len(s.exchanges)-before
	s.outcomes[p.name] = result.Outcome
	s.report.Results = append(s.report.Results, result)
	if s.target.OnResult != nil {
		s.target.OnResult(result)
	}
}

// obstacle returns a skip if a probe cannot run.
func (s *suite) obstacle(p probe) error {
	switch {
	case p.app && s.target.AppID == "":
		return skip("no app was given")
	case p.denied && s.target.Denied == nil:
		return skip("no second credential was given")
	case p.write && !s.target.Write:
		return skip("it revokes tokens, which was not allowed")
	}
	for _, name := range p.needs {
		if s.outcomes[name] != Passed {
			return skip(name + " has not passed")
		}
	}
	return nil
}
