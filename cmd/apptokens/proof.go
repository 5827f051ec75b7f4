package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/output"
	"example.com/apptokens/cmd/apptokens/internal/receipts"
)

// proof is what the second listing says.
type proof struct {
	gone, remaining int
	appeared        []bulk.Match
	failures        []error
	doubtful        map[tokenKey]receipts.Receipt // what failed may have been carried out
}

// doubt keeps a failure until the listing shows whether the token is there.
func (p *proof) doubt(r receipts.Receipt) {
	if p.doubtful == nil {
		p.doubtful = map[tokenKey]receipts.Receipt{}
	}
	p.doubtful[tokenKey{r.AppID, r.TokenID}] = r
}

// prove takes in the second listing of an app: what failed, and is not there any more, was revoked after all.
func (s *sweep) prove(listed bulk.Proof) {
	p := &s.proof
	if listed.Err != nil {
		p.failures = append(p.failures, listed.Err)
		return
	}
	p.gone += listed.Gone
	p.remaining += len(listed.Remaining)
	p.appeared = append(p.appeared, listed.New...)
	for _, match := range listed.Remaining {
		delete(p.doubtful, tokenKey{match.AppID, match.Token.ID})
	}
	for key, r := range p.doubtful {
		if r.AppID != listed.AppID {
			continue
		}
		s.results.counts[r.Outcome]--
		s.results.counts[bulk.Gone]++
		if err := s.record.Append(r.Gone(s.now())); err != nil && s.recordErr == nil {
			s.recordErr = err
		}
		delete(p.doubtful, key)
	}
}

// verdict reports what the sweep came to. It returns nil if every token that matched is gone.
func (s *sweep) verdict(stopped error) error {
	r, org := s.results, s.settings.OrgURL
	s.proof.warn(s.app)
	left := fmt.Sprintf("%s at %s: %d of %d are left", r.text(), org, r.left(), r.total)
	switch {
	case s.recordErr != nil:
		return fmt.Errorf("%s; stopped, because the receipts could not be written: %w", left, s.recordErr)
	case errors.Is(stopped, context.Canceled):
		return fmt.Errorf("interrupted: %s; run the same command again to go on", left)
	case stopped != nil:
		return fmt.Errorf("%s; %s: %w", left, advice(stopped), stopped)
	case r.left() > 0:
		return fmt.Errorf("%s: %w", left, r.failed)
	case s.proof.remaining > 0:
		return fmt.Errorf("%s at %s, but %s still listed", r.text(), org, plural(s.proof.remaining, "token is", "tokens are"))
	case len(s.proof.failures) > 0:
		return fmt.Errorf("%s at %s, but the apps could not be listed again to verify: %w", r.text(), org, errors.Join(s.proof.failures...))
	case r.err != nil:
		return fmt.Errorf("%s at %s, but not all could be printed: %w", r.text(), org, r.err)
	}
	s.warn("%s at %s, with %s", r.text(), org, plural(s.watch.sent(), "request", "requests"))
	return nil
}

// advice is how to go on after what stopped a sweep.
func advice(stopped error) string {
	var failure *api.Error
	errors.As(stopped, &failure)
	switch {
	case errors.Is(stopped, api.ErrUnauthorized), failure != nil && failure.Code == "insufficient_scope":
		return "with a credential that may revoke, the same command goes on"
	case errors.Is(stopped, api.ErrRateLimited) && failure != nil && !failure.RateLimit.Reset.IsZero():
		return "run the same command again after " + failure.RateLimit.Reset.Local().Format(time.TimeOnly) + ", or allow longer waits, to go on"
	}
	return "run the same command again to go on"
}

// shownNew is how many new tokens are named.
const shownNew = 10

func (p *proof) warn(a *app) {
	if p.gone+p.remaining > 0 {
		a.warn("listed again: %d of the tokens are gone, %d are still there", p.gone, p.remaining)
	}
	for _, match := range p.appeared[:min(shownNew, len(p.appeared))] {
		a.warn("new meanwhile, and not revoked: token %s of app %s, user %s; run the same command again to revoke it",
			output.Printable(match.Token.ID), match.AppID, output.Printable(match.Token.UserID))
	}
	if more := len(p.appeared) - shownNew; more > 0 {
		a.warn("and %d more new tokens", more)
	}
}
