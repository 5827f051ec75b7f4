package contract

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/check"
)

// Target is a running server, and what [Check] may do with it.
type Target struct {
	// URL is the org URL, see [api.ParseOrgURL].
	URL string
	// PlainHTTP allows http to any host, as [api.WithPlainHTTP] does.
	PlainHTTP bool
	// AppID names an app that holds tokens, ideally a few hundred. Without it, only probes that need no app run.
	AppID string
	// Auth authorizes requests, as it does for package api.
	Auth api.Auth
	// Denied authorizes with a second credential, which is valid and may not read the app. Without it, the refusal is
	// not probed.
	Denied api.Auth
	// Write lets the probes revoke one token of the app, and then all of them.
	Write bool
	// MaxPages bounds how many pages of one listing are read. The default is 100. A listing of one token per page takes
	// as many requests as there are tokens.
	MaxPages int
	// HTTPClient provides the Transport. The default is [http.DefaultTransport].
	HTTPClient *http.Client
	// Logger, if set, gets a line per request at level debug, without headers.
	Logger *slog.Logger
	// RateShare is how much of every rate-limit window the probes take, from 0 to 1. The rest is left to others. The
	// default is a half, and more than that counts as a half.
	RateShare float64
	// OnResult, if set, is called after each probe.
	OnResult func(Result)
	// OnWait, if set, is called before each wait for the rate limit or for the end of an outage.
	OnWait func(reason string, until time.Time)
}

// Check probes a server with plain HTTP and reports how it keeps the contract. It reads only, unless target.Write is
// set. When its share of the server's rate limit is used up, it waits for the next window.
//
// An error means that not all probes ran: the target is invalid ([api.ErrInvalidArgument]), the server cannot be
// reached or has refused the credential from the start ([api.ErrUnauthorized], [api.ErrForbidden]), or the context
// ended. The report holds what is known so far.
func Check(ctx context.Context, target Target) (Report, error) {
	org, err := check.OrgURL(target.URL, target.PlainHTTP)
	switch {
	case err != nil:
		return Report{}, fmt.Errorf("contract: %w", err)
	case target.Auth == nil:
		return Report{}, fmt.Errorf("contract: %w: the target has no credential", api.ErrInvalidArgument)
	case target.AppID != "" && api.CheckID("app ID", target.AppID) != nil:
		return Report{}, fmt.Errorf("contract: %w", api.CheckID("app ID", target.AppID))
	case target.AppID == "" && target.Write:
		return Report{}, fmt.Errorf("contract: %w: Write is set, but no app", api.ErrInvalidArgument)
	case !(target.RateShare >= 0 && target.RateShare <= 1):
		return Report{}, fmt.Errorf("contract: %w: the rate share is %v; want 0 to 1", api.ErrInvalidArgument, target.RateShare)
	case target.MaxPages < 0:
		return Report{}, fmt.Errorf("contract: %w: the number of pages is negative", api.ErrInvalidArgument)
	}
	target.MaxPages = cmp.Or(target.MaxPages, 100)
	target.RateShare = min(cmp.Or(target.RateShare, maxShare), maxShare)
	s := &suite{
		target: target, org: org, outcomes: map[string]Outcome{},
		report: Report{URL: org.String(), AppID: target.AppID, Start: time.Now()},
	}
	err = s.run(ctx)
	s.report.Duration = time.Since(s.report.Start)
	return s.report, err
}
