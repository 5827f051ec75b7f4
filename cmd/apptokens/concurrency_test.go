package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
)

// Many apps cost one request each and few connections, and the output is that of one after the other.
func TestSeveralAppsAreListedAtOnce(t *testing.T) {
	t.Parallel()
	const apps = 40
	var ids []string
	opts := []oktatest.Option{oktatest.WithClock(func() time.Time { return clock })}
	for i := range apps {
		ids = append(ids, fmt.Sprintf("0oa%d", i))
		opts = append(opts, oktatest.WithApp(ids[i], 2))
	}
	for name, args := range map[string][]string{
		"list": {"list"}, "summary": {"summary"}, "sweep": {"sweep", "--status", "ACTIVE", "--dry-run"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := oktatest.New(opts...)
			org.Inject(oktatest.SlowFirstByte(20 * time.Millisecond).Forever())
			var running, most atomic.Int64
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n := running.Add(1)
				defer running.Add(-1)
				for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
				}
				org.ServeHTTP(w, r)
			}))
			connections := start(t, server)
			env := map[string]string{"OKTA_CLIENT_ORGURL": server.URL, "OKTA_CLIENT_TOKEN": oktatest.DefaultAPIToken}
			run := func(concurrency string) string {
				got := command{env: env}.run(t.Context(), append(append(args, ids...), "-o", "csv", "--concurrency", concurrency)...)
				if got.code != exitDone {
					t.Errorf("code %d, %s", got.code, got.err)
				}
				return got.out
			}
			concurrent := run("8")
			if n := len(org.Requests()); n != apps || most.Load() != 8 || connections.Load() > 12 { // 8 where the machine is not busy
				t.Errorf("%d requests, %d at once, %d connections; want %d, 8, about 8", n, most.Load(), connections.Load(), apps)
			}
			if one := run("1"); one != concurrent || strings.Count(one, "\n") < 2 {
				t.Errorf("the output differs from that of one app after the other:\n%s\n%s", concurrent, one)
			}
		})
	}
}

// A new connection for each revocation costs a handshake, and floods a proxy.
func TestASweepKeepsItsConnections(t *testing.T) {
	t.Parallel()
	for name, org := range map[string]string{"directly": "", "through a proxy": "http://okta-mock"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(oktatest.New(oktatest.WithApp("0oa1", 200), oktatest.WithApp("0oa2", 200)))
			connections := start(t, server)
			env := map[string]string{"OKTA_CLIENT_ORGURL": server.URL, "OKTA_CLIENT_TOKEN": oktatest.DefaultAPIToken}
			if org != "" {
				host, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
				env["OKTA_CLIENT_ORGURL"], env["OKTA_TESTING_DISABLE_HTTPS_CHECK"] = org, "true"
				env["OKTA_CLIENT_PROXY_HOST"], env["OKTA_CLIENT_PROXY_PORT"] = host, port
			}
			got := command{env: env}.run(t.Context(), "sweep", "0oa1", "0oa2", "--status", "ACTIVE", "--yes", "--concurrency", "8")
			if got.code != exitDone || connections.Load() > 8 {
				t.Errorf("code %d, %d connections, want 8 at most\n%s", got.code, connections.Load(), got.err)
			}
		})
	}
}

// start starts a server, and counts the connections to it.
func start(t *testing.T, server *httptest.Server) *atomic.Int64 {
	var connections atomic.Int64
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return &connections
}

func TestASweepShowsItsProgress(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 2), oktatest.WithApp("0oa2", 1))
	t.Cleanup(org.Close)
	got := command{org: org, tty: true, width: 200}.run(t.Context(), "sweep", "0oa1", "0oa2", "--status", "ACTIVE", "--yes")
	shown := got.err
	for _, want := range []string{
		"3 match in 2 of 2 apps", " 0 of 3 processed", " 1 of 3 processed", " 2 of 3 processed",
		"listing again to verify in 0 of 2 apps", "listing again to verify in 1 of 2 apps", "listing again to verify in 2 of 2 apps",
	} {
		_, after, found := strings.Cut(shown, want)
		if !found {
			t.Fatalf("code %d, stderr lacks %q, or has it too early: %q", got.code, want, got.err)
		}
		shown = after
	}
}

func TestProgressCountsTheApps(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	for line, want := range map[string]string{
		"list": "3 tokens in 2 of 2 apps", "summary": "3 tokens in 2 of 2 apps", "sweep --status ACTIVE --dry-run": "3 match in 2 of 2 apps",
		"list --scope profile": "1 of 3 tokens in 2 of 2 apps",
	} {
		got := command{org: org, tty: true}.run(t.Context(), append(strings.Fields(line), "0oa1", "0oaEmpty")...)
		if got.code != exitDone || !strings.Contains(got.err, want) {
			t.Errorf("%s: code %d, stderr %q lacks %q", line, got.code, got.err, want)
		}
	}
}
