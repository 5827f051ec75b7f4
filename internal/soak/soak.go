package main

import (
	"bytes"
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
	clients []*api.Client // one with an API token, one of a service app with DPoP
	command string        // the path of the command; empty if it is left out
	rounds  int

	mu      sync.Mutex
	counts  map[string]int
	wrong   []error
	secrets []string // sent lately
}

func newKey() crypto.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), cryptorand.Reader)
	if err != nil {
		panic(err) // the system has no randomness
	}
	return key
}

// orgOptions are those of an org with a limit that is used up often.
func orgOptions(key crypto.Signer, seed uint64) []oktatest.Option {
	options := []oktatest.Option{
		oktatest.WithSeed(seed), oktatest.WithoutRequests(), oktatest.WithRateLimit(1000, 2*time.Second),
		oktatest.WithResourceNonce(), oktatest.WithServiceApp(oktatest.ServiceApp{
			ClientID: clientID, Keys: map[string]crypto.PublicKey{"": key.Public()},
		}),
	}
	for _, app := range apps {
		options = append(options, oktatest.WithApp(app, 0))
	}
	return options
}

func newSoak(
	org *oktatest.Org, url string, transport http.RoundTripper, key crypto.Signer, seed uint64,
) (*soak, error) {
	s := &soak{ledger: newLedger(org), url: url, seed: seed, counts: map[string]int{}}
	httpClient := &http.Client{Transport: watched{transport, s}}
	logger := slog.New(slog.NewTextHandler(scanned{s}, nil))
	policy := api.RetryPolicy{BaseDelay: 2 * time.Millisecond, MaxDelay: 50 * time.Millisecond, MaxWait: 10 * time.Second}
	service, err := oauth.NewServiceApp(url, clientID, key, oauth.WithHTTPClient(httpClient), oauth.WithLogger(logger),
		oauth.WithRetry(policy), oauth.WithPlainHTTP())
	if err != nil {
		return nil, err
	}
	for _, auth := range []api.Auth{api.APIToken(org.APIToken()), service} {
		client, err := api.New(url, auth, api.WithHTTPClient(httpClient), api.WithLogger(logger), api.WithRetry(policy),
			api.WithAttemptTimeout(time.Second), api.WithPlainHTTP())
		if err != nil {
			return nil, err
		}
		s.clients = append(s.clients, client)
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
					time.Sleep(rand.N(pause))
				}
			}
		})
	}
	running.Wait()
	s.complain(s.audit())
}

// step does one thing at random. Worker 0 makes trouble, and sees that there are tokens; worker 1 may use the command.
func (s *soak) step(ctx context.Context, worker int, r *rand.Rand) {
	app := apps[r.IntN(len(apps))]
	if worker == 0 {
		s.trouble(r)
		s.issue(r, app, perApp)
		s.complain(s.audit())
		time.Sleep(time.Duration(r.IntN(600)) * time.Millisecond)
		return
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
	case n < 98:
		s.sweep(ctx, client, r)
	default:
		s.revokeAll(ctx, client, app)
	}
}

// count records how a call ended, and checks the text of its error.
func (s *soak) count(what string, err error) {
	outcome := "done"
	var failure *api.Error
	switch {
	case err == nil:
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		outcome = "cancelled"
	case errors.As(err, &failure) && failure.StatusCode != 0:
		outcome = fmt.Sprint("failed with ", failure.StatusCode)
	case errors.Is(err, api.ErrRateLimited):
		outcome = "rate limited"
	default:
		outcome = "failed"
	}
	s.mu.Lock()
	s.counts[what+" "+outcome]++
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

func (s *soak) broken() error { return errors.Join(s.wrong...) }

func (s *soak) report() string {
	var text strings.Builder
	for _, what := range slices.Sorted(maps.Keys(s.counts)) {
		fmt.Fprintf(&text, "%8d  %s\n", s.counts[what], what)
	}
	fmt.Fprintf(&text, "%8d  tokens issued\n%8d  promises broken\n", s.issued, len(s.wrong))
	return text.String()
}

// scan checks that a text contains no credential that was sent lately.
func (s *soak) scan(text string) {
	s.mu.Lock()
	secrets := slices.Clone(s.secrets)
	s.mu.Unlock()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			s.complain(fmt.Errorf("a credential is in %q", text))
		}
	}
}

// watched is a transport that takes note of the credentials that are sent.
type watched struct {
	http.RoundTripper
	soak *soak
}

func (w watched) RoundTrip(req *http.Request) (*http.Response, error) {
	for _, header := range []string{"Authorization", "DPoP"} {
		if fields := strings.Fields(req.Header.Get(header)); len(fields) > 0 {
			w.soak.note(fields[len(fields)-1])
		}
	}
	return w.RoundTripper.RoundTrip(req)
}

func (s *soak) note(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.secrets, secret) {
		s.secrets = append(s.secrets[max(0, len(s.secrets)-31):], secret)
	}
}

// scanned is a log that nobody reads but soak.
type scanned struct{ soak *soak }

func (w scanned) Write(line []byte) (int, error) {
	w.soak.scan(string(bytes.TrimSpace(line)))
	return len(line), nil
}
