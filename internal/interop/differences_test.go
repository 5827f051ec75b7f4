package interop_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// caller is what the README compares.
type caller struct {
	revoke func(token string) error
	list   func() error
}

// What the README says of Okta's SDK for Go holds, and this client returns the error that stands beside it.
func TestTheReadmeComparesTheGoSDK(t *testing.T) {
	t.Parallel()
	revoke := func(token string) func(caller) error { return func(c caller) error { return c.revoke(token) } }
	for name, test := range map[string]struct {
		fault oktatest.Fault
		call  func(caller) error
		fails bool                            // the SDK
		left  func(org *oktatest.Server) bool // what holds then
		want  error                           // of this client
	}{
		"a token ID of dots deletes the app": {
			call: revoke(".."), want: api.ErrInvalidArgument,
			left: func(org *oktatest.Server) bool { return len(org.Tokens(peersApp)) == 0 },
		},
		"a redirect is taken for success": {
			fault: oktatest.Redirect(http.StatusFound, "/api/v1/apps/"+peersApp+"/tokens").On(http.MethodDelete),
			call:  revoke("oar1"), want: api.ErrUnexpectedResponse,
			left: func(org *oktatest.Server) bool { return len(org.Tokens(peersApp)) == 450 },
		},
		"a full page without links is the last one": {
			fault: oktatest.NoLinks(),
			call:  func(c caller) error { return c.list() }, want: api.ErrUnexpectedResponse,
			left: func(org *oktatest.Server) bool { return len(org.Requests()) == 1 },
		},
		"a 401 on a later page ends the listing": {
			fault: oktatest.Status(http.StatusUnauthorized).After(1),
			call:  func(c caller) error { return c.list() }, want: api.ErrUnauthorized,
			left: func(org *oktatest.Server) bool { return len(org.Requests()) == 2 },
		},
		"waits are cut, and draw another 429": {
			fault: oktatest.UsedUp(time.Hour).Forever(),
			call:  revoke("oar1"), want: api.ErrRateLimited, fails: true,
			left: func(org *oktatest.Server) bool { return len(org.Requests()) == 2 },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := func() *oktatest.Server {
				org := oktatest.NewServer(oktatest.WithApp(peersApp, 450))
				t.Cleanup(org.Close)
				org.Inject(test.fault)
				return org
			}
			for version, connectGo := range map[string]func(*testing.T, settings) peer{"v5": connectGoV5, "v6": connectGoV6} {
				org := start()
				sdk := connectGo(t, settings{
					"orgUrl": org.URL, "token": org.APIToken(), "rateLimit": map[string]int{"maxRetries": 1, "maxBackoff": 1},
				})
				err := test.call(caller{
					revoke: func(token string) error { return sdk.revoke(t, peersApp, token) },
					list:   func() error { _, _, err := sdk.list(t, peersApp, 200); return err },
				})
				if (err != nil) != test.fails || !test.left(org) {
					t.Errorf("okta-sdk-golang %s: %v after %d requests, with %d tokens left", version, err, len(org.Requests()),
						len(org.Tokens(peersApp)))
				}
			}

			org := start()
			client := connect(t, org.URL, http.DefaultTransport)
			err := test.call(caller{
				revoke: func(token string) error { return client.Revoke(t.Context(), peersApp, token) },
				list: func() error {
					for _, err := range client.List(t.Context(), peersApp) {
						if err != nil {
							return err
						}
					}
					return nil
				},
			})
			if !errors.Is(err, test.want) || len(org.Tokens(peersApp)) != 450 {
				t.Errorf("apptokens: %v, want %v; %d tokens left", err, test.want, len(org.Tokens(peersApp)))
			}
		})
	}
}
