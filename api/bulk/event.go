package bulk

import (
	"context"
	"errors"
	"net"

	"example.com/apptokens/api"
)

// Event is what [Revoke] tells as it goes: [Listed], [Selected], [Result] or [Proof].
type Event interface{ isEvent() }

// Listed comes after each page of the first listing.
type Listed struct {
	AppID   string
	Tokens  []api.Token // of the page
	Matches int         // of all apps, so far
}

// Selected comes once all apps are listed, and before anything is revoked. It is the caller's to keep: to change it
// changes nothing of what is revoked.
type Selected struct {
	Tokens  int // of all apps
	Matches []Match
}

// Result comes once for each match, in any order.
type Result struct {
	Match   Match
	Outcome Outcome
	Err     error // why it failed or was not attempted; nil else
}

// Proof comes once for each app, after the second listing.
type Proof struct {
	AppID     string
	Gone      int     // matches that are not listed any more
	Remaining []Match // matches that are still listed, whatever their outcome
	New       []Match // tokens that the filter matches and that were not there before
	Err       error   // why the listing is not complete: nothing is proved then
}

func (Listed) isEvent()   {}
func (Selected) isEvent() {}
func (Result) isEvent()   {}
func (Proof) isEvent()    {}

// Outcome is what became of a match.
type Outcome string

// The outcomes.
const (
	Revoked      Outcome = "revoked"
	Gone         Outcome = "already gone" // since the listing
	Failed       Outcome = "failed"       // it may have been revoked if the context ended meanwhile
	NotAttempted Outcome = "not attempted"
)

// settle tells what became of a match by how its revocation ended.
func settle(match Match, err error) Result {
	var failure *api.Error
	switch {
	case err == nil:
		return Result{match, Revoked, nil}
	case !errors.As(err, &failure):
		return Result{match, Failed, err}
	case failure.Gone():
		return Result{match, Gone, nil}
	case failure.Attempts == 0:
		return Result{match, NotAttempted, err}
	}
	return Result{match, Failed, err}
}

// isFatal tells whether every other revocation would fail as well.
func isFatal(ctx context.Context, err error) bool {
	var dial *net.OpError
	return err != nil && (ctx.Err() != nil || errors.Is(err, api.ErrUnauthorized) || errors.As(err, &dial) && dial.Op == "dial")
}
