package contract

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"example.com/apptokens/api/internal/retry"
)

// suite is one run of the probes.
type suite struct {
	target    Target
	org       *url.URL
	exchanges []*exchange // in the order in which they were made
	secrets   secrets     // that were sent so far
	outcomes  map[string]Outcome
	report    Report

	free     time.Time // when the rate limit allows the next request
	accepted bool      // the server has accepted the target's credential
	fatal    error     // ends the run
	first    *exchange // the first page
	listed   []string  // IDs of all tokens, once known
	partial  bool      // there are more
	token    string    // one that could be read
}

// probe is one rule that a server has to keep.
type probe struct {
	name, rule, source string

	app    bool     // it needs an app
	write  bool     // it revokes
	denied bool     // it needs the second credential
	needs  []string // probes that must have passed
	run    func(context.Context, *suite) (detail string, err error)
}

// errSkip is wrapped by probes that find nothing to look at.
var errSkip = errors.New("skipped")

func (s *suite) run(ctx context.Context) error {
	for _, probes := range [][]probe{listProbes, tokenProbes, refusalProbes, writeProbes, headerProbes} {
		for _, p := range probes {
			if ctx.Err() != nil {
				return fmt.Errorf("contract: %w", retry.ContextError(ctx))
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

// unjudged marks an error that breaks no rule: an outage or a rate limit that outlasts all retries, or a credential that
// is refused or not available.
type unjudged struct{ error }

func (u unjudged) Unwrap() error { return u.error }

func (s *suite) probe(ctx context.Context, p probe) {
	result := Result{Probe: p.name, Rule: p.rule, Source: p.source}
	start, before := time.Now(), len(s.exchanges)
	if reason := s.obstacle(p); reason != "" {
		result.Outcome, result.Detail = Skipped, reason
	} else {
		detail, err := p.run(ctx, s)
		result.Outcome, result.Detail = Passed, detail
		switch {
		case errors.Is(err, errSkip):
			result.Outcome, result.Detail = Skipped, detail
		case ctx.Err() != nil && p.write:
			result.Outcome, result.Detail = Errored, "interrupted; it may have happened"
		case ctx.Err() != nil:
			result.Outcome, result.Detail = Errored, "interrupted"
		case errors.As(err, new(unjudged)):
			result.Outcome, result.Detail = Errored, err.Error()
		case err != nil:
			result.Outcome, result.Detail = Failed, err.Error()
		}
	}
	result.Duration, result.Requests = time.Since(start), len(s.exchanges)-before
	s.outcomes[p.name] = result.Outcome
	s.report.Results = append(s.report.Results, result)
	if s.target.OnResult != nil {
		s.target.OnResult(result)
	}
}

// obstacle returns why a probe cannot run, or "".
func (s *suite) obstacle(p probe) string {
	switch {
	case p.app && s.target.AppID == "":
		return "no app was given"
	case p.denied && s.target.Denied == nil:
		return "no second credential was given"
	case p.write && !s.target.Write:
		return "it revokes, which was not allowed"
	}
	for _, name := range p.needs {
		if s.outcomes[name] != Passed {
			return name + " has not passed"
		}
	}
	return ""
}
