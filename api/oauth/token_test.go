package oauth_test

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

func TestTokensAreRenewedBeforeTheyExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		client := newClient(t, org.Transport())
		for range 13 { // every ten minutes, for two hours
			if _, err := list(t.Context(), client); err != nil {
				t.Error(err)
			}
			time.Sleep(595 * time.Second) // the seventh call comes 30 seconds before the token expires
		}
		if got := tokenRequests(org); !slices.Equal(got, []int{400, 200, 200, 200}) {
			t.Errorf("token requests %v, want one for the nonce and one an hour", got)
		}
		for _, request := range org.Requests() {
			if request.Status == http.StatusUnauthorized {
				t.Error("an expired token was used")
			}
		}
	})
}

func TestRevokedTokensAreReplaced(t *testing.T) {
	t.Parallel()
	org := newOrg(3)
	client := newClient(t, org.Transport())
	for range 3 {
		if _, err := list(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		org.RevokeAccessTokens()
	}
	if got := tokenRequests(org); len(got) != 4 {
		t.Errorf("token requests %v, want one for the nonce and three for tokens", got)
	}
}

// Okta also answers 401 to what no token would change (E0000015: a feature is off).
func TestReplacementsAreNotReplaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		client := newClient(t, org.Transport())
		org.Inject(oktatest.Status(http.StatusUnauthorized).On(http.MethodGet).Forever())
		for range 10 {
			_, err := list(t.Context(), client)
			checkError(t, err, api.ErrUnauthorized, "E0000004")
		}
		if got := tokenRequests(org); len(got) != 3 {
			t.Errorf("token requests %v, want one for the nonce and two for tokens", got)
		}
		time.Sleep(time.Minute)
		org.Heal()
		org.RevokeAccessTokens()
		if n, err := list(t.Context(), client); n != 3 || err != nil {
			t.Errorf("listed %d of 3: %v", n, err)
		}
	})
}

// Once a resource has accepted a replacement, even if it refuses what was asked of it, the token was not the problem.
func TestAReplacementThatWasAcceptedIsReplaced(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{200: true, 204: true, 299: true, 403: true, 404: true, 300: false, 400: false, 429: false, 503: false} {
		app := newServiceApp(t, newOrg(3).Transport(), key())
		for i, status := range []int{401, status, 401} {
			req, err := authorized(t.Context(), app)
			if err != nil {
				t.Fatal(err)
			}
			again := app.Observe(&http.Response{StatusCode: status, Request: req})
			if want := []bool{true, false, want}[i]; again != want {
				t.Errorf("after %d: asks for another attempt at %d: %v, want %v", i, status, again, want)
			}
		}
	}
}

// A replacement that is refused is kept, unless the resource blames the token.
func TestADeadReplacementIsNotKept(t *testing.T) {
	t.Parallel()
	for challenge, want := range map[string]int{`DPoP error="insufficient_scope"`: 3, `DPoP error="invalid_token"`: 4} {
		org := newOrg(3)
		app := newServiceApp(t, org.Transport(), key())
		for range 3 {
			req, err := authorized(t.Context(), app)
			if err != nil {
				t.Fatal(err)
			}
			app.Observe(&http.Response{StatusCode: 401, Header: http.Header{"Www-Authenticate": {challenge}}, Request: req})
		}
		if got := tokenRequests(org); len(got) != want {
			t.Errorf("%s: token requests %v, want one for the nonce and %d for tokens", challenge, got, want-1)
		}
	}
}

func TestFailuresAreNotKept(t *testing.T) {
	t.Parallel()
	org := newOrg(3)
	client := newClient(t, org.Transport())
	org.Inject(oktatest.Body(400, "application/json",
		`{"error":"access_denied","error_description":"Policy evaluation failed."}`).On(http.MethodPost))
	_, err := list(t.Context(), client)
	checkError(t, err, nil, "access_denied: Policy evaluation failed")
	if n, err := list(t.Context(), client); n != 3 || err != nil {
		t.Errorf("listed %d of 3: %v", n, err)
	}
}

// A resource that takes a while to refuse an old token does not cost the new one.
func TestALateRefusalLeavesTheNewTokenAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := newOrg(3)
		client := newClient(t, org.Transport())
		if _, err := list(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		org.RevokeAccessTokens()
		org.Inject(oktatest.SlowFirstByte(10 * time.Second).On(http.MethodGet))
		var wait sync.WaitGroup
		for range 2 {
			wait.Go(func() {
				if _, err := list(t.Context(), client); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		wait.Wait()
		if got := tokenRequests(org); len(got) != 3 {
			t.Errorf("token requests %v, want one new token", got)
		}
	})
}

func TestLifetimes(t *testing.T) {
	t.Parallel()
	for expiresIn, renewed := range map[string]time.Duration{
		`3600`: 59 * time.Minute, `"1800"`: 29 * time.Minute, `100`: 90 * time.Second, `1e12`: 24*time.Hour - time.Minute,
		`1`: 900 * time.Millisecond, `null`: 59 * time.Minute, `"soon"`: 59 * time.Minute, `0`: 59 * time.Minute, `-1`: 59 * time.Minute,
	} {
		t.Run(expiresIn, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := newOrg(3)
				org.Inject(oktatest.Body(200, "application/json",
					`{"token_type":"DPoP","access_token":"a","expires_in":`+expiresIn+`}`).On(http.MethodPost).Forever())
				app := newServiceApp(t, org.Transport(), key())
				var requests []int
				for _, sleep := range []time.Duration{0, renewed - time.Millisecond, 2 * time.Millisecond} {
					time.Sleep(sleep)
					if err := authorize(t.Context(), app); err != nil {
						t.Fatal(err)
					}
					requests = append(requests, len(tokenRequests(org)))
				}
				if !slices.Equal(requests, []int{1, 1, 2}) {
					t.Errorf("token requests %v, want one more after %v", requests, renewed)
				}
			})
		})
	}
}

// A signer or a transport that panics does so where the caller can recover.
func TestPanicsReachTheCaller(t *testing.T) {
	t.Parallel()
	app := newServiceApp(t, roundTripper(func(*http.Request) (*http.Response, error) {
		panic("the transport is broken")
	}), key())
	defer func() {
		if said := fmt.Sprint(recover()); !strings.Contains(said, "the transport is broken") || !strings.Contains(said, "token_test.go") {
			t.Errorf("recovered %s; want the panic with its stack", said)
		}
	}()
	_ = authorize(t.Context(), app)
}

func TestAMintingWhoseGoroutineExits(t *testing.T) {
	t.Parallel()
	app := newServiceApp(t, roundTripper(func(*http.Request) (*http.Response, error) {
		runtime.Goexit()
		return nil, nil
	}), key())
	checkError(t, authorize(t.Context(), app), nil, "has exited")
}
