package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/output"
	"example.com/apptokens/cmd/apptokens/internal/receipts"
)

// proof is the result of the second listing.
type proof struct {
	apps, listed    int // apps to list again, and those that were
	gone, remaining int
	undone          int // tokens that Okta said were revoked, and still lists
	appeared        []bulk.Match
	failed          int                           // apps that could not be listed again
	doubtful        map[tokenKey]receipts.Receipt // tokens that may be gone although no answer says so
}

// doubt keeps a result until the second listing shows whether the token is still there.
func (p *proof) doubt(r receipts.Receipt) {
	if p.doubtful == nil {
		p.doubtful = map[tokenKey]receipts.Receipt{}
	}
	p.doubtful[tokenKey{r.AppID, r.TokenID}] = r
}

// prove notes the second listing of an app, and shows the tokens whose outcome it changes: those that are still listed
// after they were revoked, and those that are not although their revocation failed.
func (s *sweep) prove(listed bulk.Proof) {
	p := &s.proof
	p.listed++
	s.progress.SetDone("listing again to verify%s", ofApps(p.listed, p.apps))
	if listed.Err != nil {
		s.logf("app %s could not be listed again to verify: %v", listed.AppID, unprefixed(listed.Err))
		p.failed++
		return
	}
	p.gone += listed.Gone
	p.remaining += len(listed.Remaining)
	p.appeared = append(p.appeared, listed.New...)
	for _, match := range listed.Remaining {
		key := tokenKey{match.AppID, match.Token.ID}
		if _, ok := p.doubtful[key]; ok {
			delete(p.doubtful, key)
			continue
		}
		p.undone++
		s.show(s.newReceipt(match, bulk.Failed, errors.New("still listed after it was revoked")))
	}
	for key, r := range p.doubtful {
		if r.AppID != listed.AppID {
			continue
		}
		s.results.counts[r.Outcome]--
		s.results.counts[bulk.Gone]++
		s.show(r.Gone(s.now()))
		delete(p.doubtful, key)
	}
}

// left says how many tokens are left, and how many may be, because no answer says whether they were revoked, and no
// second listing whether they are still there.
func (s *sweep) left() string {
	maybe := 0
	for _, r := range s.proof.doubtful {
		if r.Outcome == bulk.Unknown {
			maybe++
		}
	}
	left, total := s.results.left()+s.proof.undone-maybe, s.results.total
	verb := "are"
	if left == 1 {
		verb = "is"
	}
	text := fmt.Sprintf("%d of %d %s left", left, total, verb)
	switch {
	case maybe > 0 && left == 0:
		text = fmt.Sprintf("%d of %d may be left", maybe, total)
	case maybe > 0:
		text += fmt.Sprintf(", %d may be", maybe)
	}
	if s.proof.failed > 0 {
		text += fmt.Sprintf(", not verified, because %s not be listed again",
			plural(s.proof.failed, "app could", "apps could"))
	}
	return text
}

// verdict reports the result of the sweep. It returns nil if every token that matched is gone.
func (s *sweep) verdict(stopped error) error {
	r := s.results
	s.proof.report(s.app)
	done := r.text() + " at " + s.settings.OrgURL
	left := done + ": " + s.left()
	switch {
	case s.recordErr != nil:
		return fmt.Errorf("%s; stopped, because the receipts could not be written; fix that, then run the same command "+
			"again: %w", left, s.recordErr)
	case errors.Is(stopped, context.Canceled):
		return fmt.Errorf("interrupted: %s; run the same command again to continue", left)
	case stopped != nil:
		return fmt.Errorf("%s; %s: %w", left, s.advice(stopped), unprefixed(stopped))
	case r.left() > 0:
		return fmt.Errorf("%s: %w; run the same command again", left, unprefixed(r.failed))
	case s.proof.remaining > 0:
		return fmt.Errorf("%s, but %s still listed; run the same command again", done,
			plural(s.proof.remaining, "token is", "tokens are"))
	case s.proof.failed > 0:
		return fmt.Errorf("%s, but %s not be listed again to verify; 'apptokens list --expect-none' with the same apps "+
			"and filters does that", done, plural(s.proof.failed, "app could", "apps could"))
	case len(s.proof.appeared) > 0:
		return fmt.Errorf("%s, but %s not in the first listing; run the same command again", done,
			plural(len(s.proof.appeared), "matching token was", "matching tokens were"))
	case r.err != nil:
		return fmt.Errorf("%s, but not all could be printed: %w", done, r.err)
	}
	s.done = done
	return nil
}

// advice returns how to continue after an error that stopped a sweep.
func (s *sweep) advice(stopped error) string {
	var failure *api.Error
	errors.As(stopped, &failure)
	switch {
	case failure != nil && failure.Code == "E0000015":
		return "the org lacks the feature"
	case errors.Is(stopped, api.ErrUnauthorized), errors.Is(stopped, api.ErrForbidden):
		return "run the same command again with a credential that may revoke"
	case errors.Is(stopped, api.ErrRateLimited) && failure != nil && !failure.RateLimit.Reset.IsZero():
		skew, _ := s.watch.clockSkew()
		return "run the same command again after " + failure.RateLimit.Reset.Add(-skew).Local().Format(time.TimeOnly)
	}
	return "run the same command again to continue"
}

// shownNew bounds how many new tokens are named.
const shownNew = 10

func (p *proof) report(a *app) {
	if p.gone+p.remaining > 0 {
		a.logf("listed again: %d gone, %d still there", p.gone, p.remaining)
	}
	for _, match := range p.appeared[:min(shownNew, len(p.appeared))] {
		a.logf("not in the first listing, and not revoked: token %s of app %s, user %s, issued %s",
			output.Printable(match.Token.ID), match.AppID, output.Printable(match.Token.UserID),
			cmp.Or(a.timestamp(match.Token.Created), "at an unknown time"))
	}
	if more := len(p.appeared) - shownNew; more > 0 {
		a.logf("and %d more", more)
	}
}
