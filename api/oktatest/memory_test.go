package oktatest_test

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// growth returns by how many bytes of live heap a function makes the process grow.
func growth(f func()) int {
	measure := func() int {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return int(stats.HeapAlloc)
	}
	before := measure()
	f()
	return measure() - before
}

// Not parallel, so that nothing else allocates.
func TestAnOrgThatKeepsNoRequestsDoesNotGrow(t *testing.T) {
	org := oktatest.New(oktatest.WithApp("0oa1", 3), oktatest.WithoutRequests())
	padding := strings.Repeat("x", 1<<10)
	grown := growth(func() {
		for range 5000 {
			if resp := ask(t, org, tokens, "X-Padding", padding); resp.StatusCode != http.StatusOK {
				t.Fatalf("status %d", resp.StatusCode)
			}
		}
	})
	if grown > 1<<20 || len(org.Requests()) > 0 {
		t.Errorf("grew by %d bytes, and keeps %d requests", grown, len(org.Requests()))
	}
}

// Not parallel, so that nothing else allocates.
func TestAnOrgWhoseTokensComeAndGoDoesNotGrow(t *testing.T) {
	org := oktatest.New(oktatest.WithApp("0oa1", 3), oktatest.WithoutRequests())
	grown := growth(func() {
		for i := range 50_000 {
			id := fmt.Sprint("oar", i)
			org.Add("0oa1", gen.Token{ID: id})
			if got := send(t, org, "DELETE", tokens+"/"+id); got.status != http.StatusNoContent {
				t.Fatalf("status %d", got.status)
			}
		}
	})
	if left := len(org.Tokens("0oa1")); grown > 1<<20 || left != 3 {
		t.Errorf("grew by %d bytes, and %d tokens are left", grown, left)
	}
}

// Not parallel, so that nothing else allocates. All of what is sent would be tens of megabytes.
func TestHostileTokenRequestsDoNotFillTheMemory(t *testing.T) {
	p := newParty(false, oktatest.WithoutRequests())
	p.granted(t) // learns the nonce
	padding := strings.Repeat("x", 1<<14)
	grown := growth(func() {
		for range 500 {
			form := p.form(p.assertion(claims{"jti": rand.Text() + padding}))
			form.Set("scope", strings.Repeat("okta.apps.read ", 1<<10))
			proof := p.proof("POST", tokenEndpoint, claims{"jti": rand.Text() + padding})
			if got := p.ask(t, form, proof); got.Status != http.StatusOK || got.Scope != "okta.apps.read" {
				t.Fatalf("got %+.300v", got)
			}
		}
	})
	if grown > 1<<20 {
		t.Errorf("grew by %d bytes", grown)
	}
}

func TestLittleOfAHugeBodyIsRead(t *testing.T) {
	t.Parallel()
	const huge = 1 << 30
	for _, target := range []string{"/oauth2/v1/token", tokens} {
		body := &io.LimitedReader{R: endless{}, N: huge}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, orgURL+target, body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := oktatest.New().Transport().RoundTrip(req)
		if err != nil || resp.StatusCode < 400 {
			t.Errorf("%s: %v, %v", target, resp, err)
		}
		if read := huge - body.N; read > 1<<17 {
			t.Errorf("%s: %d bytes were read", target, read)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}
