// Command soak uses the client and the command for a long time against an in-memory org on which everything goes wrong
// at random, and checks the promises that matter most all the while:
//
//   - nothing is revoked that was not asked for, and what is reported as revoked is gone
//   - a listing is complete, or it fails
//   - no goroutine, file descriptor or memory leaks
//   - no error, log line or output contains a credential, even if a response repeats it
//
// It runs in the root of the repository:
//
//	make soak DURATION=30m
//
// It prints a seed at first, which replays the same choices, and counts in the end. The exit code is 1 if a promise was
// broken, and also if some kind of call was never done or some kind of failure never came: then nothing was checked.
// That takes half a minute. The test of this package plays days in virtual time.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"time"

	"example.com/apptokens/api/oktatest"
)

func main() {
	duration := flag.Duration("duration", 2*time.Minute, "how long to go on")
	seed := flag.Uint64("seed", rand.Uint64(), "replays the choices of an earlier run")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *duration, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, duration time.Duration, seed uint64) error {
	fmt.Printf("seed %d, for %v\n", seed, duration)
	command, remove, err := buildCommand(ctx)
	if err != nil {
		return err
	}
	defer remove()
	server := httptest.NewUnstartedServer(nil)
	defer server.Close()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	url := "http://" + server.Listener.Addr().String()
	s, err := newSoak(url, transport, oktatest.WithRateLimit(1000, 2*time.Second), seed)
	if err != nil {
		return err
	}
	s.command = command
	s.counts["command: list"], s.counts["command: sweep"] = map[string]int{}, map[string]int{}
	server.Config.Handler = s
	server.Start()
	// Each round ends with nothing under way, so that what is left over shows.
	var before resources
	for round, end := 0, time.Now().Add(duration); time.Now().Before(end) && ctx.Err() == nil; round++ {
		s.round(ctx, min(5*time.Second, time.Until(end)), 100*time.Millisecond)
		transport.CloseIdleConnections()
		now := measure()
		if round == 1 { // the first one warms up
			before = now
		}
		if round > 1 {
			s.complain(now.grownSince(before))
		}
	}
	fmt.Print(s.report())
	return s.broken()
}
