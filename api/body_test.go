package api_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

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
			client, err := api.New(server.URL, api.APIToken("token"), api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err = list(t.Context(), client)
			runtime.ReadMemStats(&after)
			checkError(t, err, api.ErrUnexpectedResponse, "")
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 250*mebi { // over the peak: the server allocates as well, and the race detector
				t.Errorf("%d MiB were allocated", allocated/mebi)
			}
		})
	}
}
