package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api/oktatest"
)

var days = flag.Int("days", 1, "how many days of virtual time to play; make soak plays a week")

func TestDaysOfTroubleBreakNoPromise(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := &network{}
		s, err := newSoak("https://acme.okta.com", network, oktatest.WithRateLimit(50, time.Minute), 1)
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
type network struct{ soak *soak }

func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(req.URL.String(), n.soak.url+"/") {
		n.soak.complain(fmt.Errorf("a request was sent to %s", req.URL))
	}
	if raw := n.soak.echo(req); raw != "" {
		return http.ReadResponse(bufio.NewReader(strings.NewReader(raw)), req)
	}
	if err := travel(req.Context()); err != nil {
		return nil, err
	}
	resp, err := n.soak.org.Transport().RoundTrip(req)
	if lost := travel(req.Context()); lost != nil {
		return nil, lost
	}
	return resp, err
}

func travel(ctx context.Context) error {
	select {
	case <-time.After(rand.N(50 * time.Millisecond)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
