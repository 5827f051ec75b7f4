package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"example.com/apptokens/api/bulk"
)

// tally is what a sweep came to.
type tally struct {
	total    int
	outcomes map[bulk.Outcome]int
	failure  error // the first one

	gone      int // by the second listing
	remaining int
	appeared  []bulk.Match
	unproved  []error
}

func (t *tally) add(r bulk.Result) {
	t.outcomes[r.Outcome]++
	if r.Outcome == bulk.Failed && t.failure == nil {
		t.failure = r.Err
	}
}

func (t *tally) prove(proof bulk.Proof) {
	if proof.Err != nil {
		t.unproved = append(t.unproved, proof.Err)
		return
	}
	t.gone += proof.Gone
	t.remaining += len(proof.Remaining)
	t.appeared = append(t.appeared, proof.New...)
}

// afterAll gives a token another outcome.
func (t *tally) afterAll(from, to bulk.Outcome) {
	t.outcomes[from]--
	t.outcomes[to]++
}

func (t *tally) done() (n int) {
	for _, count := range t.outcomes {
		n += count
	}
	return n
}

// text is a count per outcome, and what the second listing says.
func (t *tally) text() string {
	var parts []string
	for _, outcome := range []bulk.Outcome{bulk.Revoked, bulk.Gone, bulk.Failed, bulk.NotAttempted} {
		if n := t.outcomes[outcome]; n > 0 || outcome == bulk.Revoked {
			parts = append(parts, fmt.Sprintf("%d %s", n, outcome))
		}
	}
	text := fmt.Sprintf("%s, of %d\n", strings.Join(parts, ", "), t.total)
	if t.gone+t.remaining > 0 {
		text += fmt.Sprintf("Listed again: %d of them are gone, %d are still there.\n", t.gone, t.remaining)
	}
	for i, match := range t.appeared {
		if i == 10 {
			text += fmt.Sprintf("and %d more\n", len(t.appeared)-i)
			break
		}
		text += fmt.Sprintf("New meanwhile, and not revoked: token %s of app %s, user %s. Run it again to revoke it.\n", printable(match.Token.ID), match.AppID, printable(match.Token.UserID))
	}
	return text
}

// verdict is nil if every token that matched is gone.
func (t *tally) verdict(stopped error) error {
	left := t.total - t.outcomes[bulk.Revoked] - t.outcomes[bulk.Gone]
	switch {
	case errors.Is(stopped, context.Canceled):
		return fmt.Errorf("interrupted: %d of %d are left; run it again to go on", left, t.total)
	case stopped != nil:
		return fmt.Errorf("%d of %d are left; run it again to go on: %w", left, t.total, stopped)
	case left > 0:
		return fmt.Errorf("%d of %d could not be revoked: %w", left, t.total, t.failure)
	case t.remaining > 0:
		return fmt.Errorf("%d tokens are still listed, though the org said that it revoked them", t.remaining)
	case len(t.unproved) > 0:
		return fmt.Errorf("all were revoked, but the proof failed: %w", errors.Join(t.unproved...))
	}
	return nil
}
