package contract

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
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
	// Logger, where it is set, gets a line for each request at the level debug, with none of its headers.
	Logger *slog.Logger
	// OnResult, where it is set, is called after each probe.
	OnResult func(Result)
}

// Check probes a server with plain HTTP and reports how it keeps the contract. It reads only, unless target.Write is
// set. When the server's rate limit is used up, it waits for the next window.
//
// It leaves half of every rate-limit window to others.
//
// An error means that the probes did not run to their end: the target cannot be right ([api.ErrInvalidArgument]), the
// server cannot be reached, it refuses the credential ([api.ErrUnauthorized]), or the context ended. The report holds what
// is known so far.
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
