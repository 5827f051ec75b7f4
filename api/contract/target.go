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

// Target describes a running server, and what [Check] may do with it.
type Target struct {
	// URL is the org URL, see [api.ParseOrgURL].
	URL string
	// PlainHTTP allows http to any host, as [api.WithPlainHTTP] does.
	PlainHTTP bool
	// AppID identifies an app that holds tokens, ideally a few hundred. If it is empty, only probes that need no app run.
	AppID string
	// Auth authorizes requests, as it does for package api.
	Auth api.Auth
	// Denied authorizes requests with a second credential, which must be valid but not allowed to read the app. If it is
	// nil, that refusal is not checked.
	Denied api.Auth
	// Write allows the probes to revoke one token of the app, and then all of them.
	Write bool
	// MaxPages is the maximum number of pages to read of one listing. The default is 100. With one token per page, a
	// listing takes as many requests as there are tokens.
	MaxPages int
	// HTTPClient provides the Transport. The token requests of a service app use it, too, unless the app has one of its
	// own. The default is [http.DefaultTransport].
	HTTPClient *http.Client
	// Logger, if set, logs each request at level debug, without headers.
	Logger *slog.Logger
	// RateShare is the share of every rate-limit window that the probes may use: at most a half, which is the default.
	// More means a half.
	RateShare float64
	// OnResult, if set, is called after each probe.
	OnResult func(Result)
	// OnWait, if set, is called before each wait for the rate limit or for the end of an outage.
	OnWait func(reason string, until time.Time)
}

// Check probes a running server and reports which rules of the contract it keeps. It only reads, unless target.Write is
// set. When its share of the server's rate limit is used up, it waits for the next window.
//
// Check fails if it cannot run all probes: because the target is invalid ([api.ErrInvalidArgument]), the server cannot
// be reached or refuses the credential from the start ([api.ErrUnauthorized], [api.ErrForbidden]), or the context ends.
// The report then holds the results so far.
func Check(ctx context.Context, target Target) (Report, error) {
	org, err := check.OrgURL(target.URL, target.PlainHTTP)
	switch {
	case err != nil:
		return Report{}, fmt.Errorf("contract: %w", err)
	case target.Auth == nil:
		return Report{}, fmt.Errorf("contract: %w: Auth is nil; the target needs a credential", api.ErrInvalidArgument)
	case target.AppID != "" && api.CheckID("app ID", target.AppID) != nil:
		return Report{}, fmt.Errorf("contract: %w", api.CheckID("app ID", target.AppID))
	case target.AppID == "" && target.Write:
		return Report{}, fmt.Errorf("contract: %w: Write is set, but AppID is empty", api.ErrInvalidArgument)
	case !(target.RateShare >= 0 && target.RateShare <= 1):
		return Report{}, fmt.Errorf("contract: %w: RateShare is %v; want 0 to 1", api.ErrInvalidArgument, target.RateShare)
	case target.MaxPages < 0:
		return Report{}, fmt.Errorf("contract: %w: MaxPages is %d; want 0 or more", api.ErrInvalidArgument, target.MaxPages)
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
