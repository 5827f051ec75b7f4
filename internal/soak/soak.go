package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oauth"
	"example.com/apptokens/api/oktatest"
)

const (
	clientID = "0oaSoakService"
	// perApp is how many tokens an app has again and again: three pages.
	perApp = 450
	// workers are the goroutines that use the clients.
	workers = 8
)

var (
	apps  = []string{"0oaSoak1", "0oaSoak2", "0oaSoak3"}
	users = []string{"00uSoak1", "00uSoak2", "00uSoak3", "00uSoak4", "00uSoak5", "00uSoak6"}
)

// soak is one run.
type soak struct {
	*ledger
	url     string
	seed    uint64
	clients []client // one with an API token, one of a service app with DPoP
	command string   // the path of the command; empty if it is left out
	rounds  int

	dueEchoes map[string]chan int // choose the echoes to come, by method

	mu     sync.Mutex
	counts map[string]map[string]int // how often each kind of call had each outcome
	wrong  []error
}

// client is a client with its name in the counts.
type client struct {
	*api.Client
	name string
}

// newSoak returns a run against a new org, to which transport leads. Its access tokens expire soon.
func newSoak(url string, transport http.RoundTripper, limit oktatest.Option, seed uint64) (*soak, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), cryptorand.Reader)
	if err != nil {
		return nil, err
	}
	options := []oktatest.Option{
		oktatest.WithSeed(seed), oktatest.WithoutRequests(), limit, oktatest.WithResourceNonce(),
		oktatest.WithServiceApp(oktatest.ServiceApp{
			ClientID: clientID, Keys: map[string]crypto.PublicKey{"": key.Public()}, TokenLifetime: 20 * time.Second,
		}),
	}
	for _, app := range apps {
		options = append(options, oktatest.WithApp(app, 0))
	}
	org := oktatest.New(options...)
	s := &soak{
		ledger: newLedger(org), url: url, seed: seed, dueEchoes: map[string]chan int{}, counts: map[string]map[string]int{},
	}
	for _, method := range methods {
		s.dueEchoes[method] = make(chan int, 1)
	}
	httpClient := &http.Client{Transport: transport}
	logger := slog.New(slog.NewTextHandler(s, &slog.HandlerOptions{Level: slog.LevelDebug}))
	policy := api.RetryPolicy{BaseDelay: 2 * time.Millisecond, MaxDelay: 50 * time.Millisecond}
	service, err := oauth.NewServiceApp(url, clientID, key, oauth.WithHTTPClient(httpClient), oauth.WithLogger(logger),
		oauth.WithRetry(policy), oauth.WithPlainHTTP())
	if err != nil {
		return nil, err
	}
	for i, auth := range []api.Auth{api.APIToken(org.APIToken()), service} {
		name := []string{"API token", "service app"}[i]
		made, err := api.New(url, auth, api.WithHTTPClient(httpClient), api.WithLogger(logger), api.WithRetry(policy),
			api.WithAttemptTimeout(time.Second), api.WithPlainHTTP())
		if err != nil {
			return nil, err
		}
		s.clients = append(s.clients, client{made, name})
		for _, kind := range []string{"list", "get", "revoke", "revoke all", "sweep"} {
			s.counts[name+": "+kind] = map[string]int{}
		}
	}
	return s, nil
}

// round lets all workers go on for some time, with a random pause between two calls, and waits until none is under way.
func (s *soak) round(ctx context.Context, duration, pause time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, duration)
	defer cancel()
	s.rounds++
	s.org.Heal()
	var running sync.WaitGroup
	for worker := range workers {
		r := rand.New(rand.NewPCG(s.seed, uint64(s.rounds*workers+worker)))
		running.Go(func() {
			for ctx.Err() == nil {
				s.step(ctx, worker, r)
				if pause > 0 {
					time.Sleep(time.Duration(r.Int64N(int64(pause))))
				}
			}
		})
	}
	running.Wait()
	s.complain(s.audit())
}

// step does one thing at random. Worker 0 sees that there are tokens; worker 1 may use the command.
func (s *soak) step(ctx context.Context, worker int, r *rand.Rand) {
	app := apps[r.IntN(len(apps))]
	if worker == 0 {
		s.issue(r, app, perApp)
		s.complain(s.audit())
		time.Sleep(time.Duration(r.IntN(600)) * time.Millisecond)
		return
	}
	if r.IntN(4) == 0 {
		s.trouble(r)
	}
	if worker == 1 && s.command != "" {
		s.useCommand(ctx, r, app)
		return
	}
	if r.IntN(4) == 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(r.IntN(100))*time.Millisecond)
		defer cancel()
	}
	client := s.clients[r.IntN(len(s.clients))]
	switch n := r.IntN(100); {
	case n < 40:
		s.list(ctx, client, app, r)
	case n < 60:
		s.get(ctx, client, app, r)
	case n < 90:
		s.revoke(ctx, client, app, r)
	case n < 95:
		s.sweep(ctx, client, r)
	default:
		s.revokeAll(ctx, client, app)
	}
}

// count records how a call ended, and checks the text of its error.
func (s *soak) count(kind string, err error) {
	outcome := "done"
	var failure *api.Error
	switch {
	case err == nil:
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		outcome = "cancelled"
	case errors.Is(err, api.ErrRateLimited):
		outcome = "rate limited"
	case errors.As(err, &failure) && failure.StatusCode != 0:
		outcome = fmt.Sprint("failed with ", failure.StatusCode)
	default:
		outcome = "failed"
	}
	s.mu.Lock()
	s.counts[kind][outcome]++
	s.mu.Unlock()
	if err != nil {
		s.scan(err.Error())
	}
}

// complain records a broken promise.
func (s *soak) complain(err error) {
	if err == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.wrong) < 20 {
		s.wrong = append(s.wrong, err)
	}
}

// broken returns the broken promises, and what never happened, because a client that never succeeds breaks no promise.
func (s *soak) broken() error {
	wrong, total := slices.Clone(s.wrong), map[string]int{}
	for _, kind := range slices.Sorted(maps.Keys(s.counts)) {
		if s.counts[kind]["done"] == 0 {
			wrong = append(wrong, fmt.Errorf("%s: none was done", kind))
		}
		for outcome, n := range s.counts[kind] {
			total[outcome] += n
		}
	}
	for _, outcome := range []string{
		"cancelled", "rate limited", "failed", "failed with 200", "failed with 302", "failed with 401",
	} {
		if total[outcome] == 0 {
			wrong = append(wrong, fmt.Errorf("no call ended as %q", outcome))
		}
	}
	return errors.Join(wrong...)
}

func (s *soak) report() string {
	var text strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(s.counts)) {
		fmt.Fprintf(&text, "%-24s%s\n", kind, strings.Trim(fmt.Sprint(s.counts[kind]), "map[]"))
	}
	fmt.Fprintf(&text, "%d tokens issued, %d promises broken\n", s.issued, len(s.wrong))
	return text.String()
}
