package interop_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

const (
	contract    = "../../openapi.yaml"
	callTimeout = 10 * time.Second // Prism never answers when a body from upstream is cut off
)

// prism is a running Prism.
type prism struct {
	*program
	url   string
	marks int
}

// startPrism starts `prism ARGS` on a free port.
func startPrism(t *testing.T, args ...string) *prism {
	t.Helper()
	// Where NODE_ENV is production, Prism would start a second process.
	args = slices.Concat([]string{"prism.mjs"}, args, []string{"--host", "127.0.0.1", "--port", "0", "--no-multiprocess"})
	p := &prism{program: startProgram(t, args...)}
	const ready = "Prism is listening on "
	lines := p.until(t, ready)
	_, p.url, _ = strings.Cut(lines[len(lines)-1], ready)
	return p
}

// log returns what Prism has logged since it started, or since the last call.
func (p *prism) log(t *testing.T) []string {
	t.Helper()
	// The log comes late but in order: once it contains the mark, it contains all earlier requests.
	p.marks++
	mark := fmt.Sprintf("/api/v1/apps/mark%d/tokens", p.marks)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+mark, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS mark")
	resp, err := (&http.Client{Timeout: callTimeout}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	lines := p.until(t, mark)
	return lines[:len(lines)-1]
}

// connect returns a client that tries once, so that no failure is hidden by a retry.
func connect(t *testing.T, orgURL string, transport http.RoundTripper, options ...api.Option) *api.Client {
	t.Helper()
	options = append(options, api.WithRetry(api.RetryPolicy{MaxAttempts: 1}),
		api.WithHTTPClient(&http.Client{Transport: transport, Timeout: callTimeout}))
	apptokens, err := api.New(orgURL, api.APIToken(oktatest.DefaultAPIToken), options...)
	if err != nil {
		t.Fatal(err)
	}
	return apptokens
}

// A mock that is generated from the contract answers the client with the contract's examples, and a request that
// violates the contract with an error.
func TestPrismMocksTheContract(t *testing.T) {
	const app, token = "0oardd5r32PWsF4421d7", "oar1gytf4dW8R5tmZ1d7"
	mock := startPrism(t, "mock", contract)
	calls := map[string]func(context.Context, *api.Client) error{
		"list": func(ctx context.Context, apptokens *api.Client) error {
			pages := 0
			for page, err := range apptokens.Pages(ctx, app, api.ExpandScopes()) {
				if err != nil {
					return err
				}
				pages++
				if tokens := page.Tokens; len(tokens) != 1 || tokens[0].ID != token || len(tokens[0].Embedded.Scopes) != 1 {
					return fmt.Errorf("tokens %+v", tokens)
				}
				if page.Next != "" || page.RequestID == "" || page.RateLimit.Limit != 50 || page.RateLimit.Remaining != 49 {
					return fmt.Errorf("page %+v", page)
				}
			}
			if pages != 1 {
				return fmt.Errorf("%d pages", pages)
			}
			return nil
		},
		"get": func(ctx context.Context, apptokens *api.Client) error {
			got, err := apptokens.Get(ctx, app, token)
			if err == nil && (got.ID != token || got.Status != gen.TokenStatusActive || got.Links.App.Title != "My Native App") {
				return fmt.Errorf("token %+v", got)
			}
			return err
		},
		"revoke": func(ctx context.Context, apptokens *api.Client) error {
			return apptokens.Revoke(ctx, app, token)
		},
		"revoke all": func(ctx context.Context, apptokens *api.Client) error {
			return apptokens.RevokeAll(ctx, app)
		},
	}
	failures := []struct {
		status int
		code   string
		is     error
	}{
		{400, "E0000029", nil},
		{401, "E0000011", api.ErrUnauthorized},
		{403, "E0000006", api.ErrForbidden},
		{404, "E0000007", api.ErrNotFound},
		{429, "E0000047", api.ErrRateLimited},
		{500, "E0000009", nil},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			record(t, "Prism", "mock", name)
			if err := call(t.Context(), connect(t, mock.url, http.DefaultTransport)); err != nil {
				t.Error(err)
			}
		})
		for _, want := range failures {
			t.Run(fmt.Sprintf("%s, %d", name, want.status), func(t *testing.T) {
				prefer := func(_ context.Context, req *http.Request) error {
					req.Header.Set("Prefer", fmt.Sprintf("code=%d", want.status))
					return nil
				}
				err := call(t.Context(), connect(t, mock.url, http.DefaultTransport, api.WithRequestEditor(prefer)))
				var failure *api.Error
				if !errors.As(err, &failure) || failure.StatusCode != want.status || failure.Code != want.code ||
					want.is != nil && !errors.Is(err, want.is) {
					t.Errorf("error %v, want %d %s, which is %v", err, want.status, want.code, want.is)
				}
			})
		}
	}
}
