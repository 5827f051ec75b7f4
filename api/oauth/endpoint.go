package oauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/header"
	"example.com/apptokens/api/internal/ratelimit"
	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/api/internal/text"
)

// endpoint gets access tokens from the token endpoint.
type endpoint struct {
	*settings
	asserter *asserter
	prover   *prover // nil without DPoP
	clock    *clock
	budget   *retry.Budget
}

const (
	attemptTimeout = 30 * time.Second
	maxBody        = 1 << 20 // bytes; a grant has two or three thousand
	maxNonces      = 2       // how often an attempt is repeated with a new nonce
)

// mint makes attempts until one succeeds or another is pointless. It calls waiting before each wait.
func (e *endpoint) mint(ctx context.Context, waiting func(err error, until time.Time)) (*grant, error) {
	e.budget.Pay(time.Now())
	for attempt := 1; ; attempt++ {
		grant, header, failure := e.attempt(ctx)
		if failure == nil {
			e.log(ctx, attempt, nil, 0)
			return grant, nil
		}
		failure.Attempts = attempt
		now := time.Now()
		wait, again := e.retry.Decide(retry.Outcome{
			Attempt: attempt, Status: failure.StatusCode, Header: header, Err: failure.Err, Now: now, Jitter: rand.Float64(),
		})
		if ctx.Err() != nil { // nobody waits any more
			return nil, failure
		}
		if again && failure.StatusCode != http.StatusTooManyRequests && !e.budget.Draw() {
			again = false
			failure.add(retry.ErrBudget)
		}
		if !again {
			e.log(ctx, attempt, failure, 0)
			return nil, failure
		}
		e.log(ctx, attempt, failure, wait)
		waiting(failure, now.Add(wait))
		if retry.Sleep(ctx, wait) != nil {
			return nil, failure
		}
	}
}

// attempt sends a token request. It repeats the request if the server refuses it and has sent a new nonce or, to a
// client whose clock is wrong, its time.
func (e *endpoint) attempt(ctx context.Context) (*grant, http.Header, *Error) {
	nonces, clocks := 0, 0
	for {
		nonce := ""
		if e.prover != nil {
			nonce = load(&e.prover.tokenNonce)
		}
		offset := e.clock.offset()
		grant, header, failure := e.send(ctx, nonce)
		e.clock.learn(header)
		newNonce := header.Get("DPoP-Nonce")
		if e.prover != nil && newNonce != "" {
			e.prover.tokenNonce.Store(newNonce)
		}
		refused := failure != nil && failure.isRefusal()
		switch {
		case refused && e.prover != nil && newNonce != "" && newNonce != nonce && nonces < maxNonces:
			nonces++
		case refused && (e.clock.offset()-offset).Abs() >= tolerance && clocks == 0:
			clocks++
		default:
			return grant, header, failure
		}
	}
}

// send sends one request, with its own assertion and its own proof.
func (e *endpoint) send(ctx context.Context, nonce string) (*grant, http.Header, *Error) {
	ctx, cancel := retry.WithTimeout(ctx, e.timeout(ctx), "no complete response")
	defer cancel()
	req, assertion, err := e.request(ctx, nonce)
	if err != nil {
		return nil, nil, e.failed(nil, nil, err)
	}
	transport := cmp.Or(e.client(ctx).Transport, http.DefaultTransport)
	resp, err := roundTrip(transport, req)
	secrets := append(header.Credentials(req), assertion)
	if err != nil {
		permanent := retry.IsPermanent(err) // redaction would hide it
		// net/http quotes what is not a response, such as a body without a status line.
		quoted := granted(strings.ReplaceAll(err.Error(), `\"`, `"`), nil)
		secrets = slices.Concat(secrets, quoted, header.ProxyCredentials(transport, req))
		err = text.RedactError(retry.RequestError(ctx, err), secrets...)
		if !permanent {
			err = retry.Transient(err)
		}
		return nil, nil, e.failed(nil, nil, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	secrets = append(secrets, granted(string(body), resp.Header)...)
	switch {
	case resp.StatusCode != http.StatusOK:
		return nil, resp.Header, e.refusal(resp, body, secrets)
	case err != nil:
		err = text.RedactError(retry.RequestError(ctx, err), secrets...)
		err = fmt.Errorf("the response ended early: %w", err)
		return nil, resp.Header, e.failed(resp, secrets, retry.Transient(err))
	}
	grant, err := e.parse(body, secrets)
	if err != nil {
		return nil, resp.Header, e.failed(resp, secrets, err)
	}
	return grant, resp.Header, nil
}

// request returns a token request and the assertion in it.
func (e *endpoint) request(ctx context.Context, nonce string) (req *http.Request, assertion string, err error) {
	assertion, err = e.asserter.assert()
	if err != nil {
		return nil, "", fmt.Errorf("sign the assertion: %w", err)
	}
	form := url.Values{
		"grant_type":            {"client_credentials"},
		"scope":                 {strings.Join(e.scopes, " ")},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {assertion},
	}
	req, err = http.NewRequestWithContext(ctx, http.MethodPost, e.url, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", e.userAgent)
	if e.prover != nil {
		proof, err := e.prover.proveTokenRequest(e.url, nonce)
		if err != nil {
			return nil, "", err
		}
		req.Header.Set("DPoP", proof)
	}
	return header.Watch(req), assertion, nil
}

// roundTrip sends a request with the transport of the HTTP client, but not with the client, which follows redirects.
func roundTrip(transport http.RoundTripper, req *http.Request) (*http.Response, error) {
	resp, err := transport.RoundTrip(req)
	if err == nil && (resp == nil || resp.Body == nil) {
		return nil, errors.New("the transport returned no response")
	}
	return resp, err
}

// client returns the HTTP client of the app, or the one that an [api.Client] passes in the context.
func (e *endpoint) client(ctx context.Context) *http.Client {
	if e.httpClient != nil {
		return e.httpClient
	}
	if client, ok := ctx.Value(oauth2.HTTPClient).(*http.Client); ok {
		return client
	}
	return &http.Client{}
}

func (e *endpoint) timeout(ctx context.Context) time.Duration {
	if t := e.client(ctx).Timeout; t > 0 {
		return min(t, attemptTimeout)
	}
	return attemptTimeout
}

// failed returns an error with what is known of the response. resp is nil if there was no response.
func (e *endpoint) failed(resp *http.Response, secrets []string, err error) *Error {
	missing, _ := errors.AsType[missingScopes](err)
	failure := &Error{Endpoint: e.url, ClientID: e.clientID, MissingScopes: missing, Err: err}
	if resp != nil {
		failure.StatusCode = resp.StatusCode
		failure.RequestID = text.Printable(text.Redact(resp.Header.Get("X-Okta-Request-Id"), secrets...), text.MaxValue)
		failure.RateLimit = api.RateLimit(ratelimit.Parse(resp.Header))
	}
	return failure
}

// log logs an attempt.
func (e *endpoint) log(ctx context.Context, attempt int, failure *Error, wait time.Duration) {
	level := slog.LevelDebug
	attrs := []slog.Attr{
		slog.String("endpoint", e.url), slog.String("client", e.clientID), slog.Int("attempt", attempt),
	}
	if failure != nil {
		attrs = append(attrs, slog.Int("status", failure.StatusCode),
			slog.String("request_id", failure.RequestID), slog.String("error", failure.Error()))
	}
	if wait > 0 {
		level, attrs = slog.LevelWarn, append(attrs, slog.Duration("wait", wait))
	}
	e.logger.LogAttrs(ctx, level, "apptokens: token request", attrs...)
}
