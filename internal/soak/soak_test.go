package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api/oktatest"
)

var (
	days = flag.Int("days", 1, "how many days of virtual time to play; make soak plays a week")
	seed = flag.Uint64("seed", 1, "replays the choices of an earlier run; 0 for new ones")
)

func TestDaysOfTroubleBreakNoPromise(t *testing.T) {
	t.Parallel()
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("seed %d", *seed)
	synctest.Test(t, func(t *testing.T) {
		network := &network{}
		s, err := newSoak("https://acme.okta.com", network, oktatest.WithRateLimit(50, time.Minute), *seed)
		if err != nil {
			t.Fatal(err)
		}
		network.soak = s
		for range *days {
			s.round(t.Context(), 24*time.Hour, 20*time.Minute)
		}
		if err := s.broken(); err != nil {
			t.Error(err)
		}
		t.Log("\n" + s.report())
	})
}

// network is the way to the org in virtual time. It takes up to 50 milliseconds in each direction.
type network struct {
	soak  *soak
	trips atomic.Uint64
}

func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(req.URL.String(), n.soak.url+"/") {
		n.soak.complain(fmt.Errorf("a request was sent to %s", req.URL))
	}
	if raw := n.soak.echo(req); raw != "" {
		return http.ReadResponse(bufio.NewReader(strings.NewReader(raw)), req)
	}
	if err := n.travel(req.Context()); err != nil {
		return nil, err
	}
	resp, err := n.soak.org.Transport().RoundTrip(req)
	if lost := n.travel(req.Context()); lost != nil {
		return nil, lost
	}
	return resp, err
}

func (n *network) travel(ctx context.Context) error {
	r := rand.New(rand.NewPCG(n.soak.seed, n.trips.Add(1)))
	select {
	case <-time.After(time.Duration(r.Int64N(int64(50 * time.Millisecond)))):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
