package bulk

import "example.com/apptokens/api"

// Event is what [Revoke] reports as it proceeds: a [Listed], [Selected], [Result] or [Proof].
type Event interface{ isEvent() }

// Listed follows each page of the first listing.
type Listed struct {
	AppID   string
	Tokens  []api.Token // on the page
	Matches int         // so far, in all apps
	Apps    int         // that have been listed completely
}

// Selected follows the last page of the first listing, before anything is revoked. Changing it does not change what is
// revoked.
type Selected struct {
	Tokens    int // in all apps
	Matches   []Match
	Unmatched []Unmatched // filter values, other than statuses, that no match has: possibly typos
}

// Result is the outcome of one match. Results come in any order.
type Result struct {
	Match   Match
	Outcome Outcome
	Err     error // why the token was not revoked; otherwise nil
}

// Proof is the second listing of one app.
type Proof struct {
	AppID     string
	Gone      int     // matches that the listing lacks or shows as revoked
	Remaining []Match // matches that are still listed and not revoked, whatever their outcome
	New       []Match // tokens that match the filter and were not in the first listing
	Err       error   // why the listing failed; nothing is proved then
}

func (Listed) isEvent()   {}
func (Selected) isEvent() {}
func (Result) isEvent()   {}
func (Proof) isEvent()    {}
