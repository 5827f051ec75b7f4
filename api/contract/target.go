package contract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"example.com/apptokens/api"
)

// Target is a running server, and what [Check] may do with it.
type Target struct {
	// URL is the org URL, see [api.ParseOrgURL].
	URL string
	// AppID names an app that holds tokens, a few hundred at best. Without it, only the probes that need none run.
	AppID string
	// Auth authorizes requests, as it does for package api.
	Auth api.Auth
	// Denied authorizes with another credential, one that is valid and may not read the app. Without it, that is not
	// probed.
	Denied api.Auth
	// Write lets the probes revoke one token of the app, and then all of them.
	Write bool
	// MaxPages bounds how many pages of one listing are read. The default is 100. A listing of one token a page takes as
	// many requests as there are tokens.
	MaxPages int
	// HTTPClient lends its Transport. The default is [http.DefaultTransport].
	HTTPClient *http.Client
	// OnResult, where it is set, is called after each probe.
	OnResult func(Result)
}

// Check probes a server with plain HTTP and reports how it keeps the contract. It reads only, unless target.Write is
// set. When the server's rate limit is used up, it waits for the next window.
//
// An error means that the probes did not run to their end: the target cannot be right ([api.ErrInvalidArgument]), or the
// context ended. The report holds what is known so far.
func Check(ctx context.Context, target Target) (Report, error) {
	org, err := api.ParseOrgURL(target.URL)
	switch {
	case err != nil:
		return Report{}, fmt.Errorf("contract: %w", err)
	case target.Auth == nil:
		return Report{}, fmt.Errorf("contract: %w: the target has no credential", api.ErrInvalidArgument)
	case target.AppID != "" && api.CheckID(target.AppID) != nil:
		return Report{}, fmt.Errorf("contract: app: %w", api.CheckID(target.AppID))
	case target.AppID == "" && target.Write:
		return Report{}, fmt.Errorf("contract: %w: there is no app whose tokens could be revoked", api.ErrInvalidArgument)
	case target.MaxPages < 0:
		return Report{}, fmt.Errorf("contract: %w: the number of pages is negative", api.ErrInvalidArgument)
	}
	target.MaxPages = cmp.Or(target.MaxPages, 100)
	s := &suite{target: target, org: org, outcomes: map[string]Outcome{}, report: Report{URL: org.String(), AppID: target.AppID, Start: time.Now()}}
	err = s.run(ctx)
	s.report.Duration = time.Since(s.report.Start)
	return s.report, err
}

// suite is one run of the probes.
type suite struct {
	target    Target
	org       *url.URL
	exchanges []*exchange // in the order in which they were made
	outcomes  map[string]Outcome
	report    Report

	free    time.Time // when the rate limit allows the next request
	listed  []string  // IDs of all tokens, once known
	partial bool      // there are more
}

// probe is one rule that a server has to keep.
type probe struct {
	name, rule, source string

	app    bool     // it needs an app
	write  bool     // it revokes
	denied bool     // it needs the second credential
	needs  []string // probes without whose success it cannot tell anything
	run    func(context.Context, *suite) (detail string, err error)
}

// errSkip is wrapped by probes that find nothing to look at.
var errSkip = errors.New("skipped")

func (s *suite) run(ctx context.Context) error {
	for _, probes := range [][]probe{listProbes, tokenProbes, refusalProbes, writeProbes, headerProbes} {
		for _, p := range probes {
			if ctx.Err() != nil {
				return fmt.Errorf("contract: %w", context.Cause(ctx))
			}
			s.probe(ctx, p)
		}
	}
	return nil
}

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
		case ctx.Err() != nil:
			return // nobody knows
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

// obstacle says why a probe cannot run, or nothing.
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
