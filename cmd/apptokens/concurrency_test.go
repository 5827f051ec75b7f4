package main

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
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
			ctx, together := withTimeout(t), make(chan struct{})
			meet := sync.OnceFunc(func() { close(together) })
			var running, most atomic.Int64
			orgURL, connections := start(t, 16, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n := running.Add(1)
				defer running.Add(-1)
				for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
				}
				if n == 8 {
					meet()
				}
				if !slices.Contains(ids[:8], strings.Split(r.URL.Path, "/")[4]) { // only one of these finds out the rate limit
					select {
					case <-together:
					case <-ctx.Done():
					}
				}
				org.ServeHTTP(w, r)
			}))
			env := map[string]string{"OKTA_CLIENT_ORGURL": orgURL, "OKTA_CLIENT_TOKEN": oktatest.DefaultAPIToken}
			run := func(concurrency string) string {
				got := command{env: env}.run(ctx, append(append(args, ids...), "-o", "csv", "--concurrency", concurrency)...)
				if got.code != exitDone {
					t.Errorf("code %d, %s", got.code, got.err)
				}
				return got.out
			}
			concurrent := run("8")
			if n := len(org.Requests()); n != apps || most.Load() != 8 || connections.opened.Load() > 16 {
				t.Errorf("%d requests, %d at once, %d connections; want %d, 8, about 8", n, most.Load(), connections.opened.Load(), apps)
			}
			most.Store(0)
			one := run("1")
			if most.Load() != 1 {
				t.Errorf("%d requests at once with --concurrency 1", most.Load())
			}
			if one != concurrent || strings.Count(one, "\n") < 2 {
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
			orgURL, connections := start(t, 8, oktatest.New(oktatest.WithApp("0oa1", 200), oktatest.WithApp("0oa2", 200)))
			env := map[string]string{"OKTA_CLIENT_ORGURL": orgURL, "OKTA_CLIENT_TOKEN": oktatest.DefaultAPIToken}
			if org != "" {
				host, port, _ := strings.Cut(strings.TrimPrefix(orgURL, "http://"), ":")
				env["OKTA_CLIENT_ORGURL"], env["OKTA_TESTING_DISABLE_HTTPS_CHECK"] = org, "true"
				env["OKTA_CLIENT_PROXY_HOST"], env["OKTA_CLIENT_PROXY_PORT"] = host, port
			}
			got := command{env: env}.run(t.Context(), "sweep", "0oa1", "0oa2", "--status", "ACTIVE", "--yes", "--concurrency", "8")
			if opened, most := connections.opened.Load(), connections.most.Load(); got.code != exitDone || most > 8 || opened > 16 {
				t.Errorf("code %d, %d connections, %d of them at once; want about 8, 8 at most at once\n%s", got.code, opened, most, got.err)
			}
		})
	}
}

// connections counts the connections to a server: all, and the most at once. net/http does not keep one on which a busy
// machine has written a request late.
type connections struct{ opened, most atomic.Int64 }

// start starts a server that counts its connections, and waits before it counts more than limit at once: it may notice
// late that the client has closed one.
func start(t *testing.T, limit int64, handler http.Handler) (orgURL string, counted *connections) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open atomic.Int64
	counted = &connections{}
	server := &http.Server{Handler: handler, ConnState: func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew: // reported by the accept loop alone
			for i := 0; i < 200 && open.Load() >= limit; i++ {
				time.Sleep(10 * time.Millisecond)
			}
			counted.opened.Add(1)
			counted.most.Store(max(counted.most.Load(), open.Add(1)))
		case http.StateClosed:
			open.Add(-1)
		}
	}}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + listener.Addr().String(), counted
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
