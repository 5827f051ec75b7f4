package api_test

import (
	"cmp"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api"
)

// A body that is small on the wire may be huge in memory. Not parallel: what the process allocates is measured.
func TestBodiesTakeLittleMemory(t *testing.T) {
	const mebi = 1 << 20
	repeat := func(text string, bytes int) io.Reader {
		chunk := strings.Repeat(text, 1<<16/len(text))
		var chunks []io.Reader
		for range bytes / len(chunk) {
			chunks = append(chunks, strings.NewReader(chunk))
		}
		return io.MultiReader(chunks...)
	}
	bodies := map[string]func() io.Reader{
		"a string of a gibibyte": func() io.Reader { return io.MultiReader(strings.NewReader(`[{"id":"`), repeat("a", 1024*mebi)) },
		"400 MiB of white space": func() io.Reader { return repeat(" \n", 400*mebi) },
		"a title of 400 MiB": func() io.Reader {
			return io.MultiReader(strings.NewReader(`[{"_links":{"app":{"title":"`), repeat("é", 400*mebi))
		},
		"14 MiB of empty scopes": func() io.Reader {
			return io.MultiReader(strings.NewReader(`[{"id":"a","scopes":[`), repeat(`"",`, 14*mebi), strings.NewReader(`""]}]`))
		},
		"14 MiB of embedded scopes": func() io.Reader {
			return io.MultiReader(strings.NewReader(`[{"id":"a","_embedded":{"scopes":[`), repeat("{},", 14*mebi), strings.NewReader("{}]}}]"))
		},
		"14 MiB of hints": func() io.Reader {
			return io.MultiReader(strings.NewReader(`[{"id":"a","_links":{"self":{"hints":{"allow":[`), repeat(`"",`, 14*mebi), strings.NewReader(`""]}}}}]`))
		},
		"14 MiB of tokens": func() io.Reader {
			return io.MultiReader(strings.NewReader("["), repeat(`{},`, 14*mebi), strings.NewReader("{}]"))
		},
		"1 MiB of tokens": func() io.Reader {
			return io.MultiReader(strings.NewReader("["), repeat(`{"id":"a"},`, mebi), strings.NewReader(`{"id":"a"}]`))
		},
		"4 MiB of tokens": func() io.Reader {
			return io.MultiReader(strings.NewReader("["), repeat(`{"id":"a"},`, 4*mebi), strings.NewReader(`{"id":"a"}]`))
		},
		"14 MiB of unknown properties": func() io.Reader {
			return io.MultiReader(strings.NewReader(`[{"id":"a"`), repeat(`,"x":{}`, 14*mebi/7*7), strings.NewReader("}]"))
		},
		"14 MiB of brackets": func() io.Reader { return repeat("[", 14*mebi) },
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Content-Encoding", "gzip")
				compressed, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
				_, _ = io.Copy(compressed, body())
				_ = compressed.Close()
			}))
			defer server.Close()
			client, err := api.New(server.URL, api.APIToken("token"), api.WithAttemptTimeout(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			most := cmp.Or(map[string]uint64{"a string of a gibibyte": 100, "1 MiB of tokens": 40}[name], 200)
			if peak := peakHeap(func() { _, err = list(t.Context(), client) }); peak > most*mebi {
				t.Errorf("the heap grew by %d MiB, want %d at most", peak/mebi, most)
			}
			checkError(t, err, api.ErrUnexpectedResponse, "")
		})
	}
}

// peakHeap returns by how many bytes the heap grows, at most, while f runs.
func peakHeap(f func()) (most uint64) {
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	for tick := time.NewTicker(time.Millisecond); ; {
		runtime.ReadMemStats(&now)
		most = max(most, now.HeapAlloc-min(before.HeapAlloc, now.HeapAlloc))
		select {
		case <-done:
			tick.Stop()
			return most
		case <-tick.C:
		}
	}
}

// closable is a body that notes that it was closed.
type closable struct {
	io.Reader
	closed bool
}

func (c *closable) Close() error { c.closed = true; return nil }

// The context of an attempt ends with it, so that neither a timer nor what a transport has started outlives a call.
func TestTheContextOfAnAttemptEndsWithIt(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func() (*http.Response, error){
		"a success":        func() (*http.Response, error) { return &http.Response{StatusCode: http.StatusNoContent}, nil },
		"a broken one":     func() (*http.Response, error) { return nil, io.EOF },
		"neither of these": func() (*http.Response, error) { return nil, nil },
	} {
		var attempt context.Context
		client := newClient(t, roundTripper(func(req *http.Request) (*http.Response, error) {
			attempt = req.Context()
			return answer()
		}), api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
		_ = client.RevokeAll(t.Context(), appID)
		if attempt.Err() == nil {
			t.Errorf("%s: the context of the attempt has not ended", name)
		}
	}
}

// A body that stays open holds its connection, and its goroutines, for ever.
func TestEveryBodyIsClosed(t *testing.T) {
	t.Parallel()
	const token = `{"id":"oar1"}`
	for name, test := range map[string]struct {
		status int
		body   string
	}{
		"a token": {200, token}, "a page": {200, "[" + token + "]"}, "a revocation": {204, ""}, "no JSON": {200, "<html>"},
		"another success": {202, token}, "a redirect": {302, ""}, "an error": {403, `{"errorCode":"E0000006"}`},
		"an outage": {503, strings.Repeat("<html>", 1<<15)}, "a rate limit": {429, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var bodies []*closable
			client := newClient(t, roundTripper(func(*http.Request) (*http.Response, error) {
				body := &closable{Reader: strings.NewReader(test.body)}
				bodies = append(bodies, body)
				return &http.Response{StatusCode: test.status, Header: http.Header{"Content-Type": {"application/json"}}, Body: body}, nil
			}), api.WithRetry(api.RetryPolicy{MaxAttempts: 2, BaseDelay: time.Nanosecond, MaxDelay: time.Nanosecond}))
			_, _ = client.Get(t.Context(), appID, "oar1")
			_, _ = list(t.Context(), client)
			_ = client.Revoke(t.Context(), appID, "oar1")
			_ = client.RevokeAll(t.Context(), appID)
			for i, body := range bodies {
				if !body.closed {
					t.Errorf("body %d of %d was not closed", i+1, len(bodies))
				}
			}
			if len(bodies) < 4 {
				t.Errorf("%d responses, want one of each call at least", len(bodies))
			}
		})
	}
}
