package contract_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"example.com/apptokens/api"
	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oktatest"
)

// A secret that has expired breaks no rule of the server.
func TestARefusedCredentialIsNotABrokenRule(t *testing.T) {
	t.Parallel()
	refused := oktatest.Status(http.StatusUnauthorized).Forever()
	forbidden := oktatest.Status(http.StatusForbidden).Forever()
	lacksScope := oktatest.Challenge(http.StatusForbidden, "insufficient_scope", "x").Forever()
	for name, test := range map[string]struct {
		fault  oktatest.Fault
		change func(*contract.Target)
		err    error // of Check
		probe  string
		says   string
	}{
		"from the start":           {fault: refused, err: api.ErrUnauthorized, probe: "list", says: "E0000004"},
		"without permission":       {fault: forbidden, err: api.ErrForbidden, probe: "list", says: "E0000006"},
		"without a scope":          {fault: lacksScope, err: api.ErrForbidden, probe: "list", says: "insufficient_scope"},
		"without an error code":    {fault: oktatest.HTML(http.StatusForbidden).Forever(), err: api.ErrForbidden, probe: "list"},
		"to revoke":                {fault: forbidden.On("DELETE"), probe: "revoke", says: "E0000006"},
		"to revoke, by OAuth":      {fault: lacksScope.On("DELETE"), probe: "revoke all", says: "insufficient_scope"},
		"without an app":           {fault: refused, change: func(t *contract.Target) { t.AppID, t.Write = "", false }, err: api.ErrUnauthorized, probe: "unknown app"},
		"later on":                 {fault: refused.After(10), probe: "get"},
		"for a moment":             {fault: oktatest.Status(http.StatusUnauthorized).After(1), probe: "largest pages"},
		"the one to be denied":     {change: func(t *contract.Target) { t.Denied = api.BearerToken("expired") }, probe: "denied"},
		"when it cannot be issued": {change: func(t *contract.Target) { t.Auth = failing{} }, err: errNotIssued, probe: "list"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := newOrg()
				org.Inject(test.fault)
				target := inProcess(org)
				if test.change != nil {
					test.change(&target)
				}
				report, err := contract.Check(t.Context(), target)
				if !errors.Is(err, test.err) || report.Count(contract.Failed) != 0 {
					t.Errorf("%v, %+v", err, report.Results)
				}
				if !slices.ContainsFunc(report.Results, func(r contract.Result) bool {
					return r.Probe == test.probe && r.Outcome == contract.Errored && strings.Contains(r.Detail, test.says)
				}) {
					t.Errorf("%s is not errored: %+v", test.probe, report.Results)
				}
			})
		})
	}
}

var errNotIssued = errors.New("the secret has expired")

// failing is an Auth that gets no credential.
type failing struct{}

func (failing) Authorize(context.Context, *http.Request) error { return errNotIssued }
