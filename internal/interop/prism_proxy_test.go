package interop_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// inspected is a transport to an org whose requests and responses Prism inspects.
type inspected struct {
	http.RoundTripper
	prism *prism

	mu      sync.Mutex
	headers []string
}

// inspect puts Prism between the client and an org, as an HTTP proxy. If Prism's URL were the org URL, the org's links
// would be foreign.
func inspect(t *testing.T, orgURL string) *inspected {
	t.Helper()
	p := startPrism(t, "proxy", contract, orgURL)
	proxy, err := url.Parse(p.url)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{Proxy: http.ProxyURL(proxy)}
	t.Cleanup(transport.CloseIdleConnections)
	return &inspected{RoundTripper: transport, prism: p}
}

func (i *inspected) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := i.RoundTripper.RoundTrip(req)
	if err == nil {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.headers = append(i.headers, resp.Header.Values("Sl-Violations")...)
	}
	return resp, err
}

// verdict returns the number of requests that Prism received since the last call, and the violations that it found in
// them and in their responses: from the headers that it adds, and from its log.
func (i *inspected) verdict(t *testing.T) (requests int, headers, log []string) {
	t.Helper()
	for _, line := range i.prism.log(t) {
		switch {
		case strings.Contains(line, "Request received"):
			requests++
		case !strings.Contains(line, " info "): // warnings, and errors of any kind
			log = append(log, line)
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, header := range i.headers {
		var violations []struct{ Message string }
		if err := json.Unmarshal([]byte(header), &violations); err != nil {
			headers = append(headers, header) // "Too many violations!" and some of them
		}
		for _, violation := range violations {
			headers = append(headers, violation.Message)
		}
	}
	i.headers = nil
	return requests, headers, log
}

// Another project's validator finds no violation of the contract in the traffic between the client and the org.
func TestPrismFindsNoViolation(t *testing.T) {
	const app = "0oa1"
	org := oktatest.NewServer(oktatest.WithApp(app, 450))
	t.Cleanup(org.Close)
	id := org.Tokens(app)[0].ID
	between := inspect(t, org.URL)
	apptokens := connect(t, org.URL, between)

	list := func(ctx context.Context, app string) error {
		listed, want := 0, len(org.Tokens(app))
		for token, err := range apptokens.List(ctx, app, api.ExpandScopes()) {
			if err != nil {
				return err
			}
			if listed++; len(token.Embedded.Scopes) == 0 {
				return fmt.Errorf("token %s comes without the details of its scopes", token.ID)
			}
		}
		if listed != want {
			return fmt.Errorf("%d tokens, want %d", listed, want)
		}
		return nil
	}
	// Each step builds on the steps before.
	steps := []struct {
		name     string
		call     func(context.Context) error
		is       error
		requests int
		left     int
	}{
		{"list", func(ctx context.Context) error { return list(ctx, app) }, nil, 3, 450},
		{"get", func(ctx context.Context) error {
			token, err := apptokens.Get(ctx, app, id, api.ExpandScopes())
			if err == nil && token.ID != id {
				return fmt.Errorf("token %s, want %s", token.ID, id)
			}
			return err
		}, nil, 1, 450},
		{"revoke", func(ctx context.Context) error { return apptokens.Revoke(ctx, app, id) }, nil, 1, 449},
		{"revoke again", func(ctx context.Context) error { return apptokens.Revoke(ctx, app, id) }, api.ErrNotFound, 1, 449},
		{"list an unknown app", func(ctx context.Context) error { return list(ctx, "0oaUnknown") }, api.ErrNotFound, 1, 449},
		{"revoke all", func(ctx context.Context) error { return apptokens.RevokeAll(ctx, app) }, nil, 1, 0},
		{"list what is left", func(ctx context.Context) error { return list(ctx, app) }, nil, 1, 0},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			record(t, "Prism", "validating proxy", step.name)
			if err := step.call(t.Context()); !errors.Is(err, step.is) {
				t.Errorf("error %v, want %v", err, step.is)
			}
			if left := len(org.Tokens(app)); left != step.left {
				t.Errorf("%d tokens are left, want %d", left, step.left)
			}
			requests, headers, log := between.verdict(t)
			if requests != step.requests {
				t.Errorf("Prism got %d requests, want %d", requests, step.requests)
			}
			if len(headers) != 0 || len(log) != 0 {
				t.Errorf("violations in headers %q, in the log %q", headers, log)
			}
		})
	}
}

// As a control of the test above, Prism reports what violates the contract, in both places.
func TestPrismFindsViolations(t *testing.T) {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 1))
	t.Cleanup(org.Close)
	org.Add("0oaEnum", gen.Token{Status: "ASLEEP"})
	between := inspect(t, org.URL)

	const tokens = "/api/v1/apps/0oa1/tokens"
	one := func(fault oktatest.Fault) []oktatest.Fault { return []oktatest.Fault{fault} }
	tests := map[string]struct {
		path   string
		faults []oktatest.Fault
		want   string
	}{
		"a limit beyond the maximum": {tokens + "?limit=201", nil, "Request query parameter limit must be <= 200"},
		"a path of no operation":     {"/api/v1/apps/0oa1", nil, "Selected route not found"},
		"a status out of the enum": {"/api/v1/apps/0oaEnum/tokens", nil,
			"Response body property 0.status must be equal to one of the allowed values: ACTIVE, REVOKED"},
		"a header that is missing": {tokens, one(oktatest.NoLinks()), "Response header must have required property 'link'"},
		"a header without a number": {tokens, one(oktatest.Header("X-Rate-Limit-Reset", "soon")),
			"Response header parameter x-rate-limit-reset must be integer"},
		"an error without its headers": {tokens + "/oar1", one(oktatest.Header("X-Okta-Request-Id", "")),
			"Response header must have required property 'x-okta-request-id'"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			org.Inject(test.faults...)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, org.URL+test.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "SSWS "+org.APIToken())
			resp, err := (&http.Client{Transport: between, Timeout: callTimeout}).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			requests, headers, log := between.verdict(t)
			if requests != 1 || !slices.Equal(headers, []string{test.want}) || len(log) != 1 ||
				!strings.Contains(log[0], test.want) {
				t.Errorf("%d requests, violations in headers %q, in the log %q; want %q in both", requests, headers, log, test.want)
			}
		})
	}
}
