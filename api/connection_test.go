package api_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

func TestConnectionsAreUsedAgain(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp(appID, 300))
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(org)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	client, err := api.New(server.URL, api.APIToken(org.APIToken()), api.WithHTTPClient(server.Client()))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range allIDs(org)[:20] {
		_, getError := client.Get(t.Context(), appID, id)
		revokeError := client.Revoke(t.Context(), appID, id)
		checkError(t, client.Revoke(t.Context(), appID, id), api.ErrNotFound, "")
		if getError != nil || revokeError != nil {
			t.Errorf("%v, %v", getError, revokeError)
		}
	}
	if n := connections.Load(); n > 10 { // net/http gives up a connection whose request is written late, on a busy machine
		t.Errorf("%d connections for 60 requests, want one, or a few", n)
	}
}

// With net/http's two idle connections per host, most of those of concurrent calls would be closed after one request.
func TestConcurrentCallsKeepTheirConnections(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	var together sync.WaitGroup
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		together.Done()
		all := make(chan struct{})
		go func() { together.Wait(); close(all) }()
		select {
		case <-all:
		case <-time.After(20 * time.Second): // so that the test ends if a call fails before it comes here
			t.Error("the other calls do not come")
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	client, err := api.New(server.URL, api.APIToken("token"))
	if err != nil {
		t.Fatal(err)
	}
	for _, calls := range []int{1, 10, 10, 10} { // the first call finds out that the server has no rate limit
		together.Add(calls)
		var running sync.WaitGroup
		for range calls {
			running.Go(func() {
				if err := client.RevokeAll(t.Context(), appID); err != nil {
					t.Error(err)
				}
			})
		}
		running.Wait()
	}
	if n := connections.Load(); n > 15 {
		t.Errorf("%d connections for 30 requests, 10 at a time, want 10, or a few more", n)
	}
}

// The client takes http.DefaultTransport as it is when the client is made, and not as it was for an earlier one. (This
// test changes a global variable, so it is not parallel.)
func TestTheDefaultTransportIsThatOfTheMoment(t *testing.T) {
	original := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = original })
	failing := func(name string) http.RoundTripper {
		return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New(name)
		}}
	}
	for name, transport := range map[string]http.RoundTripper{
		"one": failing("one"), "another": failing("another"),
		"a mock": roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("a mock") }),
	} {
		http.DefaultTransport = transport
		client, err := api.New(orgURL, api.APIToken("00token"), api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
		if err != nil {
			t.Fatal(err)
		}
		if err := client.RevokeAll(t.Context(), appID); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v, want that of %q", err, name)
		}
	}
}
