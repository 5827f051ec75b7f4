package bulk

import "example.com/apptokens/api"

// Event is what [Revoke] reports as it goes: [Listed], [Selected], [Result] or [Proof].
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
	Tokens    int // of all apps
	Matches   []Match
	Unmatched []Unmatched // values of the filter that no match has: a mistake, perhaps
}

// Result comes once for each match, in any order.
type Result struct {
	Match   Match
	Outcome Outcome
	Err     error // why it failed or was not attempted; otherwise nil
}

// Proof comes once for each app that had matches, or for every app with [Job].ProveAll, after the second listing.
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
